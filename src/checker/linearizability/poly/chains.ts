/**
 * Chains and zones: linearizability of one cell whose written values are all distinct.
 *
 * Each value has one writer. A writer either replaces whatever there was (a write, a put) and
 * begins a chain, or continues from one known value (a compare-and-set, an append) and is the
 * next link of that value's chain. In any linearization the operations of a chain stand
 * together, in the order of its links. So a chain covers all times from the first return of any
 * of its operations to the last invocation of any (its zone, if that is an interval:
 * "forward"), or else fits into one instant between its last invocation and its first return
 * ("backward"). The history is linearizable if and only if each chain respects real time
 * inside, no two forward zones overlap, and no backward zone lies inside a forward one.
 *
 * After Gibbons and Korach, Testing Shared Memories (SIAM J. Comput. 1997), whose clusters are
 * chains of one link; links and operations of unknown outcome are added here. Proof, forwards:
 * two chains cannot cover one instant, and a chain within a forward zone would have to be both
 * before and after it. Backwards: put operation i of a forward chain at the later of the zone's
 * begin and the last invocation up to i; put a backward chain at an instant of its zone outside
 * of all forward zones, which are disjoint and none of which contains it.
 */
import { never, type Timeline } from './timeline.ts';

/** "No operation", "no value". */
export const none = -1;

/** Columns over values (0 is the initial value, written by nobody) of operations of a timeline. */
export class ChainTable {
  readonly size: number;
  readonly timeline: Timeline;
  readonly writer: Int32Array;
  /** The value that this value's writer found and replaced, or `none` if it did not care. */
  readonly source: Int32Array;
  /** Of the operations that saw the value (and left it): the first to return … */
  readonly firstSeen: Int32Array;
  /** … and the last to be invoked. */
  readonly lastSeen: Int32Array;
  /** The value that was written by continuing from this one, or `none`. */
  readonly next: Int32Array;
  /** 1 for values that were certainly the current value at some time. */
  readonly real: Uint8Array;

  constructor(timeline: Timeline, size: number) {
    this.timeline = timeline;
    this.size = size;
    this.writer = new Int32Array(size).fill(none);
    this.source = new Int32Array(size).fill(none);
    this.firstSeen = new Int32Array(size).fill(none);
    this.lastSeen = new Int32Array(size).fill(none);
    this.next = new Int32Array(size).fill(none);
    this.real = new Uint8Array(size);
  }

  saw(op: number, value: number): void {
    const { firstSeen, lastSeen, timeline } = this;
    const first = firstSeen[value] ?? none;
    if (first === none || (timeline.return[op] ?? 0) < (timeline.return[first] ?? 0))
      firstSeen[value] = op;
    const last = lastSeen[value] ?? none;
    if (last === none || (timeline.invoke[op] ?? 0) > (timeline.invoke[last] ?? 0))
      lastSeen[value] = op;
  }

  /**
   * The operations that show that the value was current: its writer and, if nobody knows whether
   * that took effect, what saw the value or continued from it, up to one that did happen.
   */
  proof(value: number): readonly number[] {
    const { writer, firstSeen, next, timeline } = this;
    const operations: number[] = [];
    for (let v = value; v !== none; v = next[v] ?? none) {
      const own = writer[v] ?? none;
      if (own !== none) operations.push(own);
      if (own !== none && (timeline.return[own] ?? never) !== never) break;
      const seen = firstSeen[v] ?? none;
      if (seen !== none) return [...operations, seen];
    }
    return operations;
  }
}

/** Two operations of one chain in the wrong order of real time. */
export interface OrderConflict {
  readonly rule: 'order';
  /** Returned first, although the chain has it later … */
  readonly early: number;
  /** … than this one, which was invoked after that. */
  readonly late: number;
  /** The values of the chain to which they belong. */
  readonly earlyValue: number;
  readonly lateValue: number;
}

/** Two chains that must both be current at one time. */
export interface ZoneConflict {
  readonly rule: 'overlap' | 'inside';
  /** For `inside` the forward chain, for `overlap` the one that began first. */
  readonly outer: Zone;
  readonly inner: Zone;
}

/** A writer that continues from a value which no chain reaches. */
export interface CycleConflict {
  readonly rule: 'cycle';
  readonly value: number;
}

export type ChainConflict = OrderConflict | ZoneConflict | CycleConflict;

export interface Zone {
  /** The value that begins the chain. */
  readonly head: number;
  /** The operation that returned first and the value it is about; `none` for the initial value. */
  readonly firstReturn: number;
  readonly firstValue: number;
  /** The operation that was invoked last and the value it is about. */
  readonly lastInvoke: number;
  readonly lastValue: number;
}

/** Zones by head: for a value that begins a chain the value at which each end was seen. */
export interface Zones {
  readonly firstReturn: Int32Array;
  readonly firstValue: Int32Array;
  readonly lastInvoke: Int32Array;
  readonly lastValue: Int32Array;
}

/** Follows every chain. @returns the zones, or two operations of one chain in the wrong order */
export function walkChains(table: ChainTable): Zones | OrderConflict | CycleConflict {
  const { size, real, source, writer, firstSeen, lastSeen, next } = table;
  const extent = new Extent(table);
  let links = 0;
  let walked = 0;
  for (let head = 0; head < size; head += 1) {
    if (real[head] === 0) continue;
    if (source[head] !== none) {
      links += 1;
      continue;
    }
    extent.begin(head);
    for (let value = head; value !== none; value = next[value] ?? none) {
      if (value !== head) walked += 1;
      const own = writer[value] ?? none;
      if (own !== none) {
        if (!extent.returns(own, value)) return extent.conflict(own, value);
        extent.invokes(own, value);
      }
      const seen = firstSeen[value] ?? none;
      if (seen === none) continue;
      if (!extent.returns(seen, value)) return extent.conflict(seen, value);
      extent.invokes(lastSeen[value] ?? none, value);
    }
    extent.end(head);
  }
  return links === walked ? extent.zones : { rule: 'cycle', value: unreached(table) };
}

