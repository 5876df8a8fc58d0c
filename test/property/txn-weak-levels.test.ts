/** Weak levels of registers: against all orders of commits, and what holds in stronger ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rwRegister } from '../../src/checker/txn/rw-register.ts';
import { weakAppend } from '../../src/checker/txn/weak-append.ts';
import { weakRegister } from '../../src/checker/txn/weak-register.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import { type CommitLevel, hasCommitOrder } from '../support/commit-order-oracle.ts';
import { hasListCommitOrder } from '../support/list-commit-oracle.ts';
import { type Shape, simulate } from '../support/txn-simulation.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const limits = { timeoutMs: 20_000, memoryMb: 500, nowMs: () => performance.now() };
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const isolations = fc.constantFrom<Shape['level']>(
  'serial',
  'snapshot',
  'committed',
  'uncommitted',
);
const levels = [
  'read-committed-monotonic',
  'session-read-atomic',
  'causal-consistency',
] as const satisfies readonly CommitLevel[];

const small: Omit<Shape, 'level'> = {
  kind: 'rw-register',
  transactions: 7,
  clients: 3,
  keys: 2,
  lengthMax: 4,
  info: 0.1,
  fail: 0.1,
  lie: 0.1,
};

function tooLittle(verdict: Verdict): boolean {
  return verdict.valid === 'unknown' && verdict.reason.kind === 'too-few-ok';
}

describe.each(levels)('%s', (name) => {
  test('is exact', () => {
    const said = { held: 0, violated: 0, byOrder: 0 };
    fc.assert(
      fc.property(seeds, isolations, fc.boolean(), fc.boolean(), (seed, level, stale, updates) => {
        const history = simulate({ ...small, level, stale, updates }, seed);
        const verdict = weakRegister(name).check(history, limits);
        if (tooLittle(verdict)) return;
        expect(verdict.valid).toBe(hasCommitOrder(history, name));
        if (verdict.valid === true) said.held += 1;
        if (verdict.valid !== false) return;
        said.violated += 1;
        for (const { type, explanation } of verdict.anomalies) {
          if (/-read$|violation/.test(type) && type !== 'future-read') said.byOrder += 1;
          expect(explanation).not.toMatch(/undefined|NaN|event -1/);
        }
      }),
      { numRuns: runs * 5 },
    );
    // Reads that show by themselves that they are wrong would be no test of the order.
    expect(Math.min(said.held, said.violated, said.byOrder)).toBeGreaterThan(runs / 20);
  });
});

describe.each(levels)('%s of lists', (name) => {
  test('is exact', () => {
    const said = { held: 0, violated: 0, byOrder: 0 };
    fc.assert(
      fc.property(seeds, isolations, fc.boolean(), (seed, level, stale) => {
        const lists = { kind: 'list-append', transactions: 6, lengthMax: 3, lie: 0.05 } as const;
        const history = simulate({ ...small, ...lists, level, stale }, seed);
        const verdict = weakAppend(name).check(history, limits);
        if (tooLittle(verdict)) return;
        expect(verdict.valid).toBe(hasListCommitOrder(history, name));
        if (verdict.valid === true) said.held += 1;
        if (verdict.valid !== false) return;
        said.violated += 1;
        for (const { type, explanation } of verdict.anomalies) {
          if (/^(non-monotonic|fractured|causality)/.test(type)) said.byOrder += 1;
          expect(explanation).not.toMatch(/undefined|NaN|event -1/);
        }
      }),
      { numRuns: runs * 3 },
    );
    expect(Math.min(said.held, said.violated), JSON.stringify(said)).toBeGreaterThan(0);
    expect(said.byOrder, JSON.stringify(said)).toBeGreaterThan(0);
  });
});

test('out of time, what has no order of commits is never said to have one', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(...levels), (seed, name) => {
      const history = simulate({ ...small, level: 'committed' }, seed);
      let now = 0;
      const hurried = { ...limits, timeoutMs: 0, nowMs: () => (now += 1) };
      if (weakRegister(name).check(history, limits).valid === false)
        expect(weakRegister(name).check(history, hurried).valid).not.toBe(true);
    }),
    { numRuns: runs },
  );
});

/** Sessions end with each operation of unknown outcome, so there are many of them. */
const crashing: Omit<Shape, 'level'> = {
  ...small,
  transactions: 220,
  clients: 6,
  keys: 5,
  info: 0.5,
  fail: 0.05,
};

describe.each(levels)('%s of many sessions', (name) => {
  test('is exact', () => {
    const said = { held: 0, violated: 0 };
    const damage = fc.constantFrom(0, 0.002, 0.02);
    fc.assert(
      fc.property(seeds, isolations, fc.boolean(), damage, (seed, level, stale, lie) => {
        const history = simulate({ ...crashing, level, stale, lie }, seed);
        const verdict = weakRegister(name).check(history, limits);
        if (tooLittle(verdict)) return;
        expect(verdict.valid).toBe(hasCommitOrder(history, name));
        said[verdict.valid === true ? 'held' : 'violated'] += 1;
      }),
      { numRuns: Math.ceil(runs / 5) },
    );
    expect(Math.min(said.held, said.violated), JSON.stringify(said)).toBeGreaterThan(0);
  });
});

test('each level has the weaker ones, and a serializable history has all', () => {
  fc.assert(
    fc.property(seeds, isolations, fc.boolean(), (seed, level, stale) => {
      const history = simulate({ ...small, level, stale }, seed);
      const [monotonic, atomic, causal] = levels.map(
        (name) => weakRegister(name).check(history, limits).valid,
      );
      if (causal === true) expect(atomic).toBe(true);
      if (atomic === true) expect(monotonic).toBe(true);
      const serial = rwRegister('strong-session-serializable').check(history, limits);
      // Nothing but initial values read is too little for a weak level to judge.
      if (serial.valid === true) expect(causal).not.toBe(false);
    }),
    { numRuns: runs * 2 },
  );
});
