/** Every history of histories/golden against what it is there to show, as `dsx check` judges it. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkersOfModel } from '../../src/checker/catalog.ts';
import { anomaliesOf, worst } from '../../src/checker/verdict.ts';
import { weakModelNames } from '../../src/checker/weak/lattice.ts';
import { definedAnomalies } from '../../src/report/definitions.ts';
import { goldenFolder, goldenHistories, readGolden } from '../../src/store/golden.ts';

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

  test('the map, which nobody asked for, breaks no promise that this one keeps', () => {
    const map = check('map').valid;
    expect([true, false, 'unknown']).toContain(map);
    if (model === 'register' || model === 'cas-register') expect(map).toBe(valid);
  });
});

/** Names that no small history shows, each with the reason. */
const withoutExample = new Map([
  ['log-match', 'needs the logs of nodes'],
  ['no-leader', 'a check of the election workload alone, with no name as a model'],
  ['refused-write-took-effect', 'a check of the lock workload alone, with no name as a model'],
  ['read-skew', 'another word for G-single'],
  ['repeated-read', 'told as internal'],
  ['write-skew', 'told as G2-item'],
  ['new-old-inversion', 'told as a stale read; see the history of that name'],
  ['refused-cas', 'a refusal is not judged unless the client answers ok with false'],
  ['G-single', 'that of predicates; see G-single-item'],
  ['G-cursor', 'told as lost-update'],
  ['G-monotonic', 'told as G-single-item'],
  ['predicate-read-miss', 'needs reads by predicate'],
  ['stale', 'asked for by an option of set-full'],
  ['unexpected-account', 'asked for by an option of bank'],
  ['int-send-skip', 'counted, and no failure unless asked for'],
  ['sum-out-of-order', 'of increments that answer sums'],
  ['duplicate-version', 'of registers that answer versions'],
  ['version-order', 'of registers that answer versions'],
  ['wrong-value', 'of registers that answer versions'],
]);

test('every weaker model has a history that just holds and one that is just broken', () => {
  for (const model of weakModelNames)
    for (const valid of [true, false]) {
      const models = model === 'linearizable' ? [model, 'register'] : [model];
      const examples = goldens.filter(
        (each) => models.includes(each.model) && each.valid === valid,
      );
      expect(examples.length, `${model} ${valid ? 'held' : 'broken'}`).toBeGreaterThan(0);
    }
});

test('anomalies without an example are few, and known', () => {
  const shown = new Set(goldens.flatMap(({ anomalies }) => anomalies));
  const missing = definedAnomalies()
    .map(([type]) => type)
    .filter((type) => !shown.has(type));
  expect(missing.filter((type) => !withoutExample.has(type))).toEqual([]);
});
