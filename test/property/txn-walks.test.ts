/**
 * Shortest cycles: the search goes through helper vertices (moments of real time, stand-ins for
 * groups), which cost no step. The oracle knows of no helpers: it has an edge for each pair of
 * transactions, and finds all that can be reached with one step, with two, and so on.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import { type Digraph, EdgeList } from '../../src/checker/digraph.ts';
import { type AntiRule, cycleFamilies, cycleTypeOf } from '../../src/checker/txn/cycle-types.ts';
import { findCycles } from '../../src/checker/txn/cycles.ts';
import { LinkedGroups } from '../../src/checker/txn/linked-groups.ts';
import { anomaliesImpliedByAll } from '../../src/checker/txn/models.ts';
import { addRealtimeEdges } from '../../src/checker/txn/order-edges.ts';
import { anti, order, relation } from '../../src/checker/txn/relations.ts';
import type { Transactions } from '../../src/checker/txn/transactions.ts';
import { Meter, WalkSearch } from '../../src/checker/txn/walk-search.ts';
import { typeCode } from '../../src/history/columns.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const never = (): boolean => false;

interface Pair {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
}

interface Sample {
  readonly count: number;
  readonly graph: Digraph;
  /** What the graph says, without helpers. */
  readonly pairs: readonly Pair[];
}

const plainBits: readonly number[] = [
  relation.ww,
  relation.wr,
  relation.rw,
  relation.rw,
  relation.wwp,
  relation.wrp,
  relation.rwp,
  relation.process,
  relation.rw | relation.process,
  relation.rw | relation.realtime,
];

/** Transactions at random times, dependencies at random, some of them from group to group. */
function sampleOf(seed: number, countMax: number): Sample {
  const random = new Random(prng(seed));
  const count = 3 + random.int(countMax - 2);
  const edges = new EdgeList();
  const pairs: Pair[] = [];
  const vertex = (): number => random.int(count);
  const bits = (): number => plainBits[random.int(plainBits.length)] ?? relation.ww;
  for (let left = random.int(2 * count); left > 0; left -= 1) {
    const pair = { from: vertex(), to: vertex(), bits: bits() };
    if (pair.from === pair.to) continue;
    edges.add(pair.from, pair.to, pair.bits);
    pairs.push(pair);
  }
  const links = new LinkedGroups(edges, count);
  for (let left = random.int(3); left > 0; left -= 1)
    pairs.push(...linkGroups(links, random, count));
  let vertexCount = count + links.helpers;
  if (random.chance(0.7)) {
    const times = timesOf(random, count);
    vertexCount += addRealtimeEdges(edges, times as Transactions, vertexCount);
    pairs.push(...realTimePairs(times));
  }
  return { count, graph: edges.toDigraph(vertexCount), pairs };
}

function linkGroups(links: LinkedGroups, random: Random, count: number): readonly Pair[] {
  const group = (): readonly number[] =>
    Array.from({ length: 1 + random.int(3) }, () => random.int(count));
  const [from, to] = [group(), group()];
  const bits = random.chance(0.5) ? relation.rw : relation.ww;
  // Said often enough that a helper is worth while.
  const often = (members: readonly number[]): readonly number[] =>
    Array.from({ length: 9 }, () => members).flat();
  links.add(often(from), often(to), bits);
  return from.flatMap((a) => to.filter((b) => b !== a).map((b) => ({ from: a, to: b, bits })));
}

type Times = Pick<Transactions, 'count' | 'outcome' | 'invoke' | 'complete'>;

function timesOf(random: Random, count: number): Times {
  const calls: { begin: number; end: number }[] = [];
  const open: { begin: number; end: number }[] = [];
  for (let event = 0; event < 2 * count; event += 1) {
    const ends = calls.length === count || (open.length > 0 && random.chance(0.5));
    if (ends) {
      const [call] = open.splice(random.int(open.length), 1);
      if (call !== undefined) call.end = event;
    } else {
      const call = { begin: event, end: -1 };
      calls.push(call);
      open.push(call);
    }
  }
  return {
    count,
    outcome: Uint8Array.from(calls, () => (random.chance(0.1) ? typeCode.info : typeCode.ok)),
    invoke: Int32Array.from(calls, ({ begin }) => begin),
    complete: Int32Array.from(calls, ({ end }) => end),
  };
}

