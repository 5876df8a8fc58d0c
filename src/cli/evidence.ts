/** The evidence of a run for a page of findings: its first anomaly, and when that was complete. */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import { nsPerMs } from '../base/units.ts';
import type { Evidence } from '../plan/finding.ts';
import type { Expectation } from '../plan/suite.ts';

interface Found {
  readonly type: string;
  readonly summary: string;
  readonly explanation: string;
  readonly operations: readonly number[];
}

/** Of the anomalies that were expected the one that was complete first; undefined: there is none. */
export async function evidenceOf(
  verdict: JsonObject,
  expect: Expectation,
): Promise<Evidence | undefined> {
  const found = anomaliesIn(verdict).filter(
    ({ type }) => expect.kind !== 'named' || expect.types.includes(type),
  );
  if (found.length === 0) return undefined;
  const { folder } = verdict;
  const completions = await completionTimes(
    typeof folder === 'string' ? join(folder, 'history.jsonl') : '',
    new Set(found.flatMap(({ operations }) => operations)),
  );
  const timed = found.map((one) => ({ one, completeMs: lastOf(one, completions) }));
  const [first] = timed.toSorted((a, b) => (a.completeMs ?? Infinity) - (b.completeMs ?? Infinity));
  if (first === undefined) return undefined;
  const { type, summary, explanation } = first.one;
  return { type, summary, explanation, completeMs: first.completeMs };
}

function anomaliesIn(verdict: JsonObject): readonly Found[] {
  const verdicts = isArray(verdict['verdicts']) ? verdict['verdicts'] : [];
  return verdicts.filter(isObject).flatMap(({ anomalies, text }) =>
    (isArray(anomalies) ? anomalies.filter(isObject) : []).map(
      ({ type, explanation, operations }) => ({
        type: wordsIn(type),
        summary: wordsIn(text),
        explanation: wordsIn(explanation),
        operations: isArray(operations) ? operations.map(Number) : [],
      }),
    ),
  );
}

function wordsIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function lastOf({ operations }: Found, completions: ReadonlyMap<number, number>): number | null {
  const times = operations.flatMap((index) => completions.get(index) ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

/** For each operation, by the index of its invocation: when it was complete, in milliseconds. */
async function completionTimes(
  file: string,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, number>> {
  const times = new Map<number, number>();
  if (!existsSync(file)) return times;
  const open = new Map<unknown, number>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const event = JSON.parse(line) as unknown;
    if (!isObject(event)) continue;
    const { type, process, index, time } = event;
    if (type === 'invoke') {
      if (wanted.has(Number(index))) open.set(process, Number(index));
      continue;
    }
    const invoked = open.get(process);
    if (invoked === undefined) continue;
    open.delete(process);
    // One whose answer never came has no completion; its place in the evidence is its start.
    if (type === 'ok' || type === 'fail') times.set(invoked, Number(time) / nsPerMs);
  }
  return times;
}
