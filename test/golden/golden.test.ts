/** Every history of histories/golden against what it is there to show, as `dsx check` judges it. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { checkersOfModel, modelCatalog } from '../../src/checker/catalog.ts';
import { isIsolationModel, isolationModel, modelsImpliedBy } from '../../src/checker/txn/models.ts';
import { anomaliesOf, worst } from '../../src/checker/verdict.ts';
import { weakerThan, weakModelNames } from '../../src/checker/weak/lattice.ts';
import { definedAnomalies } from '../../src/report/definitions.ts';
import {
  type GoldenHistory,
  goldenFolder,
  goldenHistories,
  readGolden,
} from '../../src/store/golden.ts';

const goldens = goldenHistories();
const limits = { timeoutMs: 5_000, memoryMb: 256, nowMs: () => 0 };

test('every file has an entry, and every entry a file', () => {
  const files = readdirSync(goldenFolder()).filter((file) => file.endsWith('.jsonl'));
  expect(files.map((file) => file.replace('.jsonl', '')).toSorted()).toEqual(
    goldens.map(({ name }) => name).toSorted(),
  );
});

describe.each(goldens)('$name', ({ name, model, valid, anomalies, shows }) => {
  const { history, realTime } = readGolden(name);
  const check = (specification: string): ReturnType<typeof judge> => judge(specification);
  function judge(specification: string): { valid: unknown; types: readonly string[] } {
    const verdicts = checkersOfModel(specification, { history, realTime }).map((checker) =>
      checker.check(history, limits),
    );
    const found = verdicts.flatMap(anomaliesOf);
    for (const { explanation, operations } of found) {
      expect(explanation).not.toMatch(/undefined|NaN|\[object/);
      expect(operations.length).toBeGreaterThan(0);
    }
    return {
      valid: worst(verdicts.map((verdict) => verdict.valid)),
      types: found.map(({ type }) => type),
    };
  }

  test(`${model} ${valid ? 'holds' : `is broken: ${anomalies[0] ?? ''}`}`, () => {
    const found = check(model);
    expect(found.valid).toBe(valid);
    expect(found.types.some((type) => anomalies.includes(type))).toBe(!valid);
    expect(shows).toMatch(/\.$/);
    expect(history.operationCount).toBeLessThanOrEqual(8);
  });

  const budgets = [
    ['no time', { ...limits, timeoutMs: 0 }],
    ['no memory', { ...limits, memoryMb: 0 }],
  ] as const;
  test.each(valid ? [] : budgets)('with %s left it is not called valid', (_, none) => {
    const verdicts = checkersOfModel(model, { history, realTime }).map((checker) =>
      checker.check(history, none),
    );
    expect(worst(verdicts.map((verdict) => verdict.valid))).not.toBe(true);
  });

  test('the map, which nobody asked for, breaks no promise that this one keeps', () => {
    const map = check('map').valid;
    expect([true, false, 'unknown']).toContain(map);
    if (model === 'register' || model === 'cas-register') expect(map).toBe(valid);
  });
});

/** Names that no small history shows, each with the reason. */
const withoutExample = new Map([
  ['log-match', 'needs the logs of nodes'],
  ['unexpected-account', 'only the bank workload knows which accounts there are'],
]);

const models = modelCatalog().map(({ name }) => name);

function examplesOf(model: string, valid: boolean): readonly GoldenHistory[] {
  return goldens.filter(
    (each) => each.valid === valid && (each.model === model || each.model.startsWith(`${model}:`)),
  );
}

describe.each([...models, 'linearizable'])('%s', (model) => {
  // The checker of linearizable registers is that of the model register.
  const names = model === 'linearizable' ? [model, 'register'] : [model];

  test.each([true, false])('has an example of which it is said: %s', (valid) => {
    expect(names.flatMap((name) => examplesOf(name, valid)).length).toBeGreaterThan(0);
  });

  test('just holds: its example breaks what is next stronger, where anything is', () => {
    const stronger = [...models, 'linearizable'].filter((other) => implies(other, model));
    const breaksOne = examplesOf(model, true).some(({ name }) =>
      stronger.some((other) => verdictOf(name, other) === false),
    );
    expect(breaksOne || stronger.length === 0).toBe(true);
  });

  test('is just broken: its example breaks nothing that is weaker, where it has an anomaly of its own', () => {
    const weaker = [...models, 'linearizable'].filter((other) => implies(model, other));
    const isJustBroken = names
      .flatMap((name) => examplesOf(name, false))
      .some(({ name }) => weaker.every((other) => verdictOf(name, other) !== false));
    expect(isJustBroken || withoutOwnAnomaly.has(model) || weaker.length === 0).toBe(true);
  });
});

/** Levels that checkers rule out only by what rules out a weaker one. */
const withoutOwnAnomaly: ReadonlySet<string> = new Set([
  'causal-cerone',
  'forward-consistent-view',
  'monotonic-atomic-view',
  'monotonic-snapshot-read',
  'monotonic-view',
  'parallel-snapshot-isolation',
  'update-serializable',
]);

test('every anomaly has an example, but for a few', () => {
  const shown = new Set(goldens.flatMap(({ name, anomalies }) => [name, ...anomalies]));
  const missing = definedAnomalies()
    .map(([type]) => type)
    .filter((type) => !shown.has(type));
  expect(missing).toEqual([...withoutExample.keys()]);
});

/** Whether whatever keeps the one keeps the other, which is another one. */
function implies(model: string, other: string): boolean {
  if (model === other) return false;
  const weak = weakModelNames.find((name) => name === model);
  if (weak !== undefined) return [...weakerThan(weak, true)].some((name) => name === other);
  if (!isIsolationModel(model) || !isIsolationModel(other)) return false;
  return modelsImpliedBy(isolationModel(model)).has(isolationModel(other)) && !isWeak(other);
}

function isWeak(name: string): boolean {
  return weakModelNames.some((known) => known === name);
}

/** Undefined if it cannot be asked of this history. */
function verdictOf(name: string, model: string): unknown {
  const { history, realTime } = readGolden(name);
  try {
    const checkers = checkersOfModel(model, { history, realTime });
    return worst(checkers.map((checker) => checker.check(history, limits).valid));
  } catch (thrown) {
    if (thrown instanceof UsageError) return undefined;
    throw thrown;
  }
}
