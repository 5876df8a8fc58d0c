/**
 * A cheap proof that registers are serializable, for histories that are: guesses the order of
 * the versions of each key (`likely-versions.ts`), and sees whether all transactions can then
 * run one after the other. All dependencies follow from the order of versions, so if they (and
 * sessions or real time) form no cycle, the order in which they come to run is a serial one (Adya,
 * "Weak Consistency", 1999, on serialization graphs), which is then looked after by replaying it.
 * If there is a cycle, nothing is shown: the guess may have been wrong.
 */
import { typeCode } from '../../history/columns.ts';
import { type Chain, LikelyVersions } from './likely-versions.ts';
import { inOrderOfReturn } from './order-edges.ts';
import { initial, type RegisterHistory } from './register-versions.ts';
import type { OrderKept } from './replay.ts';
import { isSerialOrder } from './serial-replay.ts';
import { readKind } from './transactions.ts';

const none = -1;

/**
 * Whether the likely order is a serial one; how many dependencies it then has: reads of what
 * another transaction wrote, or of the initial version that one overwrote. -1 if nothing is shown.
 * @param paced to run them in real time where that need not be kept, all but those that read what
 *   had been overwritten by then: what is guessed wrong shows at once, and can be mended there
 */
export function likelyOrder(history: RegisterHistory, kept: OrderKept, paced = false): number {
  if (!readsAreCommitted(history)) return none;
  const versions = new LikelyVersions(history);
  if (!versions.arrange()) return none;
  const late = paced && kept !== 'realtime' ? staleReaders(history, versions) : undefined;
  const order = new SerialRun(history, versions, kept, late).order();
  if (order === undefined || !isSerialOrder(history, order, kept)) return none;
  return dependenciesOf(history, versions);
}

/** Whether reads of what others wrote show committed final writes, as all of a serial order do. */
function readsAreCommitted({
  transactions,
  source,
  external,
  final,
  committed,
}: RegisterHistory): boolean {
  const { of } = transactions;
  for (let i = 0; i < source.length; i += 1) {
    const write = source[i] ?? none;
    if (external[i] === 0 || write === initial) continue;
    if (write < 0 || final[write] !== 1 || of[write] === of[i]) return false;
    if (committed[of[write] ?? 0] !== 1) return false;
  }
  return true;
}

/** 1 for transactions that began when what they read had been overwritten, as versions are guessed. */
function staleReaders(
  { transactions, source, external }: RegisterHistory,
  versions: LikelyVersions,
): Uint8Array {
  const { count, of, key, outcome, invoke, complete } = transactions;
  const isStale = new Uint8Array(count);
  for (let i = 0; i < source.length; i += 1) {
    const shown = source[i] ?? none;
    if (external[i] === 0 || (shown !== initial && shown < 0)) continue;
    const next = shown === initial ? versions.first(key[i] ?? 0) : versions.next(shown);
    const [reader, writer] = [of[i] ?? 0, of[next] ?? none];
    if (writer === none || writer === reader || outcome[writer] !== typeCode.ok) continue;
    if ((complete[writer] ?? 0) < (invoke[reader] ?? 0)) isStale[reader] = 1;
  }
  return isStale;
}

function dependenciesOf(
  { transactions, source }: RegisterHistory,
  versions: LikelyVersions,
): number {
  const { of, key } = transactions;
  let count = 0;
  for (let i = 0; i < source.length; i += 1) {
    const shown = source[i] ?? none;
    const write = shown === initial ? versions.first(key[i] ?? 0) : shown;
    if (write >= 0 && of[write] !== of[i]) count += 1;
  }
  return count;
}

/** Guesses turned around, beyond which the guess is taken for a bad one. */
const turnsMax = 1000;
/** So many transactions at most are under way where the run is stuck. */
const stuckMax = 4096;

/** In `#needs`: has run. */
const placed = -1;

/** Runs each transaction once all have run that must come before it. */
class SerialRun {
  readonly #history: RegisterHistory;
  readonly #versions: LikelyVersions;
  readonly #timed: boolean;
  readonly #late: Uint8Array | undefined;
  /** Per transaction how many it waits for. */
  readonly #needs: Int32Array;
  readonly #ready: Int32Array;
  #readyCount = 0;
  /** Where sessions count: the next of the same process, or `none`. */
  readonly #nextOfProcess: Int32Array;
  /** Where time counts: those that returned, in order; and how far they and invocations are let in. */
  readonly #byReturn: Int32Array;
  #nextReturn = 0;
  #nextInvoked = 0;
  /** All before it have run. */
  #oldest = 0;
  #initialReaders: ReadonlyMap<number, readonly number[]> | undefined;
  readonly #more: (t: number) => void;
  readonly #less: (t: number) => void;

