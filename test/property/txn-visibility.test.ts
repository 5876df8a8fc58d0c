/** Who sees whom, for parallel snapshot isolation: against all orders of the writers of each key. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { Findings } from '../../src/checker/txn/findings.ts';
import { findReadAnomalies } from '../../src/checker/txn/register-anomalies.ts';
import { registerHistoryOf } from '../../src/checker/txn/register-versions.ts';
import { canSeeEachOther } from '../../src/checker/txn/visibility.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { isParallelSnapshotIsolated } from '../support/txn-oracle.ts';
import { type Shape, simulate } from '../support/txn-simulation.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const levels = fc.constantFrom<Shape['level']>('serial', 'snapshot', 'committed', 'uncommitted');
const inTime = (): boolean => false;
const memory = 1 << 24;

const small: Omit<Shape, 'level'> = {
  kind: 'rw-register',
  transactions: 5,
  clients: 3,
  keys: 2,
  lengthMax: 3,
  info: 0.1,
  fail: 0.1,
  lie: 0.08,
};

/** Whether all reads show what committed: the rest is looked for elsewhere. */
function readsFit(history: History): boolean {
  const findings = new Findings();
  findReadAnomalies(registerHistoryOf(history), findings);
  return findings.types.every((type) => ['fractured-read', 'lost-update'].includes(type));
}

interface Txn {
  readonly writes: ReadonlySet<string>;
  /** Key → number of who wrote what it read there first; -1 for the initial value. */
  readonly reads: ReadonlyMap<string, number>;
}

/** Committed transactions of a history whose reads fit. */
function transactionsOf(history: History): readonly Txn[] {
  const all = [...history.eachOperation()].flatMap((operation) => {
    if (operation.outcome === 'fail') return [];
    const known = operation.outcome === 'ok';
    const steps = (known ? operation.output : operation.input) as [string, Json, Json][];
    return [{ known, steps: steps.filter(([f]) => known || f !== 'r') }];
  });
  const writerOf = (key: Json, value: Json): number =>
    all.findIndex(({ steps }) => steps.some(([f, k, v]) => f === 'w' && k === key && v === value));
  const sources = all.map(({ steps }, t) => {
    const reads = new Map<string, number>();
    for (const [i, [f, key, value]] of steps.entries()) {
      const isFirst = steps.findIndex(([, other]) => other === key) === i;
      const writer = value === null ? -1 : writerOf(key, value);
      if (f === 'r' && isFirst && writer !== t) reads.set(JSON.stringify(key), writer);
    }
    return reads;
  });
  const isRead = (t: number): boolean => sources.some((reads) => [...reads.values()].includes(t));
  const place = new Map<number, number>([[-1, -1]]);
  for (const [t, { known }] of all.entries()) if (known || isRead(t)) place.set(t, place.size - 1);
  return [...place.keys()].slice(1).map((t) => ({
    writes: new Set(
      all[t]?.steps.flatMap(([f, key]) => (f === 'w' ? [JSON.stringify(key)] : [])) ?? [],
    ),
    reads: new Map([...(sources[t] ?? [])].map(([key, w]) => [key, place.get(w) ?? -1])),
  }));
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]),
  );
}

/** Whether who must be seen leaves nobody who sees himself, nor one who missed what he saw. */
function closes(txns: readonly Txn[], given: readonly (readonly [number, number])[]): boolean {
  const sees = txns.map(() => new Set<number>());
  const open = [...given];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [p, q] = pair;
    if (p === q) return false;
    if (sees[q]?.has(p) === true) continue;
    sees[q]?.add(p);
    for (const before of sees[p] ?? []) open.push([before, q]);
    for (const [after, seen] of sees.entries()) if (seen.has(q)) open.push([p, after]);
    for (const [key, writer] of txns[q]?.reads ?? []) {
      if (writer === p || txns[p]?.writes.has(key) !== true) continue;
      if (writer === -1) return false;
      open.push([p, writer]);
    }
  }
  return true;
}

/** The definition, with the order of the writers of each key tried out. */
function someSee(txns: readonly Txn[]): boolean {
  const keys = [...new Set(txns.flatMap(({ writes }) => [...writes]))];
  const reads = txns.flatMap(({ reads: own }, t) =>
    [...own.values()].filter((w) => w !== -1).map((w) => [w, t] as const),
  );
  const choose = (
    left: readonly string[],
    pairs: readonly (readonly [number, number])[],
  ): boolean => {
    const [key, ...rest] = left;
    if (key === undefined) return closes(txns, [...reads, ...pairs]);
    const writers = [...txns.keys()].filter((t) => txns[t]?.writes.has(key) === true);
    return permutations(writers).some((line) =>
      choose(rest, [...pairs, ...line.slice(1).map((b, i) => [line[i] ?? 0, b] as const)]),
    );
  };
  return choose(keys, []);
}

test('both definitions agree', () => {
  fc.assert(
    fc.property(seeds, levels, fc.boolean(), fc.boolean(), (seed, level, stale, updates) => {
      const history = simulate({ ...small, level, stale, updates }, seed);
      if (readsFit(history))
        expect(someSee(transactionsOf(history))).toBe(isParallelSnapshotIsolated(history));
    }),
    { numRuns: runs * 2 },
  );
});

