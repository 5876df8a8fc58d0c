/**
 * An anomaly's operations as a small picture: processes as rows, operations as bars.
 *
 * Time is drawn by order, not by length: between a microsecond and a minute no common scale
 * shows both. What matters survives exactly: who began before whom ended.
 */
import { canonical, type Json } from '../base/json.ts';
import type { Anomaly } from '../checker/verdict.ts';
import { nemesisProcess, noEvent } from '../history/columns.ts';
import type { Operation } from '../history/event.ts';
import type { FaultWindow } from '../history/faults.ts';
import type { History } from '../history/history.ts';
import { cycleOf, longestPrefixOf, namesOf, offendingOf } from './evidence.ts';
import { cutText, operationText, transactionParts } from './words.ts';

export interface WitnessOperation {
  readonly operation: Operation;
  readonly label: string;
  /** One of those that contradict each other. */
  readonly offending: boolean;
  /** Its place in the longest order that the model allows, from 1; null if it has none. */
  readonly place: number | null;
}

export interface Witness {
  readonly operations: readonly WitnessOperation[];
  /** Faults in force at some moment of it. */
  readonly faults: readonly FaultWindow[];
  /** Operations of the anomaly that are not in `operations`: beyond the limit. */
  readonly omitted: number;
  /** Indices named by the anomaly that are no client operation of this history. */
  readonly unresolved: number;
}

export interface WitnessLimits {
  readonly operationsMax: number;
  readonly labelLength: number;
}

/** Reads a witness off the history. Of too many operations the last ones are kept. */
export function witnessOf(
  anomaly: Anomaly,
  history: History,
  faults: readonly FaultWindow[],
  limits: WitnessLimits,
): Witness {
  const rows = anomaly.operations.map((index) => rowOf(history, index));
  const found = rows.filter((row) => row !== undefined);
  const resolved = [...new Set(found)].toSorted((a, b) => a - b);
  const offending = offendingOf(anomaly);
  const marked = resolved.filter((row) => offending.has(history.operations.invoke[row] ?? -1));
  const kept = keptRows(resolved, marked, limits.operationsMax);
  const places = placesOf(anomaly);
  const names = namesOf(anomaly);
  const keys = keysOf(anomaly);
  const operations = kept.map((row) => {
    const operation = history.operation(row);
    const name = names.get(operation.invokeIndex);
    const text = witnessText(operation, keys, limits.labelLength);
    return {
      operation,
      label: name === undefined ? text : `${name}: ${text}`,
      offending: offending.has(operation.invokeIndex),
      place: places.get(operation.invokeIndex) ?? null,
    };
  });
  return {
    operations,
    faults: faultsDuring(operations, faults),
    omitted: resolved.length - kept.length,
    unresolved: rows.length - found.length,
  };
}

/** The keys that an anomaly is about. */
function keysOf(anomaly: Anomaly): readonly Json[] {
  const keys = cycleOf(anomaly).map(({ key }) => key);
  return [anomaly.key, ...keys].filter((key) => key !== undefined);
}

/** A transaction that is too long keeps what it did to the keys that matter. */
function witnessText(operation: Operation, keys: readonly Json[], limit: number): string {
  const whole = operationText(operation, Infinity);
  if (whole.length <= limit) return whole;
  const wanted = new Set(keys.map(canonical));
  const parts = transactionParts(operation);
  const kept = parts.filter(({ key }) => wanted.has(canonical(key)));
  if (kept.length === 0 || kept.length === parts.length) return cutText(whole, limit);
  return cutText(`${kept.map(({ text }) => text).join('  ')}  …`, limit);
}

/** None if the order is one of more operations than the anomaly's: a number would say nothing. */
function placesOf(anomaly: Anomaly): ReadonlyMap<number, number> {
  const steps = longestPrefixOf(anomaly).map(({ operation }) => operation);
  const own = new Set(anomaly.operations);
  if (steps.some((operation) => !own.has(operation))) return new Map();
  return new Map(steps.map((operation, i) => [operation, i + 1]));
}

