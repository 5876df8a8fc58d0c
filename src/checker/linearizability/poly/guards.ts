/**
 * Compare-and-sets that said no, on a cell whose other operations are known to be linearizable.
 *
 * A guard on u needs an instant of its interval at which the value is not u. Two questions are
 * decided exactly: a guard that lies within the time in which u must be current is a violation;
 * and if there is room for every guard in one order of the values (that of the proof in
 * `chains.ts`), the history is linearizable. What is left over needs a search.
 */

import { type CellOperations, isGuard } from './cell.ts';
import { type ChainTable, none, type Zones } from './chains.ts';
import { ReturnHeap } from './heap.ts';
import { linearizable, notApplicable, type PolyResult, violation } from './result.ts';
import { never } from './timeline.ts';

export function checkGuards(cell: CellOperations, table: ChainTable, zones: Zones): PolyResult {
  if (new GuardRoom(table, guardsOf(cell, table), zones).fits()) return linearizable;
  const { timeline, expected } = cell;
  const bounds = certainBounds(table);
  for (let op = 0; op < timeline.count; op += 1) {
    const value = expected[op] ?? none;
    if (!isGuard(cell, op) || table.real[value] !== 1) continue;
    const before = bounds.before[value] ?? none;
    const after = bounds.after[value] ?? none;
    const isIn =
      (before === none || (timeline.return[before] ?? never) < (timeline.invoke[op] ?? 0)) &&
      after !== none &&
      (timeline.invoke[after] ?? 0) > (timeline.return[op] ?? 0);
    if (isIn) return refusedOn(cell, table, { op, value, before, after });
  }
  return notApplicable('whether each cas that said no could do so depends on the order of others');
}

/** How many backward chains are looked at for each guard that presses. */
const sparesTried = 8;

/** Lists of guards by the value that they claim is not there. */
interface GuardLists {
  readonly first: Int32Array;
  readonly next: Int32Array;
}

function guardsOf(cell: CellOperations, table: ChainTable): GuardLists {
  const { timeline, expected } = cell;
  const first = new Int32Array(table.size).fill(none);
  const next = new Int32Array(timeline.count);
  for (let op = 0; op < timeline.count; op += 1) {
    if (!isGuard(cell, op)) continue;
    const value = expected[op] ?? 0;
    next[op] = first[value] ?? none;
    first[value] = op;
  }
  return { first, next };
}

/**
 * Lays out all values in time, so that every guard has room.
 *
 * Between two values of a given order the time of change is free: after the last invocation of
 * what comes before, before the first return of what comes after. A guard on a value needs that
 * value to come no earlier than the guard begins, or to go before it is over. Making each value
 * come as late as that allows is best for what follows. Chains come in the order in which they
 * must come at the latest; but where a guard presses, a backward chain that could come already
 * is put in between.
 *
 * Times are gaps here: gap g is the time after event g, and an operation takes effect in one
 * of the gaps from its invocation to its return - 1.
 */
class GuardRoom {
  readonly #table: ChainTable;
  readonly #guards: GuardLists;
  /** Heads in order of the latest gap at which their chains can come, the initial value first. */
  readonly #order: Int32Array;
  /** By head the latest gap for its chain and all after it in that order. */
  readonly #latest: Int32Array;
  /** By value the latest gap at which it can come, given its own chain. */
  readonly #linkLatest: Int32Array;
  /** Heads of backward chains in the order in which their writers were invoked. */
  readonly #spare: Int32Array;
  readonly #spareOpen: ReturnHeap;
  #spareNext = 0;
  readonly #isUsed: Uint8Array;
  /** By head the time of the last invocation of its chain. */
  readonly #lastInvoke: Int32Array;
  #next = 1;
  /** When the current value came, and the last invocation of all so far. */
  #come = -1;
  #earliest = -1;