function realTimePairs({ count, outcome, invoke, complete }: Times): readonly Pair[] {
  const pairs: Pair[] = [];
  for (let from = 0; from < count; from += 1)
    for (let to = 0; to < count; to += 1)
      if (outcome[from] === typeCode.ok && (complete[from] ?? 0) < (invoke[to] ?? 0))
        pairs.push({ from, to, bits: relation.realtime });
  return pairs;
}

/** The first steps that an edge of the graph stands for. */
function stepsThrough({ graph, count }: Sample, from: number, edge: number): readonly Pair[] {
  const bits = graph.relations[edge] ?? 0;
  const open = [graph.targets[edge] ?? 0];
  const reached = new Set(open);
  for (const v of open) {
    if (v < count) continue;
    for (let e = graph.offsets[v] ?? 0; e < (graph.offsets[v + 1] ?? 0); e += 1) {
      const w = graph.targets[e] ?? 0;
      if (!reached.has(w)) open.push(w);
      reached.add(w);
    }
  }
  return open.filter((v) => v < count).map((to) => ({ from, to, bits }));
}

interface Question {
  readonly rule: AntiRule;
  readonly mask: number;
  readonly inside: (vertex: number) => boolean;
}

/** How many steps the shortest closed walk has that begins with one of `first`. */
function fewestSteps(sample: Sample, first: readonly Pair[], question: Question): number {
  const { rule, mask, inside } = question;
  const goal = first[0]?.from ?? -1;
  const isAnti = ({ bits }: Pair): boolean => (bits & anti) !== 0;
  const allowed = sample.pairs.filter(({ bits, to }) => (bits & ~mask) === 0 && inside(to));
  let reached = new Set(first.filter(({ to }) => inside(to)).map(({ to }) => `${to} true`));
  for (let length = 1; length <= 2 * sample.count + 1; length += 1) {
    // A walk that begins with an anti-dependency must not end with one, if none may follow another.
    if (reached.has(`${goal} false`)) return length;
    if (rule !== 'apart' && reached.has(`${goal} true`)) return length;
    const next = new Set<string>();
    for (const pair of allowed) {
      if (reached.has(`${pair.from} false`) && !(rule === 'one' && isAnti(pair)))
        next.add(`${pair.to} ${isAnti(pair)}`);
      if (reached.has(`${pair.from} true`) && (rule === 'any' || !isAnti(pair)))
        next.add(`${pair.to} ${isAnti(pair)}`);
    }
    reached = next;
  }
  return Number.POSITIVE_INFINITY;
}

/** The steps of a walk between transactions, which must lead from each edge to the next. */
function stepsOf({ graph, count }: Sample, from: number, walk: readonly number[]): readonly Pair[] {
  const steps: Pair[] = [];
  let at = from;
  let left = { from, bits: 0 };
  for (const edge of walk) {
    expect(edge).toBeGreaterThanOrEqual(graph.offsets[at] ?? 0);
    expect(edge).toBeLessThan(graph.offsets[at + 1] ?? 0);
    if (at < count) left = { from: at, bits: graph.relations[edge] ?? 0 };
    at = graph.targets[edge] ?? 0;
    if (at < count) steps.push({ ...left, to: at });
  }
  return steps;
}

