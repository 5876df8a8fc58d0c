/** A serial order that suggests itself: what it shows, and where it must be found. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { likelyOrder } from '../../src/checker/txn/likely-order.ts';
import { LikelyVersions } from '../../src/checker/txn/likely-versions.ts';
import { initial, registerHistoryOf } from '../../src/checker/txn/register-versions.ts';
import { rwRegister } from '../../src/checker/txn/rw-register.ts';
import { isSerialOrder } from '../../src/checker/txn/serial-replay.ts';
import { readKind } from '../../src/checker/txn/transactions.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { isSerializable } from '../support/txn-oracle.ts';
import { type Shape, simulate } from '../support/txn-simulation.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const limits = { timeoutMs: 20_000, memoryMb: 500, nowMs: () => performance.now() };
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const kinds = fc.constantFrom('none', 'process', 'realtime');
const levels = fc.constantFrom<Shape['level']>('serial', 'snapshot', 'committed', 'uncommitted');

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

function* permutations(items: readonly number[]): Generator<readonly number[]> {
  if (items.length === 0) yield [];
  for (const item of items)
    for (const rest of permutations(items.filter((other) => other !== item))) yield [item, ...rest];
}

type Registers = ReturnType<typeof registerHistoryOf>;

/** Whether transactions, one after the other, read what they did. */
function replaysOneByOne(
  history: History,
  registers: Registers,
  order: readonly number[],
): boolean {
  const store = new Map<string, Json>();
  const rows = registers.transactions.row;
  for (const t of order) {
    const operation = history.operation(rows[t] ?? 0);
    const known = operation.outcome === 'ok';
    const steps = (known ? operation.output : operation.input) as [string, number, Json][];
    for (const [f, key, value] of steps) {
      if (f === 'w') store.set(`${key}`, value);
      else if (known && (store.get(`${key}`) ?? null) !== value) return false;
    }
  }
  return true;
}

/** Whether no one comes before another that must come first. */
function keepsOrder(
  history: History,
  registers: Registers,
  order: readonly number[],
  kept: string,
): boolean {
  const rows = registers.transactions.row;
  const operations = order.map((t) => history.operation(rows[t] ?? 0));
  return operations.every((later, i) =>
    operations.slice(i + 1).every((then) => {
      if (kept === 'none') return true;
      if (kept === 'process')
        return then.process !== later.process || then.invokeIndex > later.invokeIndex;
      return then.outcome !== 'ok' || then.returnIndex > later.invokeIndex;
    }),
  );
}

test('an order is serial exactly if it replays and keeps what it must', () => {
  fc.assert(
    fc.property(seeds, levels, kinds, fc.boolean(), (seed, level, kept, updates) => {
      const history = simulate({ ...small, transactions: 4, level, updates }, seed);
      const registers = registerHistoryOf(history);
      const all = [...registers.committed.keys()];
      const due = all.filter((t) => registers.committed[t] === 1);
      for (const order of permutations(due)) {
        const isRight =
          replaysOneByOne(history, registers, order) && keepsOrder(history, registers, order, kept);
        expect(isSerialOrder(registers, Int32Array.from(order), kept)).toBe(isRight);
        if (!isRight) continue;
        // One that did not commit, one too few, one twice.
        for (const t of all)
          expect(isSerialOrder(registers, Int32Array.from([...order, t]), kept)).toBe(false);
        if (order.length > 0)
          expect(isSerialOrder(registers, Int32Array.from(order.slice(0, -1)), kept)).toBe(false);
        // As many as there should be, but another one in the place of one of them.
        for (const at of order.keys())
          for (const t of all)
            if (t !== order[at])
              expect(isSerialOrder(registers, Int32Array.from(order.with(at, t)), kept)).toBe(
                false,
              );
      }
    }),
    { numRuns: runs },
  );
});

