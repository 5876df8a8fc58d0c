/** Joins the verdicts of one checker on parts of a history into one. */
import { assert, present } from '../base/assert.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { isArray, isObject } from '../base/json.ts';
import { type Anomaly, anomaliesOf, type NonEmpty, type Verdict, worst } from './verdict.ts';

/** @param parts at least one verdict, all of the same checker on disjoint parts. */
export function mergeVerdicts(parts: readonly Verdict[]): Verdict {
  const first = present(parts[0], 'a verdict to merge');
  if (parts.length === 1) return first;
  assert(
    parts.every((part) => part.checker === first.checker),
    'verdicts of different checkers are not merged',
  );
  // A part with nothing in it proves nothing, and takes nothing from what the others prove.
  const telling = parts.filter((part) => !isEmpty(part));
  const judged = telling.length === 0 ? parts : telling;
  const models = mergeModels(judged);
  const details = parts.map((part) => part.details).filter((part) => part !== undefined);
  const base = {
    checker: first.checker,
    ...(first.model === undefined ? {} : { model: first.model }),
    method: first.method,
    operationCount: parts.reduce((sum, part) => sum + part.operationCount, 0),
    ...(models.holds.length + models.violated.length === 0 ? {} : { models }),
    ...(details.length === 0 ? {} : { details: details.reduce(mergeDetails) }),
  };
  const valid = worst(judged.map((part) => part.valid));
  if (valid === true) return { ...base, valid };
  if (valid === false) {
    const anomalies = parts.flatMap(anomaliesOf).toSorted(byFirstOperation);
    return { ...base, valid, anomalies: anomalies as unknown as NonEmpty<Anomaly> };
  }
  const unknown = judged.find((part) => part.valid === 'unknown');
  assert(unknown?.valid === 'unknown', 'unknown has a part that is unknown');
  return { ...base, valid, reason: unknown.reason };
}

function isEmpty(verdict: Verdict): boolean {
  return verdict.valid === 'unknown' && verdict.reason.kind === 'too-few-ok';
}

function byFirstOperation(a: Anomaly, b: Anomaly): number {
  return (a.operations[0] ?? 0) - (b.operations[0] ?? 0);
}

/** What holds must hold in each part; what is violated in one is violated. */
function mergeModels(parts: readonly Verdict[]): NonNullable<Verdict['models']> {
  const all = parts.map((part) => part.models ?? { holds: [], violated: [] });
  const violated = new Set(all.flatMap((models) => models.violated));
  const [head, ...rest] = all;
  const holds = (head?.holds ?? []).filter(
    (model) => !violated.has(model) && rest.every((models) => models.holds.includes(model)),
  );
  return { holds, violated: [...violated] };
}

/** Counts add up; words that differ are kept from the first. */
function mergeDetails(a: JsonObject, b: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const known = merged[name];
    if (typeof known === 'number' && typeof value === 'number')
      merged[name] = /max|longest|worst/i.test(name) ? Math.max(known, value) : known + value;
    else if (isObject(known) && isObject(value)) merged[name] = mergeDetails(known, value);
    else if (isArray(known) && isArray(value)) merged[name] = [...known, ...value];
    else merged[name] ??= value;
  }
  return merged;
}
