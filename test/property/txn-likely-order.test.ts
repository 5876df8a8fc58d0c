/** A serial order that suggests itself: what it shows, and where it must be found. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { likelyOrder } from '../../src/checker/txn/likely-order.ts';
import { registerHistoryOf } from '../../src/checker/txn/register-versions.ts';
import { rwRegister } from '../../src/checker/txn/rw-register.ts';
import { isSerialOrder } from '../../src/checker/txn/serial-replay.ts';
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
    fc.property(seeds, levels, kinds, fc.boolean(), (seed, level, kept, updates) => {
      const history = simulate({ ...small, level, updates }, seed);
      if (likelyOrder(registerHistoryOf(history), kept) === -1) return;
      found += 1;
      expect(isSerializable(history, kept)).toBe(true);
    }),
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