/** Pairs of transactions of which the first comes first if versions have the likely order. */
function pairsOf(
  history: History,
  registers: Registers,
  versions: LikelyVersions,
  kept: string,
): readonly (readonly [number, number])[] {
  const { transactions, source, external, final, committed } = registers;
  const { kind, key, of, row, count } = transactions;
  const pairs: [number, number][] = [];
  const add = (a: number | undefined, b: number | undefined): void => {
    if (a !== undefined && b !== undefined && a !== b) pairs.push([a, b]);
  };
  for (const [i, t] of of.entries()) {
    if (committed[t] !== 1) continue;
    const shown = source[i] ?? -1;
    if (kind[i] === readKind && external[i] === 1) {
      if (shown >= 0) add(of[shown], t);
      add(t, of[shown >= 0 ? versions.next(shown) : versions.first(key[i] ?? 0)]);
    }
    if (kind[i] !== readKind && final[i] === 1) add(t, of[versions.next(i)]);
  }
  const operations = Array.from({ length: count }, (_, t) => history.operation(row[t] ?? 0));
  for (const [a, one] of operations.entries())
    for (const [b, two] of operations.entries()) {
      if (a === b || committed[a] !== 1 || committed[b] !== 1) continue;
      const inSession = one.process === two.process && one.invokeIndex < two.invokeIndex;
      const inTime = one.outcome === 'ok' && one.returnIndex < two.invokeIndex;
      if ((kept === 'process' && inSession) || (kept === 'realtime' && inTime)) add(a, b);
    }
  return pairs;
}

function isAcyclic(pairs: readonly (readonly [number, number])[]): boolean {
  let left = pairs;
  for (let size = -1; size !== left.length; ) {
    size = left.length;
    const waits = new Set(left.map(([, b]) => b));
    left = left.filter(([a]) => waits.has(a));
  }
  return left.length === 0;
}

test('the likely order is found where there is one, and its dependencies are counted', () => {
  const said = { found: 0, none: 0 };
  fc.assert(
    fc.property(
      seeds,
      levels,
      kinds,
      fc.boolean(),
      fc.integer({ min: 4, max: 30 }),
      (seed, level, kept, updates, transactions) => {
        const shape = { ...small, level, updates, transactions, keys: 3, lie: 0.02 };
        const history = simulate(shape, seed);
        const registers = registerHistoryOf(history);
        const { transactions: all, source } = registers;
        const found = likelyOrder(registers, kept);
        const versions = new LikelyVersions(registers);
        if (!versions.arrange()) {
          expect(found).toBe(-1);
          return;
        }
        const committed = [...registers.committed.keys()].filter(
          (t) => registers.committed[t] === 1,
        );
        const pairs = pairsOf(history, registers, versions, kept);
        said[found === -1 ? 'none' : 'found'] += 1;
        // In real time guesses are turned around where it is stuck.
        if (found === -1 && isAcyclic(pairs)) {
          const order = sortedBy(committed, pairs);
          expect(isSerialOrder(registers, Int32Array.from(order), kept)).toBe(false);
        }
        if (found === -1) return;
        if (kept !== 'realtime') expect(isAcyclic(pairs)).toBe(true);
        const dependencies = [...source.entries()].filter(([i, write]) => {
          if (write >= 0) return all.of[write] !== all.of[i];
          if (write !== initial) return false;
          const after = versions.first(all.key[i] ?? 0);
          return after >= 0 && all.of[after] !== all.of[i];
        });
        if (kept !== 'realtime') expect(found).toBe(dependencies.length);
      },
    ),
    { numRuns: runs * 5 },
  );
  expect(Math.min(said.found, said.none)).toBeGreaterThan(runs / 2);
});

/** Each after those that must come first, of no cycle. */
function sortedBy(
  items: readonly number[],
  pairs: readonly (readonly [number, number])[],
): readonly number[] {
  const order: number[] = [];
  const left = new Set(items);
  while (left.size > 0) {
    const next = [...left].find((b) => !pairs.some(([a, c]) => c === b && left.has(a)));
    if (next === undefined) return order;
    left.delete(next);
    order.push(next);
  }
  return order;
}

