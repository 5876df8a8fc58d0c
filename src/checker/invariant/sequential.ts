/**
 * One client inserts k1, k2, … kn in that order; whoever sees a later one must see all before
 * it (the `sequential` test of Jepsen's CockroachDB suite).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `write` | anything | – |
 * | `read` | null | the elements in the order in which they were *read*, last inserted first; null for one that was not there. `[key, elements]` is taken too |
 *
 * Reading backwards, an element that is missing after one that was there is out of order.
 */
import { canonical, isArray, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';

export function sequentialInserts(read = 'read'): Checker {
  return invariant({
    name: 'sequential',
    summary: 'whoever sees a later insert of a client sees all earlier ones',
    method: `each ok ${read}, made from the last insert back to the first: nothing is missing once something was there`,
    judge: (part) => judge(part, read),
  });
}

function judge(part: Part, read: string): Finding {
  const anomalies = new AnomalyList(part);
  const counts = { allCount: 0, someCount: 0, noneCount: 0 };
  for (const row of part.rowsOf(read)) {
    const elements = part.isOk(row) ? listOf(part.output(row)) : undefined;
    if (elements === undefined || elements.length === 0) continue;
    const first = elements.findIndex((element) => element !== null);
    if (first < 0) counts.noneCount += 1;
    else if (elements.includes(null)) counts.someCount += 1;
    else counts.allCount += 1;
    const missing = first < 0 ? -1 : elements.indexOf(null, first);
    if (missing < 0) continue;
    anomalies.add(() => ({
      type: 'out-of-order',
      model: 'sequential',
      operations: [part.invoke(row)],
      explanation: `The ${read} of event ${part.invoke(row)} (ok at ${part.returned(row)}) went from the last insert back to the first: at place ${first} it found ${canonical(elements[first] ?? null)}, and then at place ${missing}, inserted earlier, nothing.`,
    }));
  }
  const { allCount, someCount, noneCount } = counts;
  const details = { ...counts, badCount: anomalies.count };
  if (allCount + someCount > 0) return { anomalies, details };
  const message = noneCount > 0 ? `no ${read} saw any element` : `no ${read} succeeded`;
  return { anomalies, details, ...tooFew(message) };
}

function listOf(value: Json): readonly Json[] | undefined {
  if (!isArray(value)) return undefined;
  const [, second] = value;
  return value.length === 2 && isArray(second) ? second : value;
}