  constructor(table: ChainTable, guards: GuardLists, zones: Zones) {
    this.#table = table;
    this.#guards = guards;
    const places = latestPlaces(table, zones);
    this.#order = places.order;
    this.#spare = places.spare;
    this.#linkLatest = linkLatest(table);
    this.#latest = new Int32Array(table.size);
    let least = never;
    for (let at = this.#order.length - 1; at > 0; at -= 1) {
      const head = this.#order[at] ?? 0;
      least = Math.min(least, this.#linkLatest[head] ?? never);
      this.#latest[head] = least;
    }
    this.#spareOpen = new ReturnHeap(this.#latest);
    this.#isUsed = new Uint8Array(table.size);
    this.#lastInvoke = zones.lastInvoke.map((op) => table.timeline.invoke[op] ?? 0);
  }

  /** True if everything found its place: then that is a linearization. */
  fits(): boolean {
    let placed = 0;
    let head = 0;
    while (head !== none) {
      this.#isUsed[head] = 1;
      placed += 1;
      const goBefore = this.#walk(head);
      if (goBefore === undefined) return false;
      head = this.#following(goBefore);
      if (head === none && goBefore !== never) return false;
    }
    return placed === this.#order.length;
  }

  /**
   * Goes through the values of a chain.
   * @returns the return before which the last must go, or undefined if they do not fit
   */
  #walk(head: number): number | undefined {
    const { writer, next, timeline } = this.#table;
    for (let value = head; ; ) {
      this.#reach(value);
      const goBefore = this.#goBefore(value);
      const following = next[value] ?? none;
      if (following === none) return goBefore;
      const needed = Math.max(this.#earliest, timeline.invoke[writer[following] ?? 0] ?? 0);
      const bound = Math.min(this.#linkLatest[following] ?? never, this.#latestOfRest());
      this.#come = Math.min(bound, goBefore - 1);
      if (this.#come < needed) return undefined;
      value = following;
    }
  }

  #reach(value: number): void {
    const { timeline, writer, lastSeen } = this.#table;
    for (const op of [writer[value] ?? none, lastSeen[value] ?? none])
      if (op !== none) this.#earliest = Math.max(this.#earliest, timeline.invoke[op] ?? 0);
  }

  /** The first return of a guard on this value that begins after it has come, or `never`. */
  #goBefore(value: number): number {
    const { timeline } = this.#table;
    let first = never;
    for (
      let op = this.#guards.first[value] ?? none;
      op !== none;
      op = this.#guards.next[op] ?? none
    )
      if ((timeline.invoke[op] ?? 0) > this.#come)
        first = Math.min(first, timeline.return[op] ?? never);
    return first;
  }

  #latestOfRest(): number {
    while (this.#isUsed[this.#order[this.#next] ?? 0] === 1 && this.#next < this.#order.length)
      this.#next += 1;
    const head = this.#order[this.#next];
    return head === undefined ? never : (this.#latest[head] ?? never);
  }

  /** The chain to come next, before the given return; -1 if there is none. Sets when it comes. */
  #following(goBefore: number): number {
    const { timeline, writer } = this.#table;
    const bound = Math.min(this.#latestOfRest(), goBefore - 1);
    const regular = this.#order[this.#next] ?? none;
    if (regular === none) return none;
    const neededBy = (head: number): number =>
      Math.max(this.#earliest, timeline.invoke[writer[head] ?? 0] ?? 0);
    const head = neededBy(regular) <= bound ? regular : this.#takeSpare(goBefore);
    if (head === none || neededBy(head) > bound) return none;
    this.#come = bound;
    return head;
  }

  /** A backward chain whose writer was invoked before the given return, and that can go in time. */
  #takeSpare(goBefore: number): number {
    const { timeline, writer } = this.#table;
    const begin = (head: number): number => timeline.invoke[writer[head] ?? 0] ?? 0;
    for (; this.#spareNext < this.#spare.length; this.#spareNext += 1) {
      const head = this.#spare[this.#spareNext] ?? 0;
      if (begin(head) >= goBefore) break;
      this.#spareOpen.push(head);
    }
    const put: number[] = [];
    const bound = this.#latestOfRest();
    let found: number = none;
    while (found === none && put.length < sparesTried) {
      const head = this.#spareOpen.pop();
      if (head === undefined) break;
      if (this.#isUsed[head] === 1) continue;
      if (begin(head) < goBefore && (this.#lastInvoke[head] ?? 0) <= bound) found = head;
      else put.push(head);
    }
    for (const head of put) this.#spareOpen.push(head);
    return found;
  }
}

/** By value of a chain the gap before the first return of it and of what follows in its chain. */
function linkLatest(table: ChainTable): Int32Array {
  const { size, real, source, next, writer, firstSeen, timeline } = table;
  const latest = new Int32Array(size).fill(never);
  for (let head = 0; head < size; head += 1) {
    if (real[head] !== 1 || source[head] !== none) continue;
    let tail = head;
    while ((next[tail] ?? none) !== none) tail = next[tail] ?? none;
    let least = never;
    for (let value = tail; value !== none; value = source[value] ?? none) {
      for (const op of [writer[value] ?? none, firstSeen[value] ?? none])
        if (op !== none) least = Math.min(least, timeline.return[op] ?? never);
      latest[value] = least === never ? never : least - 1;
    }
  }
  return latest;
}

interface Places {
  readonly order: Int32Array;
  readonly spare: Int32Array;
}

function latestPlaces(table: ChainTable, zones: Zones): Places {
  const { size, real, source, writer, timeline } = table;
  const free = freeGaps(table, zones, timeline.horizon);
  const heads: number[] = [];
  const places: number[] = [];
  const spare: number[] = [];
  for (let head = 1; head < size; head += 1) {
    if (real[head] !== 1 || source[head] !== none) continue;
    const first = timeline.return[zones.firstReturn[head] ?? 0] ?? 0;
    const last = timeline.invoke[zones.lastInvoke[head] ?? 0] ?? 0;
    if (first > last) spare.push(head);
    // In one gap backward chains stand before a forward chain that begins there.
    places.push(first < last ? 2 * first - 1 : 2 * (free[first - 1] ?? 0));
    heads.push(head);
  }
  const begins = spare.map((head) => timeline.invoke[writer[head] ?? 0] ?? 0);
  return {
    order: Int32Array.from([0, ...sortedBy(heads, places)]),
    spare: Int32Array.from(sortedBy(spare, begins)),
  };
}

/** Items in ascending order of their keys, which are integers. */
function sortedBy(items: readonly number[], keys: readonly number[]): readonly number[] {
  // Key and place in one number, so that the native sort can be used.
  const packed = Float64Array.from(keys, (key, at) => key * items.length + at).sort();
  return Array.from(packed, (each) => items[each % items.length] ?? 0);
}

/** By gap the last gap up to it in which no forward chain must stand on both sides. */
function freeGaps(table: ChainTable, zones: Zones, horizon: number): Int32Array {
  const { size, real, source, timeline } = table;
  const free = new Int32Array(horizon + 1);
  for (let gap = 0; gap <= horizon; gap += 1) free[gap] = gap;
  for (let head = 0; head < size; head += 1) {
    if (real[head] !== 1 || source[head] !== none) continue;
    if ((zones.lastInvoke[head] ?? none) === none) continue;
    const first = head === 0 ? 0 : (timeline.return[zones.firstReturn[head] ?? 0] ?? 0);
    const last = timeline.invoke[zones.lastInvoke[head] ?? 0] ?? 0;
    // The chain stands from gap first - 1 to gap last; in those two there is room beside it.
    if (first < last) free.fill(first - 1, first, last);
  }
  return free;
}

/** By value the first return that shows that it had come, the last invocation before it went. */
interface Bounds {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

function certainBounds(table: ChainTable): Bounds {
  const { size, timeline, writer, firstSeen, lastSeen, next, source, real } = table;
  const { invoke } = timeline;
  const before = new Int32Array(size).fill(none);
  const after = new Int32Array(size).fill(none);
  const later = (a: number, b: number): number =>
    b === none || (a !== none && (invoke[a] ?? 0) > (invoke[b] ?? 0)) ? a : b;
  const sooner = (a: number, b: number): number => {
    if (a === none || b === none) return a === none ? b : a;
    return (timeline.return[a] ?? never) < (timeline.return[b] ?? never) ? a : b;
  };
  for (let head = 0; head < size; head += 1) {
    if (real[head] !== 1 || source[head] !== none) continue;
    let last: number = none;
    let tail = head;
    for (let v = head; v !== none; v = next[v] ?? none) {
      last = later(later(writer[v] ?? none, lastSeen[v] ?? none), last);
      const following = next[v] ?? none;
      after[v] = following === none ? last : later(writer[following] ?? none, last);
      tail = v;
    }
    let first: number = none;
    for (let v = tail; v !== none; v = source[v] ?? none) {
      first = sooner(sooner(writer[v] ?? none, firstSeen[v] ?? none), first);
      before[v] = first;
    }
  }
  before[0] = none;
  return { before, after };
}

function refusedOn(
  cell: CellOperations,
  table: ChainTable,
  found: {
    readonly op: number;
    readonly value: number;
    readonly before: number;
    readonly after: number;
  },
): PolyResult {
  const { row } = cell.timeline;
  const { op, value, before, after } = found;
  const writer = table.writer[value] ?? none;
  const roles = {
    guard: row[op] ?? 0,
    ...(before === none ? {} : { before: row[before] ?? 0 }),
    after: row[after] ?? 0,
  };
  return violation('refused-cas', before === none ? 'refused-initial' : 'refused', roles, {
    facts: { value: cell.values.value(value) },
    also: writer === none ? [] : [row[writer] ?? 0],
    standalone: isWholeChain(table, value, [before, after]),
  });
}

/** True if a value stands alone in its chain: then the operations named are about it only. */
function isWholeChain(table: ChainTable, value: number, named: readonly number[]): boolean {
  const about = [table.writer[value], table.firstSeen[value], table.lastSeen[value]];
  return table.source[value] === none && named.every((op) => op === none || about.includes(op));
}
