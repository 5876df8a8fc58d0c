/**
 * Many registers in one object, the key in the value: `[key, value]`. Linearizability is a
 * matter of each register by itself (Herlihy and Wing), so each is judged as in `register.ts`.
 */
import { canonical, isArray, isObject, type Json } from '../../../base/json.ts';
import type { History } from '../../../history/history.ts';
import { noValue } from '../../../history/values.ts';
import { cellOperations, checkCell } from './register.ts';
import { linearizable, type NotApplicable, notApplicable, type PolyResult } from './result.ts';
import { timelineOf, type Vocabulary } from './timeline.ts';

export function checkMultiRegister(
  history: History,
  rows: Int32Array,
  vocabulary: Vocabulary,
  initial: Json,
): PolyResult {
  const groups = rowsByInnerKey(history, rows);
  if ('why' in groups) return groups;
  let undecided: NotApplicable | undefined;
  for (const [key, group] of groups) {
    const timeline = timelineOf(history, Int32Array.from(group.rows), vocabulary);
    if ('why' in timeline) return timeline;
    const name = typeof group.key === 'string' ? group.key : key;
    const start = isObject(initial) ? (initial[name] ?? null) : initial;
    const cell = cellOperations(timeline, start, true);
    const result = 'why' in cell ? cell : checkCell(cell);
    if (result.kind === 'violation') return result;
    if (result.kind === 'not-applicable') undecided = notApplicable(`key ${key}: ${result.why}`);
  }
  return undecided ?? linearizable;
}

interface Group {
  readonly key: Json;
  readonly rows: number[];
}

function rowsByInnerKey(history: History, rows: Int32Array): Map<string, Group> | NotApplicable {
  const { input } = history.operations;
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const pair = history.values.value(input[row] ?? noValue);
    if (!isArray(pair) || pair.length !== 2)
      return notApplicable(
        `an operation needs [key, value] as its value, found ${JSON.stringify(pair)}`,
      );
    const key = canonical(pair[0] ?? null);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { key: pair[0] ?? null, rows: [row] });
    else group.rows.push(row);
  }
  return groups;
}
