/**
 * Evidence is a proof: the operations that an anomaly names show it without the rest of the
 * history, judged by the same checker; and where it was made as small as can be, none of them
 * can be left out.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../src/base/json.ts';
import type { Checker } from '../../src/checker/checker.ts';
import { listAppend } from '../../src/checker/txn/list-append.ts';
import {
  anomaliesImpliedByAll,
  isIsolationModel,
  isolationModel,
  isRuledOut,
} from '../../src/checker/txn/models.ts';
import { rwRegister } from '../../src/checker/txn/rw-register.ts';
import { weakRegister } from '../../src/checker/txn/weak-register.ts';
import { type Anomaly, anomaliesOf } from '../../src/checker/verdict.ts';
import { weakModel, weakModelNames } from '../../src/checker/weak/weak.ts';
import type { History } from '../../src/history/history.ts';
import { randomRegisters } from '../support/random-registers.ts';
import { type Shape, simulate } from '../support/txn-simulation.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 80);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
const limits = { timeoutMs: 10_000, memoryMb: 200, nowMs: () => performance.now() };

function rowsOf(history: History, { operations }: Anomaly): readonly number[] {
  const { invoke } = history.operations;
  return [...invoke.keys()].filter((row) => operations.includes(invoke[row] ?? -1));
}

/** Types of anomalies of these operations alone, those that are only counted too. */
function typesOf(checker: Checker, history: History, rows: readonly number[]): readonly string[] {
  const verdict = checker.check(history.picked(rows), limits);
  const counted = verdict.details?.['anomalies'] ?? null;
  return [
    ...anomaliesOf(verdict).map(({ type }) => type),
    ...(isObject(counted) ? Object.keys(counted) : []),
  ];
}

function textOf(history: History, anomaly: Anomaly): string {
  const events = [...history.eachEvent()].map((event) => JSON.stringify(event));
  return [JSON.stringify(anomaly), ...events].join('\n');
}

/** Those that say of a read that nobody wrote what it shows need the writes of all others. */
const ofAbsence = new Set(['thin-air-read', 'aborted-read']);
/** Whatever overlaps a read of a safe register may be what excuses it. */
const notShrunk = new Set(['linearizable', 'regular', 'safe']);

/** Of a circle told line by line: each begins with what the one before it led to, and says why. */
function isTold({ explanation }: Anomaly): boolean {
  const steps = explanation
    .split('\n')
    .flatMap((line) => [.../^(.*?) comes before (.*?): (.*)\.$/g[Symbol.matchAll](line)]);
  return steps.every(([, from = '', , why = ''], i) => why !== '' && from === steps.at(i - 1)?.[2]);
}

describe.each(weakModelNames)('%s', (name) => {
  test('is broken by the evidence alone, and by no less of it', () => {
    const checker = weakModel(name);
    let found = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const history = randomRegisters(seed, [0, 0.4][seed % 2], [0, 0, 0, 0.3][seed % 4]);
      for (const anomaly of anomaliesOf(checker.check(history, limits))) {
        if (ofAbsence.has(anomaly.type)) continue;
        found += 1;
        const rows = rowsOf(history, anomaly);
        const where = `seed ${seed}: ${textOf(history, anomaly)}`;
        expect(isTold(anomaly), where).toBe(true);
        const again = typesOf(checker, history, rows);
        expect(again.length, where).toBeGreaterThan(0);
        if (notShrunk.has(name)) continue;
        expect(again, where).toContain(anomaly.type);
        for (const row of rows) {
          const fewer = rows.filter((other) => other !== row);
          expect(typesOf(checker, history, fewer), where).not.toContain(anomaly.type);
        }
      }
    }
    expect(found).toBeGreaterThan(0);
  });
});

const isolations = fc.constantFrom<Shape['level']>(
  'serial',
  'snapshot',
  'committed',
  'uncommitted',
);

const shape: Omit<Shape, 'level' | 'kind'> = {
  transactions: 14,
  clients: 4,
  keys: 3,
  lengthMax: 4,
  info: 0.1,
  fail: 0.1,
  lie: 0.08,
};

const transactional: readonly (readonly [Shape['kind'], string, Checker])[] = [
  ...['strict-serializable', 'snapshot-isolation', 'read-committed'].flatMap(
    (model) =>
      [
        ['list-append', model, listAppend(model)],
        ['rw-register', model, rwRegister(model)],
      ] as const,
  ),
  ...(['read-committed-monotonic', 'session-read-atomic', 'causal-consistency'] as const).map(
    (level) => ['rw-register', level, weakRegister(level)] as const,
  ),
];

/**
 * Among fewer transactions there may be anomalies that are worse, and hide the order of versions
 * on which the cycle rests: aborted or intermediate reads, say, where who wrote what was read
 * first is not there. Then they themselves show that the model is broken. What is thin air only
 * since its writer is not there says nothing.
 */
function isAsBad(types: readonly string[], { type, model }: Anomaly): boolean {
  const own = types.filter((each) => each !== 'thin-air');
  if (anomaliesImpliedByAll(own).has(type)) return true;
  return isIsolationModel(model) && isRuledOut(isolationModel(model), own);
}

describe.each(transactional)('%s: %s', (kind, _, checker) => {
  test('is broken by the transactions of the evidence alone, in the same way', () => {
    fc.assert(
      fc.property(fc.nat(), isolations, fc.boolean(), (seed, level, updates) => {
        const history = simulate({ ...shape, kind, level, updates }, seed);
        for (const anomaly of anomaliesOf(checker.check(history, limits))) {
          // That no order is left is looked for only where reads fit, and these lack their writers.
          if (/^no-.*-order/.test(anomaly.type)) continue;
          const rows = rowsOf(history, anomaly);
          const seen = `${anomaly.type}: ${textOf(history, anomaly)}`;
          const again = typesOf(checker, history, rows);
          if (!isAsBad(again, anomaly)) expect(again, seen).toContain(anomaly.type);
        }
      }),
      { numRuns: runs },
    );
  });
});

/** Each is shown by what a few transactions did; nothing is worked out from what others did. */
const shownAtOnce = new Set([
  'G1a',
  'G1b',
  'internal',
  'future-read',
  'duplicate-elements',
  'incompatible-order',
  'dirty-update',
  'reordered-appends',
]);

test('what a few reads of lists show is shown by no fewer transactions', () => {
  const checker = listAppend('strict-serializable');
  let found = 0;
  fc.assert(
    fc.property(fc.nat(), isolations, fc.integer({ min: 4, max: 9 }), (seed, level, size) => {
      const kind = 'list-append';
      const crowd = { ...shape, kind, level, transactions: size, fail: 0.25, lie: 0.15 } as const;
      const history = simulate(crowd, seed);
      for (const anomaly of anomaliesOf(checker.check(history, limits))) {
        if (!shownAtOnce.has(anomaly.type)) continue;
        found += 1;
        const rows = rowsOf(history, anomaly);
        const isThere = (some: readonly number[]): boolean =>
          anomaliesOf(checker.check(history.picked(some), limits)).some(
            ({ type, key }) => type === anomaly.type && key === anomaly.key,
          );
        const seen = `${anomaly.type}: ${textOf(history, anomaly)}`;
        expect(isThere(rows), seen).toBe(true);
        for (const row of rows)
          expect(isThere(rows.filter((other) => other !== row)), seen).toBe(false);
      }
    }),
    { numRuns: runs * 2 },
  );
  expect(found).toBeGreaterThan(0);
});
