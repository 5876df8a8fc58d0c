/** Which stretches of time a report looks at first: those around the anomalies. */
import { anomaliesOf, type Verdict } from '../checker/verdict.ts';
import type { History } from '../history/history.ts';
import type { Stretch } from './traces.ts';
import { rowOf } from './witness.ts';

/** Before and after each operation of an anomaly. */
const roomNs = 50_000_000;
const anomaliesMax = 20;
const operationsMax = 60;

/** Where to look first: around the operations of the anomalies. Disjoint and ascending. */
export function focusOf(verdicts: readonly Verdict[], history: History): readonly Stretch[] {
  const moments = verdicts
    .flatMap(anomaliesOf)
    .slice(0, anomaliesMax)
    .flatMap(({ operations }) => operations.slice(-operationsMax))
    .flatMap((index) => momentsOf(history, index));
  const joined: { fromNs: number; toNs: number }[] = [];
  for (const ns of moments.toSorted((a, b) => a - b)) {
    const last = joined.at(-1);
    if (last !== undefined && ns - roomNs <= last.toNs) last.toNs = ns + roomNs;
    else joined.push({ fromNs: ns - roomNs, toNs: ns + roomNs });
  }
  return joined;
}

/** When an operation began, and when it ended if that is known. */
function momentsOf(history: History, index: number): readonly number[] {
  const row = rowOf(history, index);
  if (row === undefined) return [];
  const operation = history.operation(row);
  return operation.outcome === 'info'
    ? [operation.invokeNs]
    : [operation.invokeNs, operation.returnNs];
}
