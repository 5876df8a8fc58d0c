import { nemesisProcess, noEvent } from '../history/columns.js';
import { longestPrefixOf, namesOf, offendingOf } from './evidence.js';
import { operationText } from './words.js';
/** Reads a witness off the history. Of too many operations the last ones are kept. */
export function witnessOf(anomaly, history, faults, limits) {
  const rows = anomaly.operations.map((index) => rowOf(history, index));
  const found = rows.filter((row) => row !== undefined);
  const resolved = [...new Set(found)].toSorted((a, b) => a - b);
  const offending = offendingOf(anomaly);
  const marked = resolved.filter((row) => offending.has(history.operations.invoke[row] ?? -1));
  const kept = keptRows(resolved, marked, limits.operationsMax);
  const places = placesOf(anomaly);
  const names = namesOf(anomaly);
  const operations = kept.map((row) => {
    const operation = history.operation(row);
    const name = names.get(operation.invokeIndex);
    const text = operationText(operation, limits.labelLength);
    return {
      operation,
      label: name === undefined ? text : `${name}: ${text}`,
      offending: offending.has(operation.invokeIndex),
      place: places.get(operation.invokeIndex) ?? null,
    };
  });
  return {
    operations,
    faults: overlapping(operations, faults),
    omitted: resolved.length - kept.length,
    unresolved: rows.length - found.length,
  };
}
/** None if the order is one of more operations than the anomaly's: a number would say nothing. */
function placesOf(anomaly) {
  const steps = longestPrefixOf(anomaly).map(({ operation }) => operation);
  const own = new Set(anomaly.operations);
  if (steps.some((operation) => !own.has(operation))) return new Map();
  return new Map(steps.map((operation, i) => [operation, i + 1]));
}
/** The row in `operations` of the operation that this event begins or ends. */
export function rowOf(history, index) {
  const { process, pair, type } = history.events;
  if (!Number.isInteger(index) || index < 0 || index >= history.eventCount) return undefined;
  if (process[index] === nemesisProcess) return undefined;
  const begins = type[index] === 0 ? index : (pair[index] ?? noEvent);
  if (begins === noEvent) return undefined;
  const { invoke, count } = history.operations;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((invoke[middle] ?? 0) < begins) low = middle + 1;
    else high = middle;
  }
  return invoke[low] === begins ? low : undefined;
}
function keptRows(rows, marked, max) {
  if (rows.length <= max) return [...rows];
  const kept = new Set(marked.slice(0, max));
  for (let i = rows.length - 1; i >= 0 && kept.size < max; i -= 1) kept.add(rows[i] ?? 0);
  return [...kept].toSorted((a, b) => a - b);
}
function overlapping(operations, faults) {
  const [first] = operations;
  if (first === undefined) return [];
  const begin = first.operation.invokeIndex;
  const end = Math.max(
    ...operations.map(({ operation }) =>
      operation.outcome === 'info' ? operation.invokeIndex : operation.returnIndex,
    ),
  );
  return faults.filter(
    (fault) => fault.startIndex < end && (fault.endIndex === null || fault.endIndex > begin),
  );
}
/** Events from left to right in their recorded order, each as far left as labels allow. */
export function layoutWitness(witness, measure) {
  const at = positions(witness, measure);
  const width = Math.max(0, ...at.values()) + measure.gap;
  const rows = [...new Set(witness.operations.map(({ operation }) => operation.process))];
  const bars = witness.operations.map((item) => {
    const { operation } = item;
    const open = operation.outcome === 'info';
    const start = at.get(operation.invokeIndex) ?? 0;
    const end = open ? width : (at.get(operation.returnIndex) ?? width);
    return { item, row: rows.indexOf(operation.process), start, end, open };
  });
  const bands = witness.faults.map((fault) => ({
    fault,
    start: at.get(fault.startIndex) ?? 0,
    end: fault.endIndex === null ? width : (at.get(fault.endIndex) ?? width),
  }));
  return { rows, bars, bands, width };
}
/** Event index → position. A return is at least its label away from its call. */
function positions(witness, measure) {
  const calls = new Map();
  const returns = new Map();
  for (const item of witness.operations) {
    calls.set(item.operation.invokeIndex, item);
    if (item.operation.outcome !== 'info') returns.set(item.operation.returnIndex, item);
  }
  const first = Math.min(...calls.keys());
  const last = Math.max(first, ...calls.keys(), ...returns.keys());
  const edges = witness.faults
    .flatMap(({ startIndex, endIndex }) => [startIndex, endIndex ?? -1])
    .filter((index) => index > first && index < last);
  const order = [...new Set([...calls.keys(), ...returns.keys(), ...edges])].toSorted(
    (a, b) => a - b,
  );
  const at = new Map();
  let here = -measure.gap;
  let openEnd = 0;
  for (const index of order) {
    const ended = returns.get(index);
    const begun = ended === undefined ? 0 : (at.get(ended.operation.invokeIndex) ?? 0);
    const least = ended === undefined ? 0 : begun + measure.barWidth(ended.label);
    here = Math.max(here + measure.gap, least);
    at.set(index, here);
    const opened = calls.get(index);
    if (opened?.operation.outcome === 'info')
      openEnd = Math.max(openEnd, here + measure.barWidth(opened.label));
  }
  // A bar that never ends still needs room for its label; -1 is no event.
  at.set(-1, Math.max(here, openEnd - measure.gap));
  return at;
}
