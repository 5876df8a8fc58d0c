/**
 * What queues, stacks and priority queues have in common: distinct elements, each put in once
 * and taken out at most once, and operations that found nothing.
 *
 * For each element two pairs of times bound when it came and went. Whatever the order of
 * operations, it was not there before `inFrom` and there by `inBy`, still there at `outFrom` and
 * gone by `outBy`. In between, from `inBy` to `outFrom`, it was certainly there: its critical
 * interval, if that is one.
 */
import type { Json } from '../../../base/json.ts';
import { noEvent } from '../../../history/columns.ts';
import { noValue } from '../../../history/values.ts';
import { LocalValues } from './local-values.ts';
import {
  linearizable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { failedRow, never, type Timeline } from './timeline.ts';

export const containerCode = { put: 1, take: 2 } as const;

const none = -1;

/** Columns by element, elements in the order in which their puts were invoked. */
export interface Container {
  readonly timeline: Timeline;
  readonly values: LocalValues;
  readonly size: number;
  /** Operations of the timeline; `take` is -1 for elements that nothing is known to have taken. */
  readonly put: Int32Array;
  readonly take: Int32Array;
  readonly inFrom: Int32Array;
  readonly inBy: Int32Array;
  readonly outFrom: Int32Array;
  readonly outBy: Int32Array;
  /** 0 for elements left out: a put of unknown outcome that nobody saw need not have happened. */
  readonly kept: Uint8Array;
  /** Takes that found nothing. */
  readonly empties: Int32Array;
  /** Takes of unknown outcome, each of which may have destroyed one element. */
  readonly crashedTakes: Int32Array;
}

/** @returns the columns, or what is wrong with an element by itself */
export function containerOf(timeline: Timeline): Container | PolyResult {
  const { history, count, row, code } = timeline;
  const { input } = history.operations;
  const values = new LocalValues(history.values, count);
  const nullId = history.values.find(null);
  const put = new Int32Array(count);
  let size = 0;
  for (let op = 0; op < count; op += 1) {
    if (code[op] !== containerCode.put) continue;
    const id = input[row[op] ?? 0] ?? noValue;
    if (id === noValue || id === nullId)
      return notApplicable('null cannot be an element: it is the answer of an empty object');
    const element = values.ofId(id);
    if (element < size)
      return notApplicable(
        `elements must be distinct, but ${JSON.stringify(values.value(element))} is put in more than once`,
      );
    put[element] = op;
    size += 1;
  }
  return withTakes(timeline, values, put.subarray(0, size));
}

function withTakes(
  timeline: Timeline,
  values: LocalValues,
  put: Int32Array,
): Container | PolyResult {
  const { history, count, row, code } = timeline;
  const { output } = history.operations;
  const nullId = history.values.find(null);
  const take = new Int32Array(put.length).fill(none);
  const empties: number[] = [];
  const crashedTakes: number[] = [];
  for (let op = 0; op < count; op += 1) {
    if (code[op] !== containerCode.take) continue;
    const result = output[row[op] ?? 0] ?? noValue;
    if (timeline.return[op] === never) crashedTakes.push(op);
    else if (result === noValue || result === nullId) empties.push(op);
    else {
      const element = values.ofId(result);
      if (element >= put.length) return neverPut(timeline, op, values.value(element));
      const other = take[element] ?? none;
      if (other !== none)
        return takenTwice(timeline, [other, op], put[element] ?? 0, values.value(element));
      take[element] = op;
    }
  }
  return bounded({
    timeline,
    values,
    size: put.length,
    put,
    take,
    empties: Int32Array.from(empties),
    crashedTakes: Int32Array.from(crashedTakes),
  });
}

type Unbounded = Omit<Container, 'inFrom' | 'inBy' | 'outFrom' | 'outBy' | 'kept'>;

function bounded(part: Unbounded): Container | Violation {
  const { timeline, size, put, take } = part;
  const { invoke } = timeline;
  const returned = timeline.return;
  const inFrom = new Int32Array(size);
  const inBy = new Int32Array(size);
  const outFrom = new Int32Array(size).fill(never);
  const outBy = new Int32Array(size).fill(never);
  const kept = new Uint8Array(size).fill(1);
  for (let element = 0; element < size; element += 1) {
    const putter = put[element] ?? 0;
    const taker = take[element] ?? none;
    const begin = invoke[putter] ?? 0;
    const by = returned[putter] ?? never;
    inFrom[element] = begin;
    inBy[element] = by;
    if (taker === none) {
      if (by === never) kept[element] = 0;
      continue;
    }
    const from = invoke[taker] ?? 0;
    const end = returned[taker] ?? never;
    if (end < begin) return takenTooEarly(part, element);
    inBy[element] = Math.min(by, end);
    outFrom[element] = Math.max(from, begin);
    outBy[element] = end;
  }
  return { ...part, inFrom, inBy, outFrom, outBy, kept };
}

/** The same without the elements that nothing is known to have taken, and without crashed takes. */
function takenOnly(container: Container): Container {
  const kept = container.kept.map((each, element) => (container.take[element] === none ? 0 : each));
  return { ...container, kept, crashedTakes: new Int32Array(0) };
}

/**
 * Judges a container in which takes of unknown outcome may have destroyed elements, given how to
 * judge one without. They need not have happened, so if all is well without them, all is well;
 * and so it is if all is well with one guess of what each took. Whatever they took was taken by
 * nobody else, so a violation among the elements that were taken stands. In between a search
 * has to decide.
 */
export function withCrashedTakes(
  container: Container,
  check: (container: Container) => PolyResult,
): PolyResult {
  const result = check(container);
  if (container.crashedTakes.length === 0 || result.kind !== 'violation') return result;
  if (check(withGuessedTakes(container)).kind === 'linearizable') return linearizable;
  const certain = check(takenOnly(container));
  if (certain.kind !== 'linearizable') return certain;
  const first = container.crashedTakes[0] ?? 0;
  const { f, invokeIndex } = container.timeline.history.operation(rowOf(container, first));
  return notApplicable(
    `what the ${f} of event ${invokeIndex}, whose outcome is unknown, may have taken decides it`,
  );
}

/** The takes of unknown outcome, in order, took what nobody else took, in order. */
function withGuessedTakes(container: Container): Container {
  const { timeline, size, kept, inFrom, crashedTakes } = container;
  const take = container.take.slice();
  const outFrom = container.outFrom.slice();
  let next = 0;
  for (let element = 0; element < size && next < crashedTakes.length; element += 1) {
    if (kept[element] === 0 || take[element] !== none) continue;
    const op = crashedTakes[next] ?? 0;
    take[element] = op;
    outFrom[element] = Math.max(timeline.invoke[op] ?? 0, inFrom[element] ?? 0);
    next += 1;
  }
  return { ...container, take, outFrom, crashedTakes: new Int32Array(0) };
}

/** Takes that found nothing although something was there all the time. */
export function checkEmpties(container: Container): Violation | undefined {
  const { timeline, empties } = container;
  if (empties.length === 0) return undefined;
  const lastFree = lastFreeGaps(container);
  for (const op of empties) {
    const begin = timeline.invoke[op] ?? 0;
    const end = timeline.return[op] ?? 0;
    if ((lastFree[end - 1] ?? 0) >= begin) continue;
    const cover = coverOf(container, { from: begin, to: end - 1 }, () => true);
    return violation(
      'false-empty',
      'not-empty',
      { taker: rowOf(container, op) },
      coverExtra(container, cover),
    );
  }
  return undefined;
}

/** By gap (the time after an event) the last gap up to it in which nothing was certainly there. */
function lastFreeGaps(container: Container): Int32Array {
  const { timeline, size, inBy, outFrom, kept } = container;
  const { horizon } = timeline;
  const change = new Int32Array(horizon + 1);
  for (let element = 0; element < size; element += 1) {
    if (kept[element] === 0) continue;
    const begin = inBy[element] ?? 0;
    const end = Math.min(outFrom[element] ?? never, horizon);
    if (begin >= end) continue;
    change[begin] = (change[begin] ?? 0) + 1;
    change[end] = (change[end] ?? 0) - 1;
  }
  let there = 0;
  let last = -1;
  for (let gap = 0; gap <= horizon; gap += 1) {
    there += change[gap] ?? 0;
    if (there === 0) last = gap;
    change[gap] = last;
  }
  return change;
}

/** Elements whose critical intervals together cover all gaps from `from` to `to`. */
export function coverOf(
  container: Container,
  { from, to }: { readonly from: number; readonly to: number },
  counts: (element: number) => boolean,
): readonly number[] {
  const { size, inBy, outFrom, kept } = container;
  const candidates: number[] = [];
  for (let element = 0; element < size; element += 1) {
    const overlaps = (inBy[element] ?? 0) <= to && (outFrom[element] ?? 0) > from;
    if (kept[element] === 1 && overlaps && counts(element)) candidates.push(element);
  }
  candidates.sort((a, b) => (inBy[a] ?? 0) - (inBy[b] ?? 0));
  const cover: number[] = [];
  let reached = from;
  let next = 0;
  while (reached <= to) {
    let best: number = none;
    for (; next < candidates.length; next += 1) {
      const element = candidates[next] ?? 0;
      if ((inBy[element] ?? 0) > reached) break;
      if (best === none || (outFrom[element] ?? 0) > (outFrom[best] ?? 0)) best = element;
    }
    if (best === none) break;
    cover.push(best);
    reached = outFrom[best] ?? never;
  }
  return cover;
}

/** More elements than this are not listed: the violation is then not `standalone`. */
const listedCoverMax = 12;

export function coverExtra(
  container: Container,
  cover: readonly number[],
): {
  readonly facts: { readonly coverText: string };
  readonly also: readonly number[];
  readonly standalone: boolean;
} {
  const shown = cover.slice(0, 3).map((element) => stayText(container, element));
  if (cover.length > 3) shown.push(`and so on, ${cover.length} elements in all`);
  return {
    facts: { coverText: shown.join('; ') },
    also: cover.slice(0, listedCoverMax).flatMap((element) => rowsOf(container, element)),
    standalone: cover.length <= listedCoverMax,
  };
}

/** `7, put in by event 12 and taken out no earlier than event 30`. */
function stayText(container: Container, element: number): string {
  const since = `${elementText(container, element)}, put in by event ${inByEvent(container, element)}`;
  return container.take[element] === none
    ? `${since} and never taken out`
    : `${since} and taken out no earlier than event ${outFromEvent(container, element)}`;
}

export function elementText(container: Container, element: number): string {
  return JSON.stringify(container.values.value(element));
}

/** The rows of an element's put and take. */
export function rowsOf(container: Container, element: number): readonly number[] {
  const taker = container.take[element] ?? none;
  const putter = rowOf(container, container.put[element] ?? 0);
  return taker === none ? [putter] : [putter, rowOf(container, taker)];
}

/** The event by which the element was certainly there: the return of its put or of its take. */
export function inByEvent(container: Container, element: number): number {
  const { complete } = container.timeline.history.operations;
  const ends = rowsOf(container, element).map((row) => complete[row] ?? noEvent);
  const { timeline, put, take } = container;
  const putReturned = timeline.return[put[element] ?? 0] ?? never;
  const taker = take[element] ?? none;
  const byPut = taker === none || putReturned <= (timeline.return[taker] ?? never);
  return (byPut ? ends[0] : ends[1]) ?? noEvent;
}

/** The event up to which it was certainly still there: the invocation of its take or put. */
export function outFromEvent(container: Container, element: number): number {
  const { invoke } = container.timeline.history.operations;
  return Math.max(...rowsOf(container, element).map((row) => invoke[row] ?? noEvent));
}

export function rowOf(container: { readonly timeline: Timeline }, op: number): number {
  return container.timeline.row[op] ?? 0;
}

function neverPut(timeline: Timeline, op: number, value: Json): Violation {
  const text = JSON.stringify(value);
  const failed = failedRow(timeline, (_, input) => JSON.stringify(input) === text);
  const taker = timeline.row[op] ?? 0;
  return failed === none
    ? violation('thin-air-element', 'never-put', { taker }, { facts: { value } })
    : violation('aborted-element', 'put-failed', { taker, putter: failed }, { facts: { value } });
}

function takenTwice(
  timeline: Timeline,
  takers: readonly [number, number],
  put: number,
  value: Json,
): Violation {
  const [first, second] = takers.map((op) => timeline.row[op] ?? 0);
  const roles = { first: first ?? 0, second: second ?? 0, putter: timeline.row[put] ?? 0 };
  return violation('duplicate-element', 'taken-twice', roles, { facts: { value } });
}

function takenTooEarly({ timeline, values, put, take }: Unbounded, element: number): Violation {
  const roles = {
    taker: timeline.row[take[element] ?? 0] ?? 0,
    putter: timeline.row[put[element] ?? 0] ?? 0,
  };
  return violation('future-element', 'taken-too-early', roles, {
    facts: { value: values.value(element) },
  });
}