/** The row in `operations` of the operation that this event begins or ends. */
export function rowOf(history: History, index: number): number | undefined {
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

function keptRows(rows: readonly number[], marked: readonly number[], max: number): number[] {
  if (rows.length <= max) return [...rows];
  const kept = new Set(marked.slice(0, max));
  for (let i = rows.length - 1; i >= 0 && kept.size < max; i -= 1) kept.add(rows[i] ?? 0);
  return [...kept].toSorted((a, b) => a - b);
}

/** Faults in force at some moment between the first and the last event of these operations. */
export function faultsDuring(
  operations: readonly WitnessOperation[],
  faults: readonly FaultWindow[],
): readonly FaultWindow[] {
  const [first] = operations;
  if (first === undefined) return [];
  const begin = Math.min(...operations.map(({ operation }) => operation.invokeIndex));
  const end = Math.max(
    ...operations.map(({ operation }) =>
      operation.outcome === 'info' ? operation.invokeIndex : operation.returnIndex,
    ),
  );
  return faults.filter(
    (fault) => fault.startIndex < end && (fault.endIndex === null || fault.endIndex > begin),
  );
}

/** Where things go, in the unit of `measure`. */
export interface WitnessLayout {
  /** Processes in order of their first invocation: one row each. */
  readonly rows: readonly number[];
  readonly bars: readonly WitnessBar[];
  readonly bands: readonly WitnessBand[];
  readonly width: number;
}

export interface WitnessBar {
  readonly item: WitnessOperation;
  /** Index into `rows`. */
  readonly row: number;
  readonly start: number;
  readonly end: number;
  /** True if nobody knows when, or whether, it ends. */
  readonly open: boolean;
}

export interface WitnessBand {
  readonly fault: FaultWindow;
  readonly start: number;
  readonly end: number;
}

export interface WitnessMeasure {
  /** Least length of a bar with this label. */
  readonly barWidth: (label: string) => number;
  /** Least distance between two events. */
  readonly gap: number;
  /** Least length of a fault of this kind between its two ends; the gap if left out. */
  readonly bandWidth?: (kind: string) => number;
}

/** Events from left to right in their recorded order, each as far left as labels allow. */
export function layoutWitness(witness: Witness, measure: WitnessMeasure): WitnessLayout {
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
function positions(witness: Witness, measure: WitnessMeasure): ReadonlyMap<number, number> {
  const calls = new Map<number, WitnessOperation>();
  const returns = new Map<number, WitnessOperation>();
  for (const item of witness.operations) {
    calls.set(item.operation.invokeIndex, item);
    if (item.operation.outcome !== 'info') returns.set(item.operation.returnIndex, item);
  }
  const first = Math.min(...calls.keys());
  const last = Math.max(first, ...calls.keys(), ...returns.keys());
  const starts = new Map(
    witness.faults.map(({ endIndex, startIndex, fault }) => [endIndex, { startIndex, fault }]),
  );
  const edges = witness.faults
    .flatMap(({ startIndex, endIndex }) => [startIndex, endIndex ?? -1])
    .filter((index) => index > first && index < last);
  const order = [...new Set([...calls.keys(), ...returns.keys(), ...edges])].toSorted(
    (a, b) => a - b,
  );
  const at = new Map<number, number>();
  // Several that end at one event: the last one decides, and the others are no shorter for it.
  const bandEnd = (index: number): number => {
    const ended = starts.get(index);
    const begun = ended === undefined ? undefined : at.get(ended.startIndex);
    return begun === undefined ? 0 : begun + (measure.bandWidth?.(ended?.fault.kind ?? '') ?? 0);
  };
  let here = -measure.gap;
  let openEnd = 0;
  for (const index of order) {
    const ended = returns.get(index);
    const begun = ended === undefined ? 0 : (at.get(ended.operation.invokeIndex) ?? 0);
    const least = ended === undefined ? 0 : begun + measure.barWidth(ended.label);
    here = Math.max(here + measure.gap, least, bandEnd(index));
    at.set(index, here);
    const opened = calls.get(index);
    if (opened?.operation.outcome === 'info')
      openEnd = Math.max(openEnd, here + measure.barWidth(opened.label));
  }
  // A bar that never ends still needs room for its label; -1 is no event.
  at.set(-1, Math.max(here, openEnd - measure.gap));
  return at;
}