test('versions follow who read and wrote, and each write has its place', () => {
  fc.assert(
    fc.property(seeds, levels, fc.boolean(), (seed, level, updates) => {
      const registers = registerHistoryOf(
        simulate({ ...small, level, updates, transactions: 20, keys: 3, lie: 0 }, seed),
      );
      const { transactions, source, external, final, committed } = registers;
      const { kind, key, of } = transactions;
      const versions = new LikelyVersions(registers);
      const made = new Map<string, number>();
      let isShared = false;
      const due: (readonly [before: number, write: number])[] = [];
      for (const [i, t] of of.entries()) {
        if (kind[i] === readKind || final[i] !== 1 || committed[t] !== 1) continue;
        const read = [...of.keys()].find(
          (each) => of[each] === t && each < i && key[each] === key[i] && external[each] === 1,
        );
        const from = read === undefined ? undefined : source[read];
        if (from === undefined || (from < 0 && from !== initial)) continue;
        isShared ||= made.has(`${key[i] ?? 0} ${from}`);
        made.set(`${key[i] ?? 0} ${from}`, i);
        due.push([from, i]);
      }
      // That reads show committed final writes is looked after before.
      const fits = ([before]: (typeof due)[number]): boolean =>
        before < 0 || (final[before] === 1 && committed[of[before] ?? 0] === 1);
      if (!due.every(fits)) return;
      expect(versions.arrange()).toBe(!isShared);
      if (isShared) return;
      for (const [before, write] of due)
        expect(versions.previous(write)).toBe(before === initial ? -1 : before);
      const placed = new Set<number>();
      for (const k of transactions.keys.keys())
        for (let write = versions.first(k); write !== -1; write = versions.next(write)) {
          expect(key[write]).toBe(k);
          expect(placed.has(write)).toBe(false);
          placed.add(write);
          const next = versions.next(write);
          if (next !== -1) expect(versions.previous(next)).toBe(write);
        }
      const all = [...of.keys()].filter(
        (i) => kind[i] !== readKind && final[i] === 1 && committed[of[i] ?? 0] === 1,
      );
      expect([...placed].toSorted((a, b) => a - b)).toEqual(all);
    }),
    { numRuns: runs },
  );
});

test('some order is a serial one exactly if the history is serializable', () => {
  fc.assert(
    fc.property(seeds, levels, kinds, fc.boolean(), (seed, level, kept, updates) => {
      const history = simulate({ ...small, level, updates }, seed);
      const registers = registerHistoryOf(history);
      const committed = [...registers.committed.keys()].filter((t) => registers.committed[t] === 1);
      let found = false;
      for (const order of permutations(committed))
        found ||= isSerialOrder(registers, Int32Array.from(order), kept);
      expect(found).toBe(isSerializable(history, kept));
    }),
    { numRuns: runs * 2 },
  );
});

test('an order that leaves one out, or has one twice, is none', () => {
  const registers = registerHistoryOf(
    simulate({ ...small, level: 'serial', info: 0, fail: 0, lie: 0, clients: 1 }, 1),
  );
  const all = Int32Array.from(registers.committed.keys());
  expect(isSerialOrder(registers, all, 'realtime')).toBe(true);
  expect(isSerialOrder(registers, all.subarray(1), 'realtime')).toBe(false);
  expect(isSerialOrder(registers, Int32Array.of(0, ...all), 'realtime')).toBe(false);
});

test('what is found is serializable', () => {
  let found = 0;
  fc.assert(
    fc.property(
      seeds,
      levels,
      kinds,
      fc.boolean(),
      fc.boolean(),
      (seed, level, kept, updates, paced) => {
        const history = simulate({ ...small, level, updates }, seed);
        if (likelyOrder(registerHistoryOf(history), kept, paced) === -1) return;
        found += 1;
        expect(isSerializable(history, kept)).toBe(true);
      },
    ),
    { numRuns: runs * 5 },
  );
  expect(found).toBeGreaterThan(runs);
});

