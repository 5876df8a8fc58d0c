/**
 * A list with append and read of all elements, appended elements being distinct.
 *
 * All reads must be prefixes of the longest one. It ranks what it shows: the append of element
 * p (from 1) is 2p, a read of length m is 2m + 1, and appends that did happen but that no read
 * shows come last. The rest is `preorder.ts`. Appends of unknown outcome that no read shows can
 * be left out.
 */
import { canonical, isArray, type Json } from '../../../base/json.ts';
import { noValue } from '../../../history/values.ts';
import { LocalValues } from './local-values.ts';
import { type Inversion, inversion } from './preorder.ts';
import {
  linearizable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { failedRow, never, type Timeline } from './timeline.ts';

export const listCode = { append: 1, read: 2 } as const;

const none = -1;

interface ListOperations {
  readonly timeline: Timeline;
  readonly values: LocalValues;
  /** By operation the element appended, as a local number. */
  readonly element: Int32Array;
  /** By element its append. */
  readonly appender: readonly number[];
  /** The read with most elements, or -1 if nothing was ever read. */
  readonly longest: number;
}

export function checkAppendList(timeline: Timeline): PolyResult {
  const list = listOperations(timeline);
  if ('why' in list) return list;
  const order = orderOf(list);
  if ('kind' in order) return order;
  const { position } = order;
  const { count, code } = timeline;
  const length = listOf(timeline, list.longest).length;
  const rank = new Float64Array(count);
  for (let op = 0; op < count; op += 1) {
    const unknown = timeline.return[op] === never;
    if (code[op] === listCode.read) {
      rank[op] = unknown ? Number.NaN : 2 * listOf(timeline, op).length + 1;
      continue;
    }
    const at = position[list.element[op] ?? 0] ?? none;
    if (at !== none) rank[op] = 2 * (at + 1);
    else rank[op] = unknown ? Number.NaN : 2 * length + 2;
  }
  const found = inversion(timeline, rank);
  return found === undefined ? linearizable : explainInversion(list, position, found);
}

/** The elements that a read returned; null is a list that nobody has made yet. */
export function listOf(timeline: Timeline, read: number): readonly Json[] {
  const { values, operations } = timeline.history;
  const list = values.value(operations.output[timeline.row[read] ?? 0] ?? noValue) ?? null;
  return isArray(list) ? list : [];
}

function listOperations(
  timeline: Timeline,
): ListOperations | { kind: 'not-applicable'; why: string } {
  const { history, count, row, code } = timeline;
  const { input, output } = history.operations;
  const values = new LocalValues(history.values, count);
  const element = new Int32Array(count).fill(none);
  const appender: number[] = [];
  let longest: number = none;
  let most = -1;
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    if (code[op] === listCode.append) {
      const own = values.ofId(input[id] ?? noValue);
      if (own < appender.length)
        return notApplicable(
          `elements must be distinct, but ${JSON.stringify(values.value(own))} is appended more than once`,
        );
      element[op] = own;
      appender.push(op);
      continue;
    }
    if (timeline.return[op] === never) continue;
    const read = history.values.value(output[id] ?? noValue) ?? null;
    if (read !== null && !isArray(read))
      return notApplicable('a read returned something that is no list');
    const length = read === null ? 0 : read.length;
    if (length > most) [longest, most] = [op, length];
  }
  return { timeline, values, element, appender, longest };
}

/** By element its position in the longest read, or -1; or what is wrong with the reads. */
function orderOf(list: ListOperations): { readonly position: Int32Array } | Violation {
  const { timeline, values, appender, longest } = list;
  const position = new Int32Array(appender.length).fill(none);
  if (longest === none) return { position };
  const whole = listOf(timeline, longest);
  for (const [at, value] of whole.entries()) {
    const own = values.ofJson(value);
    if (own >= appender.length) return neverAppended(timeline, longest, value);
    if (position[own] !== none) {
      const roles = { reader: rowOf(timeline, longest) };
      return violation('duplicate-element', 'element-twice', roles, {
        facts: { element: value },
        also: [rowOf(timeline, appender[own] ?? 0)],
      });
    }
    position[own] = at;
  }
  for (let op = 0; op < timeline.count; op += 1) {
    if (timeline.code[op] !== listCode.read || timeline.return[op] === never) continue;
    const read = listOf(timeline, op);
    const at = firstDifference(read, whole);
    if (at !== none)
      return differing(list, { op, at, mine: read[at] ?? null, other: whole[at] ?? null });
  }
  return { position };
}

/** The first position at which `read` is not as in `whole`, or -1 if it is a prefix. */
function firstDifference(read: readonly Json[], whole: readonly Json[]): number {
  for (let at = 0; at < read.length; at += 1) {
    const [mine, other] = [read[at] ?? null, whole[at] ?? null];
    if (mine === other) continue;
    if (typeof mine !== 'object' || mine === null || canonical(mine) !== canonical(other))
      return at;
  }
  return none;
}

export function neverAppended(timeline: Timeline, read: number, value: Json): Violation {
  const text = canonical(value);
  const failed = failedRow(timeline, (f, input) => f !== 'read' && canonical(input) === text);
  const reader = rowOf(timeline, read);
  return failed === -1
    ? violation('thin-air-read', 'thin-air', { reader }, { facts: { value } })
    : violation('aborted-read', 'aborted', { reader, writer: failed }, { facts: { value } });
}

function differing(
  list: ListOperations,
  found: { readonly op: number; readonly at: number; readonly mine: Json; readonly other: Json },
): Violation {
  const { timeline, values, appender, longest } = list;
  const own = values.ofJson(found.mine);
  if (own >= appender.length) return neverAppended(timeline, found.op, found.mine);
  const roles = { first: rowOf(timeline, found.op), second: rowOf(timeline, longest) };
  const other = appender[values.ofJson(found.other)];
  return violation('incompatible-order', 'elements-differ', roles, {
    facts: {
      position: found.at,
      firstText: JSON.stringify(found.mine),
      secondText: JSON.stringify(found.other),
    },
    also: [appender[own] ?? 0, other ?? 0].map((op) => rowOf(timeline, op)),
  });
}

function explainInversion(
  list: ListOperations,
  position: Int32Array,
  { early, late }: Inversion,
): Violation {
  const { timeline, element, longest } = list;
  const isRead = (op: number): boolean => timeline.code[op] === listCode.read;
  const isShown = (op: number): boolean => (position[element[op] ?? 0] ?? none) !== none;
  const roles = { early: rowOf(timeline, early), late: rowOf(timeline, late) };
  const longestRow = longest === none ? [] : [rowOf(timeline, longest)];
  const [type, reasonText] = ((): readonly [string, string] => {
    if (isRead(early) && isRead(late))
      return ['stale-read', 'it returned elements that the other did not'];
    if (isRead(early)) return ['future-read', 'it returned the element that the other appends'];
    if (!isRead(late))
      return ['reordered-appends', 'in the list its element is after that of the other'];
    return isShown(early)
      ? ['stale-read', 'the other did not return its element']
      : ['lost-append', 'no read returned its element, so it was appended after all of them'];
  })();
  return violation(type, 'order-of-versions', roles, {
    facts: { reasonText },
    also: longestRow,
    standalone: false,
  });
}

function rowOf(timeline: Timeline, op: number): number {
  return timeline.row[op] ?? 0;
}
