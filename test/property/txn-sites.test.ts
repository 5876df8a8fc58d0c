/** Databases of several sites are never accused of not being what they are. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../src/base/assert.ts';
import { checkersOfModel } from '../../src/checker/catalog.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import type { History } from '../../src/history/history.ts';
import { type SitesShape, simulateSites } from '../support/txn-sites.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 100);
const limits = { timeoutMs: 20_000, memoryMb: 500, nowMs: () => performance.now() };

function verdictOf(model: string, history: History): Verdict {
  const [checker] = checkersOfModel(model, { history, realTime: true });
  return present(checker, model).check(history, limits);
}

const shapes = fc.record({
  transactions: fc.integer({ min: 5, max: 120 }),
  clients: fc.integer({ min: 2, max: 8 }),
  keys: fc.constantFrom(2, 5, 12),
  lengthMax: fc.integer({ min: 1, max: 4 }),
  sites: fc.integer({ min: 2, max: 4 }),
  info: fc.constantFrom(0, 0.05),
  fail: fc.constantFrom(0, 0.05),
});
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

const causal = ['causal-consistency', 'session-read-atomic', 'causal-cerone', 'read-atomic'];
const kinds: readonly (readonly [SitesShape['conflicts'], readonly string[]])[] = [
  ['refused', ['parallel-snapshot-isolation', ...causal]],
  ['merged', causal],
];

describe.each(kinds)('whose conflicts are %s', (conflicts, models) => {
  test.each(models)('%s holds', (model) => {
    let held = 0;
    fc.assert(
      fc.property(shapes, seeds, (shape, seed) => {
        const verdict = verdictOf(model, simulateSites({ ...shape, conflicts }, seed));
        expect(verdict.valid).not.toBe(false);
        if (verdict.valid === true) held += 1;
      }),
      { numRuns: runs },
    );
    expect(held).toBeGreaterThan(runs / 2);
  });

  test('serializability is often refuted, and nothing that the database is', () => {
    let refuted = 0;
    fc.assert(
      fc.property(shapes, seeds, (shape, seed) => {
        const history = simulateSites({ ...shape, conflicts }, seed);
        const verdict = verdictOf('serializable', history);
        if (verdict.valid !== false) return;
        refuted += 1;
        for (const model of verdict.models?.violated ?? []) expect(models).not.toContain(model);
      }),
      { numRuns: runs },
    );
    expect(refuted).toBeGreaterThan(runs / 50);
  });
});