describe('of a right database', () => {
  const big: Shape = { ...small, level: 'serial', transactions: 120, clients: 6, keys: 5, lie: 0 };

  test('an order is found where transactions read before they write', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const history = simulate({ ...big, updates: true, info: 0 }, seed);
        expect(likelyOrder(registerHistoryOf(history), 'realtime')).toBeGreaterThan(0);
      }),
      { numRuns: runs },
    );
  });

  test('and nearly always if some of them crash', () => {
    let found = 0;
    for (let seed = 0; seed < 100; seed += 1) {
      const history = simulate({ ...big, updates: true, info: 0.05 }, seed);
      if (likelyOrder(registerHistoryOf(history), 'realtime') > 0) found += 1;
    }
    expect(found).toBeGreaterThan(90);
  });

  test('guesses that were wrong are turned around', () => {
    let found = 0;
    for (let seed = 0; seed < 100; seed += 1) {
      const history = simulate({ ...big, clients: 3, info: 0 }, seed);
      if (likelyOrder(registerHistoryOf(history), 'realtime') > 0) found += 1;
    }
    expect(found).toBeGreaterThan(90);
  });

  /** Somebody new, when all is over, reads a key as it was at first. */
  function withStaleRead(history: History): History {
    const [process, time] = [1_000, 1e9];
    const read = (value: Json): Json => [['r', 0, value]];
    return historyOf([
      ...[...history.eachEvent()].map(({ index: _, ...event }) => event),
      { process, time, type: 'invoke', f: 'txn', value: read(null) },
      { process, time, type: 'ok', f: 'txn', value: read(null) },
    ]);
  }

  test('who reads what was overwritten long before does not hide it, unless time counts', () => {
    const found = { paced: 0, guessed: 0 };
    for (let seed = 0; seed < 100; seed += 1) {
      const history = withStaleRead(simulate({ ...big, clients: 3, info: 0 }, seed));
      const registers = registerHistoryOf(history);
      expect(likelyOrder(registers, 'realtime')).toBe(-1);
      expect(likelyOrder(registers, 'realtime', true)).toBe(-1);
      if (likelyOrder(registers, 'process', true) > 0) found.paced += 1;
      if (likelyOrder(registers, 'process') > 0) found.guessed += 1;
    }
    expect(found.paced).toBeGreaterThan(90);
    // Without real time no guess is turned around.
    expect(found.guessed).toBeLessThan(found.paced);
  });

  test('a large history with a stale read is serializable by it, and not strictly so', () => {
    const shape = { ...big, clients: 3, transactions: 1500, info: 0 };
    const history = withStaleRead(simulate(shape, 3));
    const verdict = rwRegister('serializable').check(history, limits);
    expect(verdict.valid).toBe(true);
    expect(verdict.models?.holds).toContain('serializable');
    expect(rwRegister('strict-serializable').check(history, limits).valid).toBe(false);
  });

  test('snapshots are looked for in real time first, where versions have few orders', () => {
    const shape: Shape = { ...big, level: 'snapshot', clients: 3, transactions: 1500, info: 0 };
    const history = simulate(shape, 3);
    const verdict = rwRegister('snapshot-isolation').check(history, limits);
    expect(verdict.valid).toBe(true);
    expect(verdict.models?.holds).toEqual(['strong-snapshot-isolation']);
  });

  test('a large history is judged by it, of sessions alone too', () => {
    const history = simulate({ ...big, transactions: 1500, updates: true, info: 0 }, 7);
    for (const realTime of [true, false]) {
      const verdict = rwRegister('serializable', { realTime }).check(history, limits);
      expect(verdict.valid).toBe(true);
      expect(verdict.method).toContain('a serial order');
      expect(verdict.models?.holds).toEqual([
        realTime ? 'strict-serializable' : 'strong-session-serializable',
      ]);
    }
  });
});