describe.each<AntiRule>(['any', 'one', 'apart'])('closed walks, anti-dependencies: %s', (rule) => {
  test('the walk through an edge has the fewest steps, and is one', () => {
    let found = 0;
    fc.assert(
      fc.property(seeds, fc.constantFrom(...cycleFamilies), fc.boolean(), (seed, family, whole) => {
        const sample = sampleOf(seed, 8);
        const { graph, count } = sample;
        const out = seed % count;
        const inside = (v: number): boolean => whole || v !== out;
        const question = { rule, mask: family.mask, inside };
        const looked = new Set<string>();
        const search = new WalkSearch(graph, (v) => v >= count, new Meter(never));
        for (let from = 0; from < count; from += 1) {
          if (!inside(from)) continue;
          for (
            let edge = graph.offsets[from] ?? 0;
            edge < (graph.offsets[from + 1] ?? 0);
            edge += 1
          ) {
            const bits = graph.relations[edge] ?? 0;
            if ((bits & ~family.mask) !== 0 || (rule !== 'any' && (bits & anti) === 0)) continue;
            const target = graph.targets[edge] ?? 0;
            // The same edge once more, or one that leads out.
            if (looked.has(`${from} ${target} ${bits}`) || !inside(target)) continue;
            looked.add(`${from} ${target} ${bits}`);
            const fewest = fewestSteps(sample, stepsThrough(sample, from, edge), question);
            const lengthMax = 2 * count;
            const walk = search.through(from, edge, { ...question, lengthMax });
            expect(walk === undefined).toBe(fewest > lengthMax);
            if (walk === undefined) continue;
            found += 1;
            const steps = stepsOf(sample, from, walk);
            expect(walk[0]).toBe(edge);
            expect(steps.at(-1)?.to).toBe(from);
            expect(steps.length).toBe(fewest);
            // It is found if just so many steps may be made, and not with fewer.
            expect(search.through(from, edge, { ...question, lengthMax: fewest })).toBeDefined();
            expect(
              search.through(from, edge, { ...question, lengthMax: fewest - 1 }),
            ).toBeUndefined();
          }
        }
      }),
      { numRuns: runs },
    );
    expect(found).toBeGreaterThan(runs / 4);
  });
});

/** All cycles that visit no transaction twice, as far as there is a name for them. */
function fewestByType({ count, pairs }: Sample): ReadonlyMap<string, number> {
  const fewest = new Map<string, number>();
  const known = new Map(pairs.map((pair) => [`${pair.from} ${pair.to} ${pair.bits}`, pair]));
  const leaving = Array.from({ length: count }, (_, v) =>
    [...known.values()].filter(({ from }) => from === v),
  );
  const extend = (path: readonly Pair[], start: number): void => {
    const at = path.at(-1)?.to ?? start;
    for (const pair of leaving[at] ?? []) {
      if (pair.to === start) {
        const bits = [...path, pair].map((each) => each.bits);
        // What sessions order real time orders too; no family has both.
        if ((bits.reduce((all, each) => all | each, 0) & order) === order) continue;
        const type = cycleTypeOf(bits);
        fewest.set(type, Math.min(fewest.get(type) ?? Number.POSITIVE_INFINITY, bits.length));
      } else if (pair.to > start && !path.some(({ from }) => from === pair.to))
        extend([...path, pair], start);
    }
  };
  for (let start = 0; start < count; start += 1) extend([], start);
  return fewest;
}

test('of each type of cycle the first that is found has the fewest steps there can be', () => {
  const shown = new Set<string>();
  fc.assert(
    fc.property(seeds, (seed) => {
      const sample = sampleOf(seed, 8);
      const fewest = fewestByType(sample);
      const { graph, count: transactionCount } = sample;
      const { cycles, undecided } = findCycles({ graph, transactionCount }, never);
      expect(undecided).toEqual([]);
      const lengths = new Map<string, number>();
      for (const { type, steps } of cycles) {
        for (const [i, { from, bits }] of steps.entries()) {
          const to = steps[(i + 1) % steps.length]?.from ?? -1;
          expect(sample.pairs).toContainEqual({ from, to, bits });
        }
        expect(type).toBe(cycleTypeOf(steps.map(({ bits }) => bits)));
        if (!lengths.has(type)) lengths.set(type, steps.length);
        shown.add(type);
      }
      for (const [type, length] of lengths)
        expect([type, length]).toEqual([type, fewest.get(type)]);
      const implied = anomaliesImpliedByAll(lengths.keys());
      expect([...fewest.keys()].filter((type) => !implied.has(type))).toEqual([]);
    }),
    { numRuns: runs * 5 },
  );
  expect(shown.size).toBeGreaterThan(12);
});
