/** Orders of versions: the search against all combinations, with and without saturation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntList } from '../../src/checker/txn/integers.ts';
import type { OrderProblem } from '../../src/checker/txn/order-problem.ts';
import { type OrderAnswer, searchOrder } from '../../src/checker/txn/order-search.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const vertexCount = 9;
type Edge = readonly [from: number, to: number];
type Choice = readonly [one: readonly Edge[], other: readonly Edge[]];

const edge: fc.Arbitrary<Edge> = fc.tuple(fc.nat(vertexCount - 1), fc.nat(vertexCount - 1));
const apart = edge.filter(([from, to]) => from !== to);
const side = fc.array(edge, { minLength: 1, maxLength: 3 });
/** One of two comes before the other, and mostly something else before that. */
const turned = fc
  .tuple(apart, fc.array(apart, { maxLength: 1 }), fc.array(apart, { maxLength: 1 }))
  .map(
    ([[a, b], one, other]): Choice => [
      [[a, b], ...one],
      [[b, a], ...other],
    ],
  );

const problems = {
  'of any kind': fc.tuple(
    fc.array(edge, { maxLength: 5 }),
    fc.array(fc.tuple(side, side), { maxLength: 7 }),
  ),
  'of pairs': fc.tuple(
    fc.array(apart, { maxLength: 3 }),
    fc.array(turned, { minLength: 6, maxLength: 13 }),
  ),
};

function isAcyclic(edges: readonly Edge[]): boolean {
  let left = Array.from({ length: vertexCount }, (_, v) => v);
  for (;;) {
    const rest = left.filter((v) => edges.some(([from, to]) => to === v && left.includes(from)));
    if (rest.length === 0) return true;
    if (rest.length === left.length) return false;
    left = rest;
  }
}

function someWay(known: readonly Edge[], choices: readonly Choice[]): boolean {
  if (!isAcyclic(known)) return false;
  const [first, ...others] = choices;
  return first === undefined || first.some((edges) => someWay([...known, ...edges], others));
}

function answerOf(
  edges: readonly Edge[],
  choices: readonly Choice[],
  [bytes, quickBytes]: readonly [number, number],
): OrderAnswer {
  const known = new IntList();
  for (const vertex of edges.flat()) known.push(vertex);
  const problem: OrderProblem = {
    vertexCount,
    known,
    choiceCount: choices.length,
    edgesOf: (choice, which, out) => out.push(...(choices[choice]?.[which] ?? []).flat()),
    rank: (vertex) => vertex,
  };
  return searchOrder(problem, bytes, () => false, quickBytes);
}

describe.each([
  ['with saturation', [2 ** 20, 2 ** 20]],
  ['without', [0, 0]],
  ['with what suggests itself first', [2 ** 20, 0]],
] as const)('%s', (_, bytes) => {
  test.each(Object.entries(problems))('finds a way exactly where there is one, %s', (__, all) => {
    fc.assert(
      fc.property(all, ([edges, choices]) => {
        expect(answerOf(edges, choices, bytes).acyclic).toBe(someWay(edges, choices));
      }),
      { numRuns: runs * 5 },
    );
  });

  // What a person is shown is found among these.
  test('the vertices that it names leave no way among themselves', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.oneof(...Object.values(problems)), ([edges, choices]) => {
        const answer = answerOf(edges, choices, bytes);
        if (answer.acyclic !== false) return;
        const core = answer.core() ?? new Set();
        if (core.size < vertexCount) found += 1;
        const isIn = ([from, to]: Edge): boolean => core.has(from) && core.has(to);
        const left = choices.filter((sides) => sides.flat().every(isIn));
        expect(someWay(edges.filter(isIn), left)).toBe(false);
      }),
      { numRuns: runs * 5 },
    );
    expect(found).toBeGreaterThan(0);
  });
});
