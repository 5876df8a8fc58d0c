/** Transactions on lists: against exhaustive search, and histories of right databases. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listAppend } from '../../src/checker/txn/list-append.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import type { History } from '../../src/history/history.ts';
import {
  isParallelSnapshotIsolated,
  isSerializable,
  isSnapshotIsolated,
} from '../support/txn-oracle.ts';
import { type Shape, simulate } from '../support/txn-simulation.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const limits = { timeoutMs: 20_000, memoryMb: 500, nowMs: () => performance.now() };
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

function verdictOf(model: string, history: History): Verdict {
  return listAppend(model).check(history, limits);
}

function tooLittle(verdict: Verdict): boolean {
  return verdict.valid === 'unknown' && verdict.reason.kind === 'too-few-ok';
}

const small: Omit<Shape, 'level'> = {
  kind: 'list-append',
  transactions: 5,
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
  ] as const;
  test.each(cases)('%s is exact', (model, oracle) => {
    fc.assert(
      fc.property(seeds, levels, fc.boolean(), (seed, level, stale) => {
        const history = simulate({ ...small, level, stale }, seed);
        const verdict = verdictOf(model, history);
        if (tooLittle(verdict)) return;
        expect(verdict.valid).toBe(oracle(history));
      }),
      { numRuns: runs * 5 },
    );
  });

  const snapshotCases = [
    ['snapshot-isolation', 'none'],
    ['strong-session-snapshot-isolation', 'process'],
    ['strong-snapshot-isolation', 'realtime'],
  ] as const;
  test.each(snapshotCases)('%s is never wrong', (model, order) => {
    let [unknown, all] = [0, 0];
    fc.assert(
      fc.property(seeds, levels, fc.boolean(), (seed, level, stale) => {
        const history = simulate({ ...small, level, stale, transactions: 4 }, seed);
        const verdict = verdictOf(model, history);
        if (tooLittle(verdict)) return;
        all += 1;
        if (verdict.valid === 'unknown') unknown += 1;
        else expect(verdict.valid).toBe(isSnapshotIsolated(history, order));
      }),
      { numRuns: runs * 3 },
    );
    expect(unknown / all).toBeLessThan(0.02);
  });

  // What is seen by whom is tried out for each order of all, so the histories are small.
  test('parallel-snapshot-isolation is never wrong, and seldom open', () => {
    let [unknown, all, held] = [0, 0, 0];
    fc.assert(
      fc.property(seeds, levels, fc.boolean(), (seed, level, stale) => {
        const history = simulate({ ...small, level, stale, transactions: 4 }, seed);
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

describe('histories of a right database are never accused', () => {
  const big: Omit<Shape, 'level'> = { ...small, transactions: 120, clients: 6, keys: 5, lie: 0 };
  const cases = [
    ['serial', 'strict-serializable'],
    ['snapshot', 'strong-snapshot-isolation'],
    ['committed', 'read-committed'],
  ] as const;
  test.each(cases)('%s: %s', (level, model) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const verdict = verdictOf(model, simulate({ ...big, level }, seed));
        expect(verdict.valid).toBe(true);
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });
});
