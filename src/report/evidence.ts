/**
 * What a report can draw of an anomaly's evidence. Evidence is open: each checker says what
 * it has, and these readers take the parts that they know and ignore the rest. Known parts:
 *
 * - `cycle`: `[{operation, edge, key?, value?, why?}, …]`: `operation` (event index of an
 *   invocation) precedes the next one by `edge` (`ww`, `wr`, `rw`, `process`, `realtime`, …),
 *   the last one precedes the first. `why` (or `explanation`) says so in words.
 * - `longestPrefix`: `[{operation, state?}, …]` or `[operation, …]`: the longest order of
 *   operations that the model allows, with the state after each. Or `{length, operationCount,
 *   last, next}`: only its end, `last`, of `{event, state}`, and `next`, of `{event, why}`:
 *   what could come next and does not lead on.
 * - `witness`: `[{label, invokeIndex}, …]`: what the explanation calls the operations.
 * - `stuck`: `[{operation, state?, reason?}, …]`: what cannot come next, and why.
 * - `offending`: `[operation, …]`: those that contradict each other; or `roles`:
 *   `{reader: operation, writer: operation, …}`.
 */
import { isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import type { Anomaly } from '../checker/verdict.ts';

export interface CycleStep {
  /** Event index of the invocation of the operation that the edge leaves. */
  readonly operation: number;
  readonly edge: string;
  readonly key: Json | undefined;
  readonly value: Json | undefined;
  /** In words; empty if the checker said nothing. */
  readonly why: string;
}

export interface PrefixStep {
  readonly operation: number;
  /** The state after it; undefined if the checker did not say. */
  readonly state: Json | undefined;
}

export interface StuckStep {
  readonly operation: number;
  readonly state: Json | undefined;
  readonly reason: string;
}

/** The steps of the cycle; empty if there is none or if it does not make sense. */
export function cycleOf(anomaly: Anomaly): readonly CycleStep[] {
  const steps = entriesOf(anomaly, ['cycle']).map(({ operation, entry }) => ({
    operation,
    edge: firstText(entry, ['edge', 'type']),
    key: entry['key'],
    value: entry['value'],
    why: firstText(entry, ['why', 'explanation', 'reason', 'text']),
  }));
  return steps.length >= 2 ? steps : [];
}

export function longestPrefixOf(anomaly: Anomaly): readonly PrefixStep[] {
  const end = prefixEnd(anomaly);
  const entries =
    end === undefined
      ? entriesOf(anomaly, ['longestPrefix', 'longest', 'prefix', 'linearization'])
      : listOf(end['last']);
  return entries.map(({ operation, entry }) => ({ operation, state: entry['state'] }));
}

/** How long the whole order is, and how many operations there were to order; null if unsaid. */
export function prefixLength(anomaly: Anomaly): {
  readonly length: number;
  readonly operationCount: number | null;
} {
  const end = prefixEnd(anomaly);
  const shown = longestPrefixOf(anomaly).length;
  const length = end?.['length'];
  const count = end?.['operationCount'];
  return {
    length: typeof length === 'number' ? Math.max(length, shown) : shown,
    operationCount: typeof count === 'number' ? count : null,
  };
}

/** The prefix where only its end is given. */
function prefixEnd({ evidence }: Anomaly): JsonObject | undefined {
  const found = evidence?.['longestPrefix'];
  return isObject(found) ? found : undefined;
}

/** What the explanation calls an operation: `A`, `T1`. By event index of its invocation. */
export function namesOf(anomaly: Anomaly): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const { operation } of cycleOf(anomaly))
    if (!names.has(operation)) names.set(operation, `T${names.size + 1}`);
  const witness = anomaly.evidence?.['witness'];
  for (const entry of isArray(witness) ? witness : []) {
    if (!isObject(entry)) continue;
    const { invokeIndex, label } = entry;
    if (typeof invokeIndex === 'number' && typeof label === 'string') names.set(invokeIndex, label);
  }
  return names;
}

export function stuckOf(anomaly: Anomaly): readonly StuckStep[] {
  const next = listOf(prefixEnd(anomaly)?.['next']);
  const entries = next.length > 0 ? next : entriesOf(anomaly, ['stuck', 'stuckAt']);
  return entries.map(({ operation, entry }) => ({
    operation,
    state: entry['state'],
    reason: firstText(entry, ['reason', 'why', 'explanation']),
  }));
}

/**
 * The operations to mark: those that the evidence names, else where the longest prefix is
 * stuck, else those few that the conclusion of the explanation names by their letters, else the
 * members of the cycle, else both operations of an anomaly that has two. Otherwise none: to guess would be to accuse. Only
 * operations of the anomaly are ever marked.
 */
export function offendingOf(anomaly: Anomaly): ReadonlySet<number> {
  const own = new Set(anomaly.operations);
  const candidates = [
    entriesOf(anomaly, ['offending']).map(({ operation }) => operation),
    rolesOf(anomaly),
    entriesOf(anomaly, ['stuck', 'stuckAt']).map(({ operation }) => operation),
    concludedOf(anomaly),
    // Of a cycle all its members; the others only show in which order its writes came.
    [...new Set(cycleOf(anomaly).map(({ operation }) => operation))],
    anomaly.operations.length <= 2 ? anomaly.operations : [],
  ];
  const named = candidates.find((list) => list.length > 0 && list.every((index) => own.has(index)));
  return new Set(named);
}

/** An accusation is of two, and seldom of three. */
const accusedMax = 3;

/**
 * What the explanation comes to: the lines after its list of operations, which is indented;
 * all of it if there is no list. A second list, of orders that were tried, belongs to the
 * conclusion.
 */
export function conclusionOf({ explanation }: Anomaly): string {
  const lines = explanation.split('\n');
  const listed = lines.findIndex((line) => line.startsWith(' '));
  const after = lines.findIndex((line, i) => i > listed && !line.startsWith(' '));
  return listed === -1 || after === -1 ? explanation : lines.slice(after).join('\n');
}

/** `D (cas from 4 to 9) returned …, but E (read → 4) …`: the operations of D and E. */
function concludedOf(anomaly: Anomaly): readonly number[] {
  const conclusion = conclusionOf(anomaly);
  const named = [...namesOf(anomaly)].filter(([, name]) => conclusion.includes(`${name} (`));
  return named.length <= accusedMax ? named.map(([operation]) => operation) : [];
}

function rolesOf(anomaly: Anomaly): readonly number[] {
  const roles = anomaly.evidence?.['roles'];
  if (!isObject(roles)) return [];
  return Object.values(roles).filter((index) => typeof index === 'number');
}

interface Entry {
  readonly operation: number;
  readonly entry: JsonObject;
}

function entriesOf(anomaly: Anomaly, names: readonly string[]): readonly Entry[] {
  for (const name of names) {
    const found = anomaly.evidence?.[name];
    if (found !== undefined && found !== null) return listOf(found);
  }
  return [];
}

function listOf(found: Json | undefined): readonly Entry[] {
  if (found === undefined || found === null) return [];
  return (isArray(found) ? found : [found]).flatMap(entryOf);
}

function entryOf(value: Json): readonly Entry[] {
  if (typeof value === 'number') return [{ operation: value, entry: {} }];
  if (!isObject(value)) return [];
  const operation = value['operation'] ?? value['op'] ?? value['index'] ?? value['event'];
  return typeof operation === 'number' ? [{ operation, entry: value }] : [];
}

function firstText(entry: JsonObject, names: readonly string[]): string {
  for (const name of names) {
    const value = entry[name];
    if (typeof value === 'string') return value;
  }
  return '';
}
