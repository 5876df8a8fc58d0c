/**
 * The checker with its polynomial deciders, from the outside: on histories that they take, it
 * says what trying everything says, and what it shows is evidence.
 */
import { describe, expect, test } from 'vitest';
import { isArray, isObject, type Json } from '../../src/base/json.ts';
import type { CheckLimits } from '../../src/checker/checker.ts';
import { linearizable } from '../../src/checker/linearizability/linearizability.ts';
import {
  callsOf,
  never,
  partsOf,
  ungrouped,
  valueGroups,
} from '../../src/checker/linearizability/part.ts';
import { truncateAt } from '../../src/checker/linearizability/witness.ts';
import type { Anomaly } from '../../src/checker/verdict.ts';
import { typeCode } from '../../src/history/columns.ts';
import type { History } from '../../src/history/history.ts';
import { modelLibrary } from '../../src/model/library.ts';
import { isLinearizable } from '../support/exhaustive.ts';
import { hasOrder } from '../support/oracle.ts';
import { historyText, randomHistory, type Shape } from '../support/poly-histories.ts';
import { type ObjectCase, objectCases } from '../support/poly-objects.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 200);
const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
const limits: CheckLimits = { timeoutMs: 60_000, memoryMb: 500, nowMs: () => 0 };

const cases = objectCases.filter(({ model }) => modelLibrary.some(({ name }) => name === model));

function shapeOf(seed: number, { operations = 9, processes = 4 }: ObjectCase): Shape {
  return {
    operations: 3 + (seed % (operations - 2)),
    processes: 2 + (seed % (processes - 1)),
    crashRate: [0, 0.08, 0.2][seed % 3] ?? 0,
    failRate: seed % 5 === 0 ? 0.1 : 0,
    damageRate: 0.75,
  };
}

function allRows(history: History): number[] {
  return Array.from({ length: history.operationCount }, (_, row) => row);
}

function shownRows(history: History, { operations }: Anomaly): number[] {
  const { invoke } = history.operations;
  return allRows(history).filter((row) => operations.includes(invoke[row] ?? -1));
}

/** The prefix's length in events and what comes next, as the evidence has it. */
function prefixOf({ evidence }: Anomaly): { proved: number; stuck: number } | undefined {
  const prefix: Json = evidence?.['longestPrefix'] ?? null;
  if (!isObject(prefix)) return undefined;
  const { provedUpToEvent, stuckAtEvent } = prefix;
  if (typeof provedUpToEvent !== 'number' || typeof stuckAtEvent !== 'number') return undefined;
  return { proved: provedUpToEvent, stuck: stuckAtEvent };
}

describe.each(cases.map((each) => ({ ...each })))('$name', (object: ObjectCase) => {
  const { model, parameter, specification } = object;
  const name = parameter === undefined ? model : `${model}:${JSON.stringify(parameter)}`;

  test('the verdict is right, and the evidence proves it', () => {
    const said = { decided: 0, violated: 0, standalone: 0 };
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const history = randomHistory(seed, object.simulate, shapeOf(seed, object));
      if (!history.operations.outcome.includes(typeCode.ok)) continue;
      const where = `seed ${seed}\n${historyText(history)}`;
      const verdict = linearizable(name).check(history, limits);
      const truth = isLinearizable(history, allRows(history), specification);
      expect(verdict.valid, where).toBe(truth);
      if (!/by (search|values)/.test(verdict.method)) said.decided += 1;
      if (verdict.valid !== false) continue;
      said.violated += 1;
      for (const anomaly of verdict.anomalies) {
        const seen = `${where}\n${anomaly.explanation}`;
        expect(anomaly.explanation, seen).not.toMatch(/undefined|NaN|\{[a-z]+[.}]/iu);
        const witness: Json = anomaly.evidence?.['witness'] ?? null;
        expect(isArray(witness) ? witness.length : 0, seen).toBe(anomaly.operations.length);
        const prefix = prefixOf(anomaly);
        if (prefix !== undefined && specification.partition === undefined) {
          // Before that event there is an order of what was known then; after it there is none,
          // whatever answers what was open there gave later.
          const before = history.asKnownBefore(prefix.stuck);
          const rows = allRows(before).filter(
            (row) => (before.operations.invoke[row] ?? 0) < prefix.stuck,
          );
          expect(isLinearizable(before, rows, specification), seen).toBe(true);
          const [part] = partsOf(history, specification);
          if (part === undefined) continue;
          const end = prefix.stuck;
          const open = truncateAt(specification, callsOf(part, specification), end);
          const calls = open.map((call) => ({
            ...call,
            returned: call.returned === never ? Infinity : call.returned,
          }));
          expect(hasOrder(calls, specification, specification.init), seen).toBe(false);
        }
        if (anomaly.evidence?.['standalone'] !== true) continue;
        said.standalone += 1;
        expect(anomaly.evidence['confirmed'], seen).toBe(true);
        expectToProve(history, anomaly, object, seen);
      }
    }
    // A decider that declines, or never accuses, would prove nothing.
    expect(said.decided, JSON.stringify(said)).toBeGreaterThan(runs * 0.5);
    expect(said.violated, JSON.stringify(said)).toBeGreaterThan(runs * 0.1);
    expect(said.standalone, JSON.stringify(said)).toBeGreaterThan(said.violated * 0.9);
  });
});

/**
 * Putting back whatever is about a value of the evidence changes nothing: so the evidence is
 * what is left of the history when whole values and pure operations are taken away.
 */
function expectToProve(
  history: History,
  anomaly: Anomaly,
  { specification }: ObjectCase,
  where: string,
): void {
  if (anomaly.evidence?.['startsAnywhere'] === true) return;
  const shown = shownRows(history, anomaly);
  expect(isLinearizable(history, shown, specification), where).toBe(false);
  const [part] = partsOf(history, { ...specification, partition: undefined as never });
  if (part === undefined) return;
  const calls = callsOf(part, specification);
  const groups = valueGroups(calls, specification);
  if (groups === undefined) return;
  const touched = new Set(
    calls.flatMap(({ row }, at) => (shown.includes(row) ? [groups[at] ?? ungrouped] : [])),
  );
  const closed = calls.filter(
    (call, at) =>
      shown.includes(call.row) ||
      (!specification.isPure(call.op) && touched.has(groups[at] ?? ungrouped)),
  );
  const rows = closed.map(({ row }) => row);
  expect(isLinearizable(history, rows, specification), `with its values: ${where}`).toBe(false);
}
