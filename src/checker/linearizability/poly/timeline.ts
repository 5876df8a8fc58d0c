/**
 * The operations on one object as columns of small numbers: what every polynomial algorithm
 * starts from. Failed operations are left out (they did not happen); an operation of unknown
 * outcome returns `never`.
 */
import type { Json } from '../../../base/json.ts';
import { noEvent, typeCode } from '../../../history/columns.ts';
import type { History } from '../../../history/history.ts';
import { type NotApplicable, notApplicable } from './result.ts';

/** The return time of an operation of unknown outcome. After every other time. */
export const never = 0x7fff_ffff;

/** Function names to the codes, from 1 to 255, that an algorithm uses for them. */
export type Vocabulary = Readonly<Record<string, number>>;

/**
 * One entry per operation that did or may have happened, in order of invocation. Times are
 * positions in the order of these operations' events (with gaps), so no two are equal; all but
 * `never` are less than `horizon`.
 */
export interface Timeline {
  readonly history: History;
  /** All rows, failed operations too: they tell a value that was aborted from one of nowhere. */
  readonly rows: Int32Array;
  readonly count: number;
  /** Rows of `history.operations`. */
  readonly row: Int32Array;
  readonly invoke: Int32Array;
  readonly return: Int32Array;
  readonly code: Uint8Array;
  readonly horizon: number;
}

/** Above this many events per operation, times are ranked anew so that arrays stay small. */
const sparseEventsPerOperation = 8;

/** @returns why not, if there is an operation that `vocabulary` does not know */
export function timelineOf(
  history: History,
  rows: Int32Array,
  vocabulary: Vocabulary,
): Timeline | NotApplicable {
  const columns = history.operations;
  const codeOf = Uint8Array.from(history.functions, (name) => vocabulary[name] ?? 0);
  const ordered = inOrder(rows, columns.invoke);
  const capacity = ordered.length;
  const row = new Int32Array(capacity);
  const invoke = new Int32Array(capacity);
  const returned = new Int32Array(capacity);
  const code = new Uint8Array(capacity);
  const { outcome, complete, f } = columns;
  let count = 0;
  let last = 0;
  for (let i = 0; i < capacity; i += 1) {
    const id = ordered[i] ?? 0;
    const type = outcome[id] ?? 0;
    if (type === typeCode.fail) continue;
    const known = codeOf[f[id] ?? 0] ?? 0;
    if (known === 0) return unknownFunction(history, id, vocabulary);
    const begin = columns.invoke[id] ?? 0;
    const end = type === typeCode.ok ? (complete[id] ?? noEvent) : never;
    row[count] = id;
    invoke[count] = begin;
    returned[count] = end;
    code[count] = known;
    if (begin > last) last = begin;
    if (end !== never && end > last) last = end;
    count += 1;
  }
  const base = count === 0 ? 0 : (invoke[0] ?? 0);
  const part = {
    history,
    rows: ordered,
    count,
    row: row.subarray(0, count),
    invoke: invoke.subarray(0, count),
    return: returned.subarray(0, count),
    code: code.subarray(0, count),
  };
  const horizon = last - base + 1;
  return horizon > sparseEventsPerOperation * count + 64
    ? ranked(part)
    : shifted({ ...part, horizon }, base);
}

/**
 * At each time 1 + the operation invoked there, or minus (1 + the operation returning there),
 * or 0 for neither.
 */
export function eventsOf(timeline: Timeline): Int32Array {
  const events = new Int32Array(timeline.horizon);
  const { count, invoke } = timeline;
  const returned = timeline.return;
  for (let op = 0; op < count; op += 1) {
    events[invoke[op] ?? 0] = op + 1;
    const end = returned[op] ?? never;
    if (end !== never) events[end] = -op - 1;
  }
  return events;
}

/** The first failed operation of which `holds` is true, or -1. For the text of a violation. */
export function failedRow(timeline: Timeline, holds: (f: string, input: Json) => boolean): number {
  const { history, rows } = timeline;
  for (const id of rows) {
    if (history.operations.outcome[id] !== typeCode.fail) continue;
    const { f, input } = history.operation(id);
    if (holds(f, input)) return id;
  }
  return -1;
}

function inOrder(rows: Int32Array, invoke: Int32Array): Int32Array {
  for (let i = 1; i < rows.length; i += 1)
    if ((invoke[rows[i - 1] ?? 0] ?? 0) > (invoke[rows[i] ?? 0] ?? 0))
      return rows.toSorted((a, b) => (invoke[a] ?? 0) - (invoke[b] ?? 0));
  return rows;
}

function unknownFunction(history: History, row: number, vocabulary: Vocabulary): NotApplicable {
  const { f, invokeIndex } = history.operation(row);
  const known = Object.keys(vocabulary).join(', ');
  return notApplicable(`event ${invokeIndex} is "${f}"; this algorithm knows ${known}`);
}

/** Times counted from the first event, when the events are nearly all of this object. */
function shifted(timeline: Timeline, base: number): Timeline {
  const { count, invoke } = timeline;
  const returned = timeline.return;
  for (let op = 0; op < count; op += 1) {
    invoke[op] = (invoke[op] ?? 0) - base;
    const end = returned[op] ?? never;
    if (end !== never) returned[op] = end - base;
  }
  return timeline;
}

/** Times as ranks: one object among many in a long history must not cost the whole of it. */
function ranked(part: Omit<Timeline, 'horizon'>): Timeline {
  const { count, invoke } = part;
  const returned = part.return;
  // The return and its operation in one number, so that the native sort can be used.
  const ends = new Float64Array(count);
  let endCount = 0;
  for (let op = 0; op < count; op += 1) {
    const end = returned[op] ?? never;
    if (end === never) continue;
    ends[endCount] = end * count + op;
    endCount += 1;
  }
  const sorted = ends.subarray(0, endCount).sort();
  let time = 0;
  let next = 0;
  for (let op = 0; op < count; op += 1) {
    for (; next < endCount; next += 1) {
      const packed = sorted[next] ?? 0;
      if (Math.floor(packed / count) > (invoke[op] ?? 0)) break;
      returned[packed % count] = time;
      time += 1;
    }
    invoke[op] = time;
    time += 1;
  }
  for (; next < endCount; next += 1) {
    returned[(sorted[next] ?? 0) % count] = time;
    time += 1;
  }
  return { ...part, horizon: time };
}