test('is exact', () => {
  const said = { true: 0, false: 0 };
  fc.assert(
    fc.property(
      seeds,
      levels,
      fc.boolean(),
      fc.constantFrom(0.3, 0.5, 0.7),
      fc.integer({ min: 4, max: 9 }),
      (seed, level, stale, reads, transactions) => {
        const shape = { ...small, level, stale, reads, transactions, clients: 4, lie: 0.2 };
        const history = simulate({ ...shape, keys: 3 }, seed);
        const txns = transactionsOf(history);
        const most = Math.max(
          ...[0, 1, 2].map((k) => txns.filter((t) => t.writes.has(`${k}`)).length),
        );
        if (!readsFit(history) || most > 4) return;
        const found = canSeeEachOther(registerHistoryOf(history), memory, inTime);
        expect(found).toBe(someSee(txns));
        said[found === true ? 'true' : 'false'] += 1;
      },
    ),
    { numRuns: runs * 10 },
  );
  expect(Math.min(said.true, said.false)).toBeGreaterThan(0);
});

/** More transactions than fit into a word or two; at the end, two that know nothing of each other. */
function large(seed: number, transactions: number, spoiled: boolean): History {
  const shape: Shape = { ...small, level: 'snapshot', lie: 0, info: 0, transactions };
  const builder = new HistoryBuilder();
  for (const event of simulate({ ...shape, keys: 4, clients: 5 }, seed).eachEvent())
    builder.add(event);
  const time = builder.length;
  for (const process of [100, 101]) {
    const steps = (shown: Json): Json => [
      ['r', 99, shown],
      ['w', 99, process],
    ];
    const shown = spoiled || process === 100 ? null : 100;
    builder.add({ time, process, type: 'invoke', f: 'txn', value: steps(null) });
    builder.add({ time, process, type: 'ok', f: 'txn', value: steps(shown) });
  }
  return builder.build();
}

const sizes = fc.integer({ min: 20, max: 90 });

test('many transactions see each other, but for two that each made the next version', () => {
  fc.assert(
    // With the two at the end, words are also filled to the last bit.
    fc.property(seeds, fc.oneof(fc.constantFrom(30, 62), sizes), (seed, transactions) => {
      const fine = registerHistoryOf(large(seed, transactions, false));
      expect(canSeeEachOther(fine, memory, inTime)).toBe(true);
      const spoiled = registerHistoryOf(large(seed, transactions, true));
      expect(canSeeEachOther(spoiled, memory, inTime)).toBe(false);
    }),
    { numRuns: Math.ceil(runs / 4) },
  );
});

/** Each made the next version of what another one had made: that of the one before it, or after. */
function chained(transactions: number, backwards: boolean): History {
  const builder = new HistoryBuilder();
  const all = Array.from({ length: transactions }, (_, t) => t);
  const steps = (t: number, shown: Json): Json => [
    ['r', 0, shown],
    ['w', 0, t],
  ];
  for (const t of all)
    builder.add({ time: t, process: t, type: 'invoke', f: 'txn', value: steps(t, null) });
  for (const t of all) {
    const before = backwards ? t + 1 : t - 1;
    const value = steps(t, all.includes(before) ? before : null);
    builder.add({ time: transactions + t, process: t, type: 'ok', f: 'txn', value });
  }
  return builder.build();
}

test('a pair that has an order already costs no choice', () => {
  for (const backwards of [false, true])
    expect(canSeeEachOther(registerHistoryOf(chained(30, backwards)), memory, () => true)).toBe(
      true,
    );
});

test('nobody sees himself, be it to read what he wrote only later', () => {
  const builder = new HistoryBuilder();
  const value: Json = [
    ['r', 0, 1],
    ['w', 0, 1],
  ];
  builder.add({ time: 0, process: 0, type: 'invoke', f: 'txn', value });
  builder.add({ time: 1, process: 0, type: 'ok', f: 'txn', value });
  expect(canSeeEachOther(registerHistoryOf(builder.build()), memory, inTime)).toBe(false);
});

/** Blind writes of many keys: each pair of writers is to be ordered. */
function blind(transactions: number): History {
  const builder = new HistoryBuilder();
  for (let t = 0; t < transactions; t += 1) {
    const value: Json = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => ['w', k * 100 + Math.floor(t / 5), t]);
    builder.add({ time: t, process: t, type: 'invoke', f: 'txn', value });
    builder.add({ time: t, process: t, type: 'ok', f: 'txn', value });
  }
  return builder.build();
}

test('no answer is given without the memory or the time for it', () => {
  // A bit for each pair, both ways, in words of 32.
  const registers = registerHistoryOf(blind(40));
  expect(canSeeEachOther(registers, 2 * 40 * 8, inTime)).toBe(true);
  expect(canSeeEachOther(registers, 2 * 40 * 8 - 1, inTime)).toBe(undefined);
  const many = registerHistoryOf(blind(400));
  expect(canSeeEachOther(many, memory, inTime)).toBe(true);
  expect(canSeeEachOther(many, memory, () => true)).toBe(undefined);
});
