/** Orders of versions: the search against all combinations, with and without saturation. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IntList } from '../../src/checker/txn/integers.ts';
import type { OrderProblem } from '../../src/checker/txn/order-problem.ts';
import { searchOrder } from '../../src/checker/txn/order-search.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const vertexCount = 7;
type Edge = readonly [from: number, to: number];

const edge = fc.tuple(fc.nat(vertexCount - 1), fc.nat(vertexCount - 1));
const side = fc.array(edge, { minLength: 1, maxLength: 3 });

function isAcyclic(edges: readonly Edge[]): boolean {
  let left = Array.from({ length: vertexCount }, (_, v) => v);
  for (;;) {
    const rest = left.filter((v) => edges.some(([from, to]) => to === v && left.includes(from)));
    if (rest.length === 0) return true;
    if (rest.length === left.length) return false;
    left = rest;
  }
}

function someWay(known: readonly Edge[], choices: readonly (readonly Edge[])[][]): boolean {
  const [first, ...others] = choices;
  if (first === undefined) return isAcyclic(known);
  return first.some((edges) => someWay([...known, ...edges], others));
}

test.each([
  ['with saturation', 2 ** 20],
  ['without', 0],
])('finds a way to choose exactly where there is one, %s', (_, closureBytes) => {
  fc.assert(
    fc.property(
      fc.array(edge, { maxLength: 5 }),
      fc.array(fc.tuple(side, side), { maxLength: 7 }),
      (edges, choices) => {
        const known = new IntList();
        for (const vertex of edges.flat()) known.push(vertex);
        const problem: OrderProblem = {
          vertexCount,
          known,
          choiceCount: choices.length,
          edgesOf: (choice, which, out) => out.push(...(choices[choice]?.[which] ?? []).flat()),
          rank: (vertex) => vertex,
        };
        const { acyclic } = searchOrder(problem, closureBytes, () => false);
        expect(acyclic).toBe(someWay(edges, choices));
      },
    ),
    { numRuns: runs * 10 },
  );
});
