/**
 * Proof by doing: runs the transactions one after the other on an empty store, each only when
 * all that it read is there, and none that overwrites what others have yet to read. If all
 * come to run, the order in which they did is a serial one, and the history is serializable,
 * with real time or sessions if their order was kept too. If they do not, nothing is shown.
 *
 * Among those that may run, the one goes first whose values were last wanted earliest (the
 * greatest invocation among itself and its readers): with one key and one access each this is
 * the order of zones in Gibbons and Korach, "Testing Shared Memories" (1997).
 */
import { noEvent, typeCode } from '../../history/columns.ts';
import { initial, type RegisterHistory } from './register-versions.ts';
import { never, type ReplayTimes, replayTimes } from './replay-times.ts';
import { readKind, writeKind } from './transactions.ts';

export type OrderKept = 'none' | 'process' | 'realtime';

/** Whether the order that suggests itself is a serial one. */
export function replays(history: RegisterHistory, kept: OrderKept): boolean {
  const times = replayTimes(history, kept === 'realtime');
  return times !== undefined && new Replay(history, kept, times).run();
}

const blank = -2;

class Replay {
  readonly #history: RegisterHistory;
  readonly #kept: OrderKept;
  readonly #times: ReplayTimes;
  readonly #writers: DueWriters;
  /** What each transaction still waits for. */
  readonly #needs: Int32Array;
  readonly #heap: RankHeap;
  /** The write that each key holds, or `blank`. */
  readonly #current: Int32Array;
  /** How many transactions have yet to read what the key holds. */
  readonly #pending: Int32Array;
  /** Transactions that wait until nobody needs what the key holds. */
  readonly #parked: (number[] | undefined)[] = [];
  readonly #nextOfProcess: Int32Array;
  readonly #byReturn: Int32Array;
  readonly #placed: Uint8Array;
  #nextReturn = 0;
  #nextInvoked = 0;

  constructor(history: RegisterHistory, kept: OrderKept, times: ReplayTimes) {
    const { count, keys } = history.transactions;
    this.#history = history;
    this.#kept = kept;
    this.#times = times;
    this.#writers = new DueWriters(history, times);
    this.#needs = new Int32Array(count);
    this.#heap = new RankHeap(ranksOf(history, times, kept));
    this.#current = new Int32Array(keys.length).fill(blank);
    this.#pending = new Int32Array(keys.length);
    this.#nextOfProcess = new Int32Array(kept === 'process' ? count : 0).fill(-1);
    this.#placed = new Uint8Array(count);
    this.#byReturn = kept === 'realtime' ? returns(history) : new Int32Array(0);
  }

