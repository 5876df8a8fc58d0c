/**
 * A set with add and read of all elements, added elements being distinct and never removed.
 *
 * Sorted by size, each read must contain the one before. That ranks everything: with g the
 * number of smaller sizes, a read is 2g + 1, and an add is 2g of the first read that shows its
 * element; adds that did happen but that no read shows come last. The rest is `preorder.ts`.
 * Judging each element alone would be wrong: {a} and {b} are fine apart.
 */
import { canonical, isArray, type Json } from '../../../base/json.ts';
import { noValue } from '../../../history/values.ts';
import { listOf, neverAppended } from './append-list.ts';
import { LocalValues } from './local-values.ts';
import { type Inversion, inversion } from './preorder.ts';
import {
  linearizable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { never, type Timeline } from './timeline.ts';

export const growOnlySetCode = { add: 1, read: 2 } as const;

const none = -1;

interface SetOperations {
  readonly timeline: Timeline;
  readonly values: LocalValues;
  readonly element: Int32Array;
  readonly adder: readonly number[];
  /** Reads with a result, smallest first. */
  readonly reads: readonly number[];
}

export function checkGrowOnlySet(timeline: Timeline): PolyResult {
  const set = setOperations(timeline);
  if ('why' in set) return set;
  const shown = rankReads(set);
  if ('kind' in shown) return shown;
  const { rank, firstRank, last } = shown;
  for (let op = 0; op < timeline.count; op += 1) {
    const unknown = timeline.return[op] === never;
    if (timeline.code[op] === growOnlySetCode.read) {
      if (unknown) rank[op] = Number.NaN;
      continue;
    }
    const first = firstRank[set.element[op] ?? 0] ?? none;
    if (first !== none) rank[op] = first;
    else rank[op] = unknown ? Number.NaN : last + 1;
  }
  const found = inversion(timeline, rank);
  return found === undefined ? linearizable : explainInversion(set, firstRank, found);
}

function setOperations(
  timeline: Timeline,
): SetOperations | { kind: 'not-applicable'; why: string } {
  const { history, count, row, code } = timeline;
  const { input, output } = history.operations;
  const values = new LocalValues(history.values, count);
  const element = new Int32Array(count).fill(none);
  const adder: number[] = [];
  const reads: number[] = [];
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    const known = timeline.return[op] !== never;
    const result = known ? (history.values.value(output[id] ?? noValue) ?? null) : null;
    if (code[op] === growOnlySetCode.read) {
      if (result !== null && !isArray(result))
        return notApplicable('a read returned something that is no list');
      if (known) reads.push(op);
      continue;
    }
    const own = values.ofId(input[id] ?? noValue);
    if (own < adder.length)
      return notApplicable(
        `elements must be distinct, but ${JSON.stringify(values.value(own))} is added more than once`,
      );
    if (result === false)
      return notApplicable('an add answered false: the element was there before');
    element[op] = own;
    adder.push(op);
  }
  const size = (op: number): number => listOf(timeline, op).length;
  return { timeline, values, element, adder, reads: reads.toSorted((a, b) => size(a) - size(b)) };
}

interface Ranks {
  /** By operation; so far of reads only. */
  readonly rank: Float64Array;
  /** By element the rank of its add, or -1 if no read shows it. */
  readonly firstRank: Int32Array;
  readonly last: number;
}

function rankReads(set: SetOperations): Ranks | Violation {
  const { timeline, values, adder, reads } = set;
  const rank = new Float64Array(timeline.count);
  const firstRank = new Int32Array(adder.length).fill(none);
  // By element the last read that showed it: a read's own number marks what it has shown so far.
  const shownIn = new Int32Array(adder.length).fill(none);
  let previous: readonly Json[] = [];
  let previousRead: number = none;
  let group = 0;
  for (const read of reads) {
    const elements = listOf(timeline, read);
    if (elements.length > previous.length) group += 1;
    rank[read] = 2 * group + 1;
    let kept = 0;
    for (const value of elements) {
      const own = values.ofJson(value);
      if (own >= adder.length) return neverAppended(timeline, read, value);
      if (shownIn[own] === read) return shownTwice(set, read, own);
      if (previousRead !== none && shownIn[own] === previousRead) kept += 1;
      shownIn[own] = read;
      if (firstRank[own] === none) firstRank[own] = 2 * group;
    }
    if (kept < previous.length) return incomparable(set, { smaller: previousRead, larger: read });
    [previous, previousRead] = [elements, read];
  }
  return { rank, firstRank, last: 2 * group + 1 };
}

function shownTwice(set: SetOperations, read: number, element: number): Violation {
  const { timeline, values, adder } = set;
  return violation(
    'duplicate-element',
    'element-twice',
    { reader: rowOf(timeline, read) },
    {
      facts: { element: values.value(element) },
      also: [rowOf(timeline, adder[element] ?? 0)],
    },
  );
}

function incomparable(
  { timeline, values, adder }: SetOperations,
  { smaller, larger }: { readonly smaller: number; readonly larger: number },
): Violation {
  const there = new Set(listOf(timeline, larger).map(canonical));
  const missing = listOf(timeline, smaller).find((value) => !there.has(canonical(value))) ?? null;
  const roles = { smaller: rowOf(timeline, smaller), larger: rowOf(timeline, larger) };
  const also = [rowOf(timeline, adder[values.ofJson(missing)] ?? 0)];
  // The elements of both reads were added by operations that are too many to list.
  return violation('incomparable-reads', 'incomparable-reads', roles, {
    facts: { missing },
    also,
    standalone: false,
  });
}

function explainInversion(
  set: SetOperations,
  firstRank: Int32Array,
  { early, late }: Inversion,
): Violation {
  const { timeline, element } = set;
  const isRead = (op: number): boolean => timeline.code[op] === growOnlySetCode.read;
  const roles = { early: rowOf(timeline, early), late: rowOf(timeline, late) };
  const isShown = (op: number): boolean => (firstRank[element[op] ?? 0] ?? none) !== none;
  const [type, reasonText] = ((): readonly [string, string] => {
    if (isRead(early) && isRead(late))
      return ['stale-read', 'it returned elements that the other did not'];
    if (isRead(early)) return ['future-read', 'it returned the element that the other adds'];
    if (!isRead(late))
      return ['reordered-adds', 'some read returned the element of the other and not yet its own'];
    return isShown(early)
      ? ['stale-read', 'the other did not return its element']
      : ['lost-element', 'no read returned its element, so it was added after all of them'];
  })();
  return violation(type, 'order-of-versions', roles, { facts: { reasonText }, standalone: false });
}

function rowOf(timeline: Timeline, op: number): number {
  return timeline.row[op] ?? 0;
}
