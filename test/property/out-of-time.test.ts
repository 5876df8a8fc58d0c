/** Whenever the time is up, what is said is true: some of what a checker with all time says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Checker } from '../../src/checker/checker.ts';
import { modelMap } from '../../src/checker/map.ts';
import { isolationCatalog } from '../../src/checker/txn/catalog.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import type { History } from '../../src/history/history.ts';
import { randomRegisters } from '../support/random-registers.ts';
import { type Shape, simulate } from '../support/txn-simulation.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
/** So many looks at the clock, or fewer, before the time is up. */
const looksMax = 60;
/** For one level alone. */
const fewLooksMax = 2;

/** A verdict by a clock that stands still until it was looked at `looks` times. */
function verdictOf(checker: Checker, history: History, looks: number): Verdict {
  let left = looks;
  const nowMs = (): number => {
    left -= 1;
    return left >= 0 ? 0 : 1e9;
  };
  return checker.check(history, { timeoutMs: 60_000, memoryMb: 500, nowMs });
}

function states({ details }: Verdict): ReadonlyMap<string, string> {
  const map = (details?.['map'] ?? []) as readonly { model: string; state: string }[];
  return new Map(map.map(({ model, state }) => [model, state]));
}

/** Returns whether less was said than with all time. @throws if something else was said */
function saysLess(checker: Checker, history: History, looks: number): boolean {
  const whole = verdictOf(checker, history, Number.POSITIVE_INFINITY);
  const part = verdictOf(checker, history, looks);
  if (part.valid !== 'unknown') expect(part.valid).toBe(whole.valid);
  const full = states(whole);
  let less = part.valid !== whole.valid;
  for (const [model, state] of states(part))
    if (state === 'held' || state === 'violated')
      expect(`${model} ${state}`).toBe(`${model} ${full.get(model)}`);
    else if (state !== full.get(model)) less = true;
  return less;
}

const shape: Omit<Shape, 'kind' | 'level'> = {
  transactions: 7,
  clients: 3,
  keys: 2,
  lengthMax: 3,
  info: 0.1,
  fail: 0.1,
  lie: 0.1,
};

test.each(['list-append', 'rw-register'] as const)('of %s', (kind) => {
  let fewer = 0;
  fc.assert(
    fc.property(
      seeds,
      fc.constantFrom<Shape['level']>('serial', 'snapshot', 'committed', 'uncommitted'),
      fc.integer({ min: 1, max: looksMax }),
      (seed, level, looks) => {
        if (
          saysLess(modelMap({ realTime: true }), simulate({ ...shape, kind, level }, seed), looks)
        )
          fewer += 1;
      },
    ),
    { numRuns: runs },
  );
  expect(fewer).toBeGreaterThan(runs / 20);
});

test.each(['list-append', 'rw-register'] as const)(
  'of a level of %s that was asked for',
  (kind) => {
    const models = isolationCatalog.filter(({ kinds }) => kinds.includes(kind));
    let fewer = 0;
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...models),
        fc.constantFrom<Shape['level']>('serial', 'snapshot', 'committed', 'uncommitted'),
        fc.integer({ min: 1, max: fewLooksMax }),
        (seed, model, level, looks) => {
          const checker = model.checker(kind, { realTime: true });
          if (saysLess(checker, simulate({ ...shape, kind, level }, seed), looks)) fewer += 1;
        },
      ),
      { numRuns: runs },
    );
    expect(fewer).toBeGreaterThan(0);
  },
);

test.each([0, 0.3])('of registers, with compare-and-set in %d of the operations', (casShare) => {
  let fewer = 0;
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: looksMax }), (seed, looks) => {
      if (saysLess(modelMap({ realTime: true }), randomRegisters(seed, casShare), looks))
        fewer += 1;
    }),
    { numRuns: runs },
  );
  expect(fewer).toBeGreaterThan(0);
});