  /** @param late 1 for those that do not run in time, where all others do */
  constructor(
    history: RegisterHistory,
    versions: LikelyVersions,
    kept: OrderKept,
    late: Uint8Array | undefined,
  ) {
    const { count } = history.transactions;
    this.#history = history;
    this.#versions = versions;
    this.#timed = kept === 'realtime' || late !== undefined;
    this.#late = late;
    const needs = new Int32Array(count);
    this.#needs = needs;
    this.#ready = new Int32Array(count);
    this.#nextOfProcess = kept === 'process' ? successors(history) : new Int32Array(0);
    const byReturn = this.#timed ? inOrderOfReturn(history.transactions) : new Int32Array(0);
    this.#byReturn = late === undefined ? byReturn : byReturn.filter((t) => late[t] === 0);
    this.#more = (t) => {
      needs[t] = (needs[t] ?? 0) + 1;
    };
    this.#less = (t) => {
      const needed = (needs[t] ?? 0) - 1;
      needs[t] = needed;
      if (needed === 0) this.#push(t);
    };
  }

  /** The order in which they come to run; undefined if not all do. */
  order(): Int32Array | undefined {
    const { committed, transactions } = this.#history;
    const { count } = transactions;
    let total = 0;
    for (let t = 0; t < count; t += 1) {
      if (committed[t] === 0) {
        this.#needs[t] = placed;
        continue;
      }
      total += 1;
      // To be let in is one more that it waits for.
      this.#more(t);
      this.#eachAfter(t, this.#more);
    }
    for (let t = 0; t < count; t += 1) if (this.#isLate(t) && committed[t] === 1) this.#less(t);
    this.#admit();
    this.#runFrom(0);
    for (let left = turnsMax; this.#readyCount < total && left > 0; left -= 1)
      if (!this.#timed || !this.#turnOne()) return undefined;
    return this.#readyCount === total ? this.#ready.subarray(0, total) : undefined;
  }

  /** Runs those that are ready from a place on, and what then is. */
  #runFrom(place: number): void {
    for (let at = place; at < this.#readyCount; at += 1) {
      const t = this.#ready[at] ?? 0;
      this.#needs[t] = placed;
      this.#eachAfter(t, this.#less);
      if (this.#timed) this.#admit();
    }
  }

  /** Turns a guess around such that the run comes farther; false if there is none. */
  #turnOne(): boolean {
    const stuckAt = this.#readyCount;
    for (const [one, two] of this.#turnable()) {
      const place = this.#placeOf(one.head);
      if (place < 0) continue;
      this.#turnAt(place, one, two);
      if (this.#readyCount > stuckAt) return true;
      this.#turnAt(place, two, one);
    }
    return false;
  }

  /** The place of a write's transaction among those that have run; -1 if that is long ago. */
  #placeOf(write: number): number {
    const t = this.#history.transactions.of[write] ?? 0;
    if (this.#needs[t] !== placed) return this.#readyCount;
    const last = this.#readyCount - 1;
    for (let at = last; at >= Math.max(0, last - stuckMax); at -= 1)
      if (this.#ready[at] === t) return at;
    return -1;
  }

  /** Goes back to a place, puts the first chain behind the second there, and goes on. */
  #turnAt(place: number, one: Chain, two: Chain): void {
    const { of } = this.#history.transactions;
    const after = this.#versions.next(two.last);
    const concerned = new Set(this.#ready.subarray(place, this.#readyCount));
    for (const write of [one.head, two.head, after])
      if (write !== none) concerned.add(of[write] ?? 0);
    this.#undo(place);
    this.#turn(one, two);
    for (const t of concerned) if (this.#needs[t] === 0) this.#push(t);
    this.#runFrom(place);
  }

  /** As if those from a place on had not run, nor let others in. */
  #undo(place: number): void {
    const { invoke, complete, outcome } = this.#history.transactions;
    const needs = this.#needs;
    const byReturn = this.#byReturn;
    let limit = complete[byReturn[this.#nextReturn] ?? none] ?? Number.POSITIVE_INFINITY;
    for (let at = this.#readyCount - 1; at >= place; at -= 1) {
      const t = this.#ready[at] ?? 0;
      needs[t] = 0;
      this.#oldest = Math.min(this.#oldest, t);
      this.#eachAfter(t, this.#more);
      if (outcome[t] === typeCode.ok && !this.#isLate(t))
        limit = Math.min(limit, complete[t] ?? limit);
    }
    this.#readyCount = place;
    while ((complete[byReturn[this.#nextReturn - 1] ?? none] ?? none) >= limit)
      this.#nextReturn -= 1;
    while ((invoke[this.#nextInvoked - 1] ?? none) > limit) {
      this.#nextInvoked -= 1;
      if (this.#waitsForTime(this.#nextInvoked)) this.#more(this.#nextInvoked);
    }
  }

  #isLate(t: number): boolean {
    return this.#late?.[t] === 1;
  }

  /** Whether it runs no sooner than it is let in, and has yet to run. */
  #waitsForTime(t: number): boolean {
    return this.#needs[t] !== placed && !this.#isLate(t);
  }

  #push(t: number): void {
    this.#ready[this.#readyCount] = t;
    this.#readyCount += 1;
  }

  /** Those that must come after t: that read from it, or overwrite what it read or wrote. */
  #eachAfter(t: number, visit: (after: number) => void): void {
    const { transactions, source, external, final, readersStart, readers } = this.#history;
    const { first, kind, key, of } = transactions;
    const versions = this.#versions;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
      let next: number;
      if (kind[i] === readKind) {
        if (external[i] === 0) continue;
        const shown = source[i] ?? none;
        next = shown === initial ? versions.first(key[i] ?? 0) : versions.next(shown);
      } else {
        if (final[i] === 0) continue;
        next = versions.next(i);
        for (let at = readersStart[i] ?? 0; at < (readersStart[i + 1] ?? 0); at += 1) {
          const reader = of[readers[at] ?? 0] ?? 0;
          if (reader !== t) visit(reader);
        }
      }
      if (next !== none && of[next] !== t) visit(of[next] ?? 0);
    }
    const successor = this.#nextOfProcess[t] ?? none;
    if (successor !== none) visit(successor);
  }

  /** Lets in what was invoked before the first return of those that have yet to run. */
  #admit(): void {
    const { invoke, complete, count } = this.#history.transactions;
    const needs = this.#needs;
    const byReturn = this.#byReturn;
    while (this.#nextReturn < byReturn.length && needs[byReturn[this.#nextReturn] ?? 0] === placed)
      this.#nextReturn += 1;
    const next = byReturn[this.#nextReturn];
    const limit = next === undefined ? Number.POSITIVE_INFINITY : (complete[next] ?? 0);
    while (this.#nextInvoked < count && (invoke[this.#nextInvoked] ?? 0) < limit) {
      if (this.#waitsForTime(this.#nextInvoked)) this.#less(this.#nextInvoked);
      this.#nextInvoked += 1;
    }
  }

  /** Guesses that may be what the run is stuck at. */
  *#turnable(): Generator<readonly [Chain, Chain]> {
    const { first } = this.#history.transactions;
    while (this.#needs[this.#oldest] === placed) this.#oldest += 1;
    const begin = Math.max(this.#oldest, this.#nextInvoked - stuckMax);
    for (let t = begin; t < this.#nextInvoked; t += 1) {
      if (this.#needs[t] === placed) continue;
      for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
        const pair = this.#versions.turnable(i);
        if (pair !== undefined) yield pair;
      }
    }
  }

  /** Puts the first chain behind the second, and what must wait for what with them. */
  #turn(one: Chain, two: Chain): void {
    const before = this.#versions.previous(one.head);
    const after = this.#versions.next(two.last);
    this.#versions.turn(one, two);
    const fewer = (t: number): void => {
      this.#needs[t] = (this.#needs[t] ?? 0) - 1;
    };
    this.#eachBefore(before, two.head, this.#more);
    this.#eachBefore(two.last, one.head, this.#more);
    this.#eachBefore(one.last, after, this.#more);
    this.#eachBefore(before, one.head, fewer);
    this.#eachBefore(one.last, two.head, fewer);
    this.#eachBefore(two.last, after, fewer);
  }

  /** Visits who makes a version once for each that has yet to write or read the version before. */
  #eachBefore(before: number, write: number, visit: (writer: number) => void): void {
    if (write === none) return;
    const { transactions, readersStart, readers, external } = this.#history;
    const { of, key } = transactions;
    const writer = of[write] ?? 0;
    const meet = (t: number): void => {
      if (t !== writer && this.#needs[t] !== placed) visit(writer);
    };
    if (before === none) {
      this.#initialReaders ??= initialReaders(this.#history);
      this.#initialReaders.get(key[write] ?? 0)?.forEach(meet);
      return;
    }
    meet(of[before] ?? 0);
    for (let at = readersStart[before] ?? 0; at < (readersStart[before + 1] ?? 0); at += 1) {
      const read = readers[at] ?? 0;
      if (external[read] === 1) meet(of[read] ?? 0);
    }
  }
}

/** Per key the transactions that read the initial version. */
function initialReaders({
  transactions,
  source,
  external,
}: RegisterHistory): ReadonlyMap<number, readonly number[]> {
  const { of, key } = transactions;
  const byKey = new Map<number, number[]>();
  for (let i = 0; i < source.length; i += 1) {
    if (source[i] !== initial || external[i] === 0) continue;
    const known = byKey.get(key[i] ?? 0);
    if (known === undefined) byKey.set(key[i] ?? 0, [of[i] ?? 0]);
    else known.push(of[i] ?? 0);
  }
  return byKey;
}

/** Per transaction the next committed one of its process, or `none`. */
function successors({ transactions, committed }: RegisterHistory): Int32Array {
  const { count, process } = transactions;
  const after = new Int32Array(count).fill(none);
  const last = new Map<number, number>();
  for (let t = 0; t < count; t += 1) {
    if (committed[t] === 0) continue;
    const before = last.get(process[t] ?? 0);
    if (before !== undefined) after[before] = t;
    last.set(process[t] ?? 0, t);
  }
  return after;
}