  run(): boolean {
    const { committed, transactions } = this.#history;
    let left = 0;
    for (let t = 0; t < transactions.count; t += 1) {
      if (committed[t] === 0) continue;
      left += 1;
      this.#countNeeds(t);
    }
    const { offsets, targets } = this.#times.before;
    for (let edge = 0; edge < (offsets[transactions.count] ?? 0); edge += 1) {
      const after = targets[edge] ?? 0;
      this.#needs[after] = (this.#needs[after] ?? 0) + 1;
    }
    this.#orderProcesses();
    for (let t = 0; t < transactions.count; t += 1)
      if (committed[t] === 1 && this.#needs[t] === 0) this.#heap.push(t);
    if (this.#kept === 'realtime') this.#admit();
    for (let t = this.#heap.pop(); t !== -1; t = this.#heap.pop()) {
      const key = this.#blockingKey(t);
      if (key !== -1) (this.#parked[key] ??= []).push(t);
      else if (this.#place(t)) left -= 1;
      else return false;
    }
    return left === 0;
  }

  #countNeeds(t: number): void {
    const { transactions, source, external } = this.#history;
    const { first, key } = transactions;
    let needs = this.#kept === 'realtime' ? 1 : 0;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
      if (external[i] === 0) continue;
      if (source[i] === initial) {
        const k = key[i] ?? 0;
        this.#pending[k] = (this.#pending[k] ?? 0) + 1;
      } else needs += 1;
    }
    this.#needs[t] = needs;
  }

  #orderProcesses(): void {
    if (this.#kept !== 'process') return;
    const { transactions, committed } = this.#history;
    const last = new Map<number, number>();
    for (let t = 0; t < transactions.count; t += 1) {
      if (committed[t] === 0) continue;
      const process = transactions.process[t] ?? 0;
      const before = last.get(process);
      if (before !== undefined) {
        this.#nextOfProcess[before] = t;
        this.#needs[t] = (this.#needs[t] ?? 0) + 1;
      }
      last.set(process, t);
    }
  }

  /** Lets in what was invoked before the first return of those that have yet to run. */
  #admit(): void {
    const { transactions, committed } = this.#history;
    while (
      this.#placed[this.#byReturn[this.#nextReturn] ?? 0] === 1 &&
      this.#nextReturn < this.#byReturn.length
    )
      this.#nextReturn += 1;
    const next = this.#byReturn[this.#nextReturn];
    const limit =
      next === undefined ? Number.POSITIVE_INFINITY : (transactions.complete[next] ?? 0);
    while (
      this.#nextInvoked < transactions.count &&
      (transactions.invoke[this.#nextInvoked] ?? 0) < limit
    ) {
      if (committed[this.#nextInvoked] === 1) this.#lessNeed(this.#nextInvoked);
      this.#nextInvoked += 1;
    }
  }

  #lessNeed(t: number): void {
    const needs = (this.#needs[t] ?? 0) - 1;
    this.#needs[t] = needs;
    if (needs === 0) this.#heap.push(t);
  }

  /** A key that t would overwrite while others have yet to read it, or -1. */
  #blockingKey(t: number): number {
    const { transactions, final } = this.#history;
    const { first, kind, key } = transactions;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
      if (kind[i] !== writeKind || final[i] === 0) continue;
      const k = key[i] ?? 0;
      if ((this.#pending[k] ?? 0) > (this.#readsExternally(t, k) ? 1 : 0)) return k;
      // What must have been written before this is last read, must be written before this.
      if (this.#writers.due(k, t, this.#placed) < (this.#times.neededUntil[i] ?? -1)) return k;
    }
    return -1;
  }

  #readsExternally(t: number, k: number): boolean {
    const { transactions, external } = this.#history;
    const { first, key } = transactions;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
      if (external[i] === 1 && key[i] === k) return true;
    return false;
  }

  /** False if it would not read what it did. */
  #place(t: number): boolean {
    const { transactions, external, final, source } = this.#history;
    const { first, kind, key } = transactions;
    this.#placed[t] = 1;
    const [begin, end] = [first[t] ?? 0, first[t + 1] ?? 0];
    for (let i = begin; i < end; i += 1) {
      if (kind[i] !== readKind || external[i] === 0) continue;
      const k = key[i] ?? 0;
      const expected = source[i] === initial ? blank : source[i];
      if (this.#current[k] !== expected) return false;
      this.#pending[k] = (this.#pending[k] ?? 0) - 1;
    }
    for (let i = begin; i < end; i += 1)
      if (kind[i] === writeKind && final[i] === 1) this.#install(t, i);
    for (let i = begin; i < end; i += 1) this.#release(key[i] ?? 0);
    const { offsets, targets } = this.#times.before;
    for (let edge = offsets[t] ?? 0; edge < (offsets[t + 1] ?? 0); edge += 1)
      this.#lessNeed(targets[edge] ?? 0);
    if (this.#kept === 'realtime') this.#admit();
    const next = this.#nextOfProcess[t] ?? -1;
    if (next !== -1) this.#lessNeed(next);
    return true;
  }

  #install(t: number, write: number): void {
    const { transactions, external, readersStart, readers, committed } = this.#history;
    const { key, of } = transactions;
    const k = key[write] ?? 0;
    this.#current[k] = write;
    let pending = 0;
    for (let at = readersStart[write] ?? 0; at < (readersStart[write + 1] ?? 0); at += 1) {
      const read = readers[at] ?? 0;
      const reader = of[read] ?? 0;
      if (external[read] === 0 || reader === t || committed[reader] === 0) continue;
      pending += 1;
      this.#lessNeed(reader);
    }
    this.#pending[k] = pending;
  }

  #release(k: number): void {
    const waiting = this.#parked[k];
    // One reader left may be the one that waits to overwrite.
    if (waiting === undefined || (this.#pending[k] ?? 0) > 1) return;
    this.#parked[k] = undefined;
    for (const t of waiting) this.#heap.push(t);
  }
}

/** What was last wanted earliest goes first. */
function ranksOf(
  { transactions }: RegisterHistory,
  { earliest, neededUntil }: ReplayTimes,
  kept: OrderKept,
): Int32Array {
  const { count, first, invoke } = transactions;
  const ranks = new Int32Array(count);
  for (let t = 0; t < count; t += 1) {
    let last = kept === 'realtime' ? (earliest[t] ?? 0) : (invoke[t] ?? 0);
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
      last = Math.max(last, neededUntil[i] ?? -1);
    ranks[t] = last;
  }
  return ranks;
}

/** Per key those that write it, by when they must have run. */
class DueWriters {
  readonly #latest: Int32Array;
  readonly #byKey: number[][];
  readonly #next: Int32Array;

  constructor({ transactions, committed, final }: RegisterHistory, { latest }: ReplayTimes) {
    const { kind, key, of, keys } = transactions;
    this.#latest = latest;
    this.#byKey = keys.map(() => []);
    this.#next = new Int32Array(keys.length);
    for (let i = 0; i < kind.length; i += 1)
      if (kind[i] === writeKind && final[i] === 1 && committed[of[i] ?? 0] === 1)
        this.#byKey[key[i] ?? 0]?.push(of[i] ?? 0);
    for (const writers of this.#byKey) writers.sort((a, b) => (latest[a] ?? 0) - (latest[b] ?? 0));
  }

  /** By when the next writer of the key other than t must run. */
  due(k: number, t: number, placed: Uint8Array): number {
    const writers = this.#byKey[k] ?? [];
    let next = this.#next[k] ?? 0;
    while (next < writers.length && placed[writers[next] ?? 0] === 1) next += 1;
    this.#next[k] = next;
    for (; next < writers.length; next += 1) {
      const writer = writers[next] ?? 0;
      if (writer !== t && placed[writer] === 0) return this.#latest[writer] ?? never;
    }
    return never;
  }
}

/** Transactions with a return, by it. */
function returns({ transactions }: RegisterHistory): Int32Array {
  const { count, outcome, complete } = transactions;
  let last = -1;
  for (let t = 0; t < count; t += 1) last = Math.max(last, complete[t] ?? 0);
  const byEvent = new Int32Array(last + 1).fill(-1);
  for (let t = 0; t < count; t += 1)
    if (outcome[t] === typeCode.ok && complete[t] !== noEvent) byEvent[complete[t] ?? 0] = t;
  return byEvent.filter((t) => t !== -1);
}

/** A binary heap of transactions, the least rank first. */
class RankHeap {
  readonly #ranks: Int32Array;
  readonly #items: number[] = [];

  constructor(ranks: Int32Array) {
    this.#ranks = ranks;
  }

  push(item: number): void {
    const items = this.#items;
    const rank = this.#ranks[item] ?? 0;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#ranks[items[parent] ?? 0] ?? 0) <= rank) break;
      items[at] = items[parent] ?? 0;
      at = parent;
    }
    items[at] = item;
  }

  /** The least, or -1 if there is none. */
  pop(): number {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return -1;
    if (items.length === 0) return top;
    const rank = this.#ranks[last] ?? 0;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      const right = child + 1;
      if (right < items.length && this.#rankAt(right) < this.#rankAt(child)) child = right;
      if (this.#rankAt(child) >= rank) break;
      items[at] = items[child] ?? 0;
      at = child;
    }
    items[at] = last;
    return top;
  }

  #rankAt(at: number): number {
    return this.#ranks[this.#items[at] ?? 0] ?? 0;
  }
}