/** The first return and the last invocation of the chain that is being walked. */
class Extent {
  readonly zones: Zones;
  readonly #invoke: Int32Array;
  readonly #return: Int32Array;
  #first: number = none;
  #firstAt = never;
  #firstValue = 0;
  #last: number = none;
  #lastAt = -1;
  #lastValue = 0;

  constructor({ size, timeline }: ChainTable) {
    this.#invoke = timeline.invoke;
    this.#return = timeline.return;
    this.zones = {
      firstReturn: new Int32Array(size).fill(none),
      firstValue: new Int32Array(size),
      lastInvoke: new Int32Array(size).fill(none),
      lastValue: new Int32Array(size),
    };
  }

  begin(head: number): void {
    this.#first = none;
    this.#firstAt = never;
    this.#firstValue = head;
    this.#last = none;
    this.#lastAt = -1;
    this.#lastValue = head;
  }

  /** @returns false if the operation returned before one that comes before it was invoked */
  returns(op: number, value: number): boolean {
    const end = this.#return[op] ?? never;
    if (end < this.#lastAt) return false;
    if (end < this.#firstAt) {
      this.#first = op;
      this.#firstAt = end;
      this.#firstValue = value;
    }
    return true;
  }

  invokes(op: number, value: number): void {
    const begin = this.#invoke[op] ?? 0;
    if (begin <= this.#lastAt) return;
    this.#last = op;
    this.#lastAt = begin;
    this.#lastValue = value;
  }

  conflict(early: number, earlyValue: number): OrderConflict {
    return { rule: 'order', early, late: this.#last, earlyValue, lateValue: this.#lastValue };
  }

  end(head: number): void {
    this.zones.firstReturn[head] = this.#first;
    this.zones.firstValue[head] = this.#firstValue;
    this.zones.lastInvoke[head] = this.#last;
    this.zones.lastValue[head] = this.#lastValue;
  }
}

/** One pass over time, without sorting: each end of a zone is the event of one operation. */
export function zoneConflict(table: ChainTable, zones: Zones): ZoneConflict | undefined {
  const { size, timeline } = table;
  const { horizon } = timeline;
  // At a zone's ends its head + 1 if it is forward, minus that if it is backward.
  const marks = new Int32Array(horizon);
  const startsOpen = markZones(table, zones, marks);
  let open = startsOpen ? 0 : none;
  let turn = startsOpen ? 1 : 0;
  // The turn in which a backward zone began, if inside of a forward zone.
  const began = new Int32Array(size).fill(none);
  for (let time = 0; time < horizon; time += 1) {
    const mark = marks[time] ?? 0;
    if (mark === 0) continue;
    if (mark > 0) {
      const head = mark - 1;
      if (open === head) open = none;
      else if (open !== none) return conflict('overlap', zones, open, head);
      else {
        open = head;
        turn += 1;
      }
      continue;
    }
    const head = -mark - 1;
    if (open === none) continue;
    if (began[head] === turn) return conflict('inside', zones, open, head);
    began[head] = turn;
  }
  return undefined;
}

/** @returns true if the zone of the initial value is forward: it is open from the start. */
function markZones(table: ChainTable, zones: Zones, into: Int32Array): boolean {
  const { size, real, source, timeline } = table;
  const { invoke } = timeline;
  const returned = timeline.return;
  const { firstReturn, lastInvoke } = zones;
  const marks = into;
  for (let head = 1; head < size; head += 1) {
    if (real[head] === 0 || source[head] !== none) continue;
    const begin = returned[firstReturn[head] ?? 0] ?? 0;
    const end = invoke[lastInvoke[head] ?? 0] ?? 0;
    const mark = begin < end ? head + 1 : -head - 1;
    marks[begin] = mark;
    marks[end] = mark;
  }
  const last = lastInvoke[0] ?? none;
  if (last === none) return false;
  marks[invoke[last] ?? 0] = 1;
  return true;
}

function conflict(
  rule: 'overlap' | 'inside',
  zones: Zones,
  outer: number,
  inner: number,
): ZoneConflict {
  return { rule, outer: zoneOf(zones, outer), inner: zoneOf(zones, inner) };
}

function zoneOf(zones: Zones, head: number): Zone {
  return {
    head,
    // The initial value is there before anything returns.
    firstReturn: head === 0 ? none : (zones.firstReturn[head] ?? none),
    firstValue: head === 0 ? 0 : (zones.firstValue[head] ?? 0),
    lastInvoke: zones.lastInvoke[head] ?? none,
    lastValue: zones.lastValue[head] ?? 0,
  };
}

/** A link of a cycle: walking back from it never ends at a head. */
function unreached(table: ChainTable): number {
  const { size, real, source } = table;
  const reached = new Uint8Array(size);
  for (let head = 0; head < size; head += 1) {
    if (real[head] === 0 || source[head] !== none) continue;
    for (let v = head; v !== none; v = table.next[v] ?? none) reached[v] = 1;
  }
  let value = 0;
  while (real[value] === 0 || reached[value] === 1) value += 1;
  return value;
}
