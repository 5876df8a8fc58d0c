/** Components and cyclic parts of graphs, against what reaches what. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { componentsOf, cyclicPart, type Digraph, EdgeList } from '../../src/checker/digraph.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 1_000);

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly relation: number;
}

const graphs = fc.integer({ min: 1, max: 9 }).chain((count) => {
  const vertex = fc.integer({ min: 0, max: count - 1 });
  const relation = fc.integer({ min: 1, max: 7 });
  const edges = fc.array(fc.record({ from: vertex, to: vertex, relation }), { maxLength: 24 });
  return fc.record({ count: fc.constant(count), edges, mask: fc.integer({ min: 1, max: 7 }) });
});

function digraphOf(count: number, edges: readonly Edge[]): Digraph {
  const list = new EdgeList(1);
  for (const { from, to, relation } of edges) list.add(from, to, relation);
  return list.toDigraph(count);
}

/** `reaches[v][w]`: there is a path from v to w, be it of no edge. */
function reachability(count: number, edges: readonly Edge[]): readonly (readonly boolean[])[] {
  const reaches = Array.from({ length: count }, (_, v) =>
    Array.from({ length: count }, (_, w) => v === w),
  );
  for (let round = 0; round < count; round += 1)
    for (const { from, to } of edges)
      for (const row of reaches) if (row[from] === true) row[to] = true;
  return reaches;
}

test('what reaches each other is one component, and no edge leads to a higher one', () => {
  fc.assert(
    fc.property(graphs, ({ count, edges, mask }) => {
      const within = edges.filter(({ relation }) => (relation & ~mask) === 0);
      const reaches = reachability(count, within);
      const { of, sizes, count: componentCount } = componentsOf(digraphOf(count, edges), mask);
      for (let v = 0; v < count; v += 1) {
        let size = 0;
        for (let w = 0; w < count; w += 1) {
          const isSame = reaches[v]?.[w] === true && reaches[w]?.[v] === true;
          expect(of[v] === of[w]).toBe(isSame);
          if (isSame) size += 1;
          if (reaches[v]?.[w] === true) expect(of[w] ?? 0).toBeLessThanOrEqual(of[v] ?? 0);
        }
        expect(sizes[of[v] ?? -1]).toBe(size);
      }
      expect(componentCount).toBe(new Set(of).size);
      expect(sizes.length).toBe(componentCount);
    }),
    { numRuns: runs },
  );
});

test('the cyclic part holds just what is on cycles, and the edges inside of components', () => {
  fc.assert(
    fc.property(graphs, ({ count, edges, mask }) => {
      const graph = digraphOf(count, edges);
      const within = edges.filter(({ relation }) => (relation & ~mask) === 0);
      const reaches = reachability(count, within);
      const isInside = (v: number, w: number): boolean =>
        reaches[v]?.[w] === true && reaches[w]?.[v] === true;
      const part = cyclicPart(graph, componentsOf(graph, mask), mask);
      const isCyclic = (v: number): boolean =>
        Array.from({ length: count }, (_, w) => w).some((w) => w !== v && isInside(v, w));
      expect([...part.original]).toEqual(
        Array.from({ length: count }, (_, v) => v).filter(isCyclic),
      );
      const kept: Edge[] = [];
      const { offsets, targets, relations, vertexCount } = part.graph;
      for (let v = 0; v < vertexCount; v += 1)
        for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1)
          kept.push({
            from: part.original[v] ?? -1,
            to: part.original[targets[edge] ?? -1] ?? -1,
            relation: relations[edge] ?? 0,
          });
      const expected = within.filter(({ from, to }) => isCyclic(from) && isInside(from, to));
      const sorted = (all: readonly Edge[]): readonly string[] =>
        all.map(({ from, to, relation }) => `${from} ${to} ${relation}`).sort();
      expect(sorted(kept)).toEqual(sorted(expected));
    }),
    { numRuns: runs },
  );
});
