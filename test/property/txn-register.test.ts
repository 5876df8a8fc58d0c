/** Transactions on registers: against exhaustive search, and histories of right databases. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { registerHistoryOf } from '../../src/checker/txn/register-versions.ts';
import { replays } from '../../src/checker/txn/replay.ts';
import { rwRegister } from '../../src/checker/txn/rw-register.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import type { History } from '../../src/history/history.ts';
import {
  isParallelSnapshotIsolated,
  isPrefixConsistent,
  isSerializable,
  isSnapshotIsolated,
} from '../support/txn-oracle.ts';
import { type Shape, simulate } from '../support/txn-simulation.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const limits = { timeoutMs: 20_000, memoryMb: 500, nowMs: () => performance.now() };
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

function verdictOf(model: string, history: History): Verdict {
  return rwRegister(model).check(history, limits);
}

function tooLittle(verdict: Verdict): boolean {
  return verdict.valid === 'unknown' && verdict.reason.kind === 'too-few-ok';
}

const small: Omit<Shape, 'level'> = {
  kind: 'rw-register',
  transactions: 6,
  clients: 3,
  keys: 2,
  lengthMax: 3,
  info: 0.1,
  fail: 0.1,
  lie: 0.08,
};

const levels = fc.constantFrom<Shape['level']>('serial', 'snapshot', 'committed', 'uncommitted');

describe('against exhaustive search', () => {
  const cases = [
    ['strict-serializable', (h: History) => isSerializable(h, 'realtime')],
    ['strong-session-serializable', (h: History) => isSerializable(h, 'process')],
    ['serializable', (h: History) => isSerializable(h, 'none')],
    ['strong-snapshot-isolation', (h: History) => isSnapshotIsolated(h, 'realtime')],
    ['strong-session-snapshot-isolation', (h: History) => isSnapshotIsolated(h, 'process')],
    ['snapshot-isolation', (h: History) => isSnapshotIsolated(h, 'none')],
    ['prefix', (h: History) => isPrefixConsistent(h, 'none')],
  ] as const;
  test.each(cases)('%s is exact', (model, oracle) => {
    const snapshot = !model.includes('serializable');
    fc.assert(
      fc.property(seeds, levels, fc.boolean(), fc.boolean(), (seed, level, stale, updates) => {
        const transactions = snapshot ? 4 : 6;
        const history = simulate({ ...small, level, stale, updates, transactions }, seed);
        const verdict = verdictOf(model, history);
        if (tooLittle(verdict)) return;
        expect(verdict.valid).toBe(oracle(history));
      }),
      { numRuns: runs * (snapshot ? 3 : 5) },
    );
  });

  // What is seen by whom is tried out for each order of all, so the histories are small.
  test('parallel-snapshot-isolation is never wrong, and seldom open', () => {
    let [unknown, all, held] = [0, 0, 0];
    fc.assert(
      fc.property(seeds, levels, fc.boolean(), fc.boolean(), (seed, level, stale, updates) => {
        const history = simulate({ ...small, level, stale, updates, transactions: 5 }, seed);
        const verdict = verdictOf('parallel-snapshot-isolation', history);
        if (tooLittle(verdict)) return;
        all += 1;
        if (verdict.valid === true) held += 1;
        if (verdict.valid === 'unknown') unknown += 1;
        else expect(verdict.valid).toBe(isParallelSnapshotIsolated(history));
      }),
      { numRuns: runs * 3 },
    );
    expect(held).toBeGreaterThan(0);
    expect(unknown / all).toBeLessThan(0.02);
  });
});

// The order of two overlapping writers shows only in who reads what later, if anybody does: an
// order of versions made up from returns or from reads alone would accuse some of these.
test('overlapping blind writes, some never read, are never accused', () => {
  const shape: Omit<Shape, 'level'> = {
    ...small,
    transactions: 60,
    clients: 12,
    keys: 3,
    reads: 0.3,
    info: 0.2,
    lie: 0,
  };
  fc.assert(
    fc.property(seeds, (seed) => {
      const history = simulate({ ...shape, level: 'serial' }, seed);
      expect(verdictOf('strict-serializable', history).valid).toBe(true);
    }),
    { numRuns: runs },
  );
});

test('what replays is serializable', () => {
  fc.assert(
    fc.property(
      seeds,
      levels,
      fc.constantFrom('none', 'process', 'realtime'),
      (seed, level, kept) => {
        const history = simulate({ ...small, level, updates: true }, seed);
        // The replay takes for granted that transactions agree with themselves.
        if (verdictOf('read-atomic', history).models?.violated.length !== 0) return;
        if (replays(registerHistoryOf(history), kept))
          expect(isSerializable(history, kept)).toBe(true);
      },
    ),
    { numRuns: runs * 2 },
  );
});

describe('histories of a right database are never accused', () => {
  const big: Omit<Shape, 'level'> = { ...small, transactions: 120, clients: 6, keys: 5, lie: 0 };
  const cases = [
    ['serial', 'strict-serializable'],
    ['snapshot', 'strong-snapshot-isolation'],
    ['committed', 'read-committed'],
  ] as const;
  test.each(cases)('%s: %s', (level, model) => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, updates) => {
        const verdict = verdictOf(model, simulate({ ...big, level, updates }, seed));
        expect(verdict.valid).toBe(true);
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });
});
