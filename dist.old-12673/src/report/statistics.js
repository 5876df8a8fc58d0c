/** Counts for people: completions by function, errors by code. */
import { eventTypes, noEvent } from '../history/columns.js';
export function functionCounts(history) {
  const { count, f, outcome } = history.operations;
  const counts = new Map();
  for (let row = 0; row < count; row += 1) {
    const id = f[row] ?? 0;
    let entry = counts.get(id);
    if (entry === undefined) counts.set(id, (entry = { ok: 0, fail: 0, info: 0 }));
    const type = eventTypes[outcome[row] ?? 0];
    if (type === 'ok' || type === 'fail' || type === 'info') entry[type] += 1;
  }
  return [...counts].map(([id, entry]) => ({ f: history.functions[id] ?? '', ...entry }));
}
/** Most frequent first. */
export function errorCounts(history) {
  const counts = new Map();
  const { complete, count, f, outcome } = history.operations;
  for (let row = 0; row < count; row += 1) {
    const type = eventTypes[outcome[row] ?? 0];
    if (type !== 'fail' && type !== 'info') continue;
    const completion = complete[row] ?? noEvent;
    const error = completion === noEvent ? undefined : history.extra(completion)?.error;
    const [code, example] = error ?? ['no-completion', 'the run ended before an answer came'];
    const name = history.functions[f[row] ?? 0] ?? '';
    const key = `${name} ${type} ${code}`;
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { f: name, type, code, count: 1, example });
    else entry.count += 1;
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count);
}
