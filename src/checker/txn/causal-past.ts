/**
 * The causal past of each transaction, by sessions and by what it read: how far it has seen
 * into every session. Pasts are made one by one in an order that sessions and reads keep, and
 * forgotten when nothing that follows needs them, so that a million transactions take no more
 * memory than those that overlap.
 *
 * A clock has an entry for each chain, and a chain is a session that is carried on by another
 * one once it has ended (as each does with an operation of unknown outcome): by one that begins
 * with all of the chain in its past. What at the end of a chain will be in no other past, since
 * nobody that is still to come leads back to it, is cut off first. So, however many sessions crash,
 * there are hardly more chains than sessions at a time.
 *
 * That leaves sessions that begin with nothing in their past, none of which can carry on another:
 * each needs a chain of its own. But what is long ago is in the past of all that is at work or of
 * those that have seen nothing of it. Such chains are settled together: how many times that was done
 * before the last one that a past has all of stands for all their entries, and their columns are
 * given to new chains.
 */
import { IntList } from './integers.ts';

const none = -1;
const opened = 1;
const visited = 2;

/** Ended chains that are tried for a new session, the latest first. */
const triedMax = 256;
/** How many pasts are made between two looks at the clock. */
const pastsPerLook = 1_024;
/** No more sessions than this are a chain each. */
const chainsPlain = 64;
/** Columns, until there are more chains at a time. */
const widthFirst = 32;
/** Of a settled chain, in a past that has it: all of it. */
const wholeChain = 0x7fff_ffff;
/** Where less than one of so many columns came free, there are more columns at the next try. */
const freedShare = 4;

export interface CausalOrder {
  readonly count: number;
  /** Transactions of each session, in order. */
  readonly sessions: readonly (readonly number[])[];
  /** Appends those that t read from, each as often as it did. */
  readonly sourcesOf: (t: number, sources: number[]) => void;
}

export interface PastVisitor {
  /** `clock`: what `CausalPast.entry` wants. t itself is not in its past. */
  readonly visit: (t: number) => void;
  /** t is in no past from here on, and its place in its chain is given to another one. */
  readonly forget: (t: number) => void;
}

export class CausalPast {
  /** Of a transaction that was visited, its chain and the place in it. */
  readonly chainOf: Int32Array;
  readonly placeOf: Int32Array;
  readonly #order: CausalOrder;
  readonly #visitor: PastVisitor;
  readonly #bytesMax: number;
  readonly #reuses: boolean;
  readonly #state: Uint8Array;
  /** The one before it in its session, or `none`. */
  readonly #previous: Int32Array;
  /** How many of those after it are yet to be visited; and how many may still be in a past. */
  readonly #toVisit: Int32Array;
  readonly #alive: Int32Array;
  /** The one before it in its chain. */
  readonly #below: Int32Array;
  /** The last transaction of each chain, or `none`; the number of those in it. */
  readonly #lastOf: number[] = [];
  readonly #lengths: number[] = [];
  /** Chains that no session carries on yet. */
  readonly #ended: number[] = [];
  readonly #isLast: Uint8Array;
  /** By chain its column in `#clocks`, or `none` once it is settled. */
  readonly #columnOf: number[] = [];
  readonly #freeColumns: number[] = [];
  #columns = 0;
  /** By chain when it was settled, from 1; 0 if it is not. How often that was done. */
  readonly #settledIn: number[] = [];
  #settlements = 0;
  /** By row up to which settlement all is in the past. */
  readonly #settledUpTo: number[] = [];
  readonly #isLive: boolean[] = [];
  /** Row of each transaction in `#clocks`. */
  readonly #rowOf: Int32Array;
  readonly #freeRows = new IntList();
  #rows = 0;
  #width: number;
  #clocks = new Int32Array(0);
  readonly #scratch: number[] = [];

  /** `plainMax`: so many sessions are a chain each; `width`: so many columns there are at first. */
  constructor(
    order: CausalOrder,
    visitor: PastVisitor,
    bytesMax: number,
    { plainMax = chainsPlain, width = widthFirst } = {},
  ) {
    const { count, sessions } = order;
    this.#width = width;
    this.#order = order;
    this.#visitor = visitor;
    this.#bytesMax = bytesMax;
    this.#reuses = sessions.length > plainMax;
    this.chainOf = new Int32Array(count).fill(none);
    this.placeOf = new Int32Array(count);
    this.#state = new Uint8Array(count);
    this.#previous = new Int32Array(count).fill(none);
    this.#toVisit = new Int32Array(count);
    this.#below = new Int32Array(this.#reuses ? count : 0);
    this.#isLast = new Uint8Array(count);
    this.#rowOf = new Int32Array(count).fill(none);
    for (const session of sessions) {
      for (let i = 1; i < session.length; i += 1)
        this.#previous[session[i] ?? 0] = session[i - 1] ?? 0;
      this.#isLast[session.at(-1) ?? 0] = 1;
    }
    for (const session of sessions)
      for (const t of session)
        for (const p of this.#predecessors(t)) this.#toVisit[p] = (this.#toVisit[p] ?? 0) + 1;
    this.#alive = this.#reuses ? this.#toVisit.slice() : this.#toVisit;
  }

  /**
   * Visits all transactions of sessions, none before its past and else in order of invocation.
   * In a visit the pasts of the transaction and of those that it read from are there to be
   * asked for.
   * @returns `cycle` if sessions and reads form one; `memory` if the pasts do not fit; `time` if
   *   it took too long
   */
  visitAll(outOfTime: () => boolean): 'done' | 'cycle' | 'memory' | 'time' {
    const stack: number[] = [];
    const member = new Uint8Array(this.#order.count);
    for (const session of this.#order.sessions) for (const t of session) member[t] = 1;
    for (let first = 0; first < this.#order.count; first += 1) {
      if (first % pastsPerLook === 0 && outOfTime()) return 'time';
      if (member[first] === 0 || this.#state[first] === visited) continue;
      stack.push(first);
      for (let t = stack.at(-1); t !== undefined; t = stack.at(-1)) {
        const waiting = this.#state[t] === visited ? 0 : this.#pushPast(t, stack);
        if (waiting < 0) return 'cycle';
        if (waiting > 0) continue;
        stack.pop();
        if (this.#state[t] !== visited && !this.#visit(t)) return 'memory';
      }
    }
    return 'done';
  }

  /** The greatest place of the chain in the past of a transaction, or -1. */
  entry(t: number, chain: number): number {
    return this.#entryOfRow(this.#rowOf[t] ?? 0, chain);
  }

  #entryOfRow(row: number, chain: number): number {
    const column = this.#columnOf[chain] ?? none;
    if (column !== none) return this.#clocks[row * this.#width + column] ?? none;
    return (this.#settledUpTo[row] ?? 0) >= (this.#settledIn[chain] ?? 0) ? wholeChain : none;
  }

  /** Puts on the stack what t needs first: how many, or -1 if one of them waits for t itself. */
  #pushPast(t: number, stack: number[]): number {
    this.#state[t] = opened;
    let count = 0;
    for (const p of this.#predecessors(t)) {
      if (this.#state[p] === opened) return -1;
      if (this.#state[p] === visited) continue;
      stack.push(p);
      count += 1;
    }
    return count;
  }

  /** Valid until the next call. */
  #predecessors(t: number): readonly number[] {
    const found = this.#scratch;
    found.length = 0;
    const previous = this.#previous[t] ?? none;
    if (previous !== none) found.push(previous);
    this.#order.sourcesOf(t, found);
    return found;
  }

  /** False if there is no memory for it. */
  #visit(t: number): boolean {
    const row = this.#freeRows.length > 0 ? this.#freeRows.pop() : this.#newRow();
    if (row === none) return false;
    this.#rowOf[t] = row;
    this.#isLive[row] = true;
    this.#merge(row, this.#predecessors(t));
    if (!this.#join(t)) return false;
    this.#visitor.visit(t);
    const column = this.#columnOf[this.chainOf[t] ?? 0] ?? 0;
    this.#clocks[row * this.#width + column] = this.placeOf[t] ?? 0;
    this.#state[t] = visited;
    for (const p of this.#predecessors(t)) {
      const left = (this.#toVisit[p] ?? 0) - 1;
      this.#toVisit[p] = left;
      if (left === 0) this.#free(p);
    }
    if (this.#toVisit[t] === 0) this.#free(t);
    if (!this.#reuses) return true;
    if (this.#isLast[t] === 1) this.#ended.push(this.chainOf[t] ?? 0);
    if (this.#alive[t] === 0) this.#forget(t);
    return true;
  }

  /** The pasts of these and they themselves. The latest first: it has mostly seen the others. */
  #merge(row: number, past: readonly number[]): void {
    const clocks = this.#clocks;
    const width = this.#width;
    const columns = this.#columns;
    const to = row * width;
    let latest = none;
    for (const p of past) latest = Math.max(latest, p);
    clocks.fill(none, to, to + width);
    this.#settledUpTo[row] = 0;
    if (latest === none) return;
    const copied = this.#rowOf[latest] ?? 0;
    clocks.copyWithin(to, copied * width, copied * width + columns);
    this.#settledUpTo[row] = this.#settledUpTo[copied] ?? 0;
    for (const p of past) {
      // Who is in the past already has brought its own past with it.
      if (this.#entryOfRow(row, this.chainOf[p] ?? 0) >= (this.placeOf[p] ?? 0)) continue;
      const other = this.#rowOf[p] ?? 0;
      this.#settledUpTo[row] = Math.max(this.#settledUpTo[row] ?? 0, this.#settledUpTo[other] ?? 0);
      const from = other * width;
      for (let c = 0; c < columns; c += 1) {
        const place = clocks[from + c] ?? none;
        if (place > (clocks[to + c] ?? none)) clocks[to + c] = place;
      }
    }
  }

  /** Gives t its place in a chain. False if there is no memory for one more. */
  #join(t: number): boolean {
    const previous = this.#previous[t] ?? none;
    let chain = previous === none ? this.#seenWhole(t) : (this.chainOf[previous] ?? none);
    if (chain === none) {
      const column = this.#newColumn();
      if (column === none) return false;
      chain = this.#lengths.push(0) - 1;
      this.#lastOf.push(none);
      this.#columnOf.push(column);
      this.#settledIn.push(0);
    }
    const length = this.#lengths[chain] ?? 0;
    this.chainOf[t] = chain;
    this.placeOf[t] = length;
    this.#lengths[chain] = length + 1;
    if (!this.#reuses) return true;
    this.#below[t] = this.#lastOf[chain] ?? none;
    this.#lastOf[chain] = t;
    return true;
  }

  /** A column that is `none` in all rows; `none` if there is no memory for one more. */
  #newColumn(): number {
    if (this.#freeColumns.length === 0 && this.#columns === this.#width) {
      if (this.#reuses) this.#settle();
      const isEnough = this.#freeColumns.length * freedShare >= this.#width;
      if (!isEnough && !this.#resize(this.#rows, this.#width * 2)) return none;
    }
    const free = this.#freeColumns.pop();
    if (free !== undefined) return free;
    this.#columns += 1;
    return this.#columns - 1;
  }

  /**
   * Settles the most ended chains that the same pasts have all of, and the others nothing. Those
   * pasts must also have all that was settled before: then to have the last is to have all.
   */
  #settle(): void {
    const bySeers = new Map<string, { readonly seers: readonly number[]; chains: number[] }>();
    for (const chain of this.#ended) {
      const seers = this.#seersOf(chain);
      if (seers === undefined || seers.length === 0) continue;
      const name = seers.join();
      const known = bySeers.get(name);
      if (known === undefined) bySeers.set(name, { seers, chains: [chain] });
      else known.chains.push(chain);
    }
    let most: { readonly seers: readonly number[]; chains: number[] } | undefined;
    for (const group of bySeers.values())
      if (group.chains.length > (most?.chains.length ?? 0)) most = group;
    if (most === undefined) return;
    this.#settlements += 1;
    for (const row of most.seers) this.#settledUpTo[row] = this.#settlements;
    for (const chain of most.chains) {
      const column = this.#columnOf[chain] ?? 0;
      for (let row = 0; row < this.#rows; row += 1) this.#clocks[row * this.#width + column] = none;
      this.#columnOf[chain] = none;
      this.#settledIn[chain] = this.#settlements;
      this.#freeColumns.push(column);
    }
    const left = this.#ended.filter((chain) => this.#columnOf[chain] !== none);
    this.#ended.splice(0, this.#ended.length, ...left);
  }

  /** The rows that have all of a chain; undefined if one has a part, or not all that is settled. */
  #seersOf(chain: number): readonly number[] | undefined {
    const whole = (this.#lengths[chain] ?? 0) - 1;
    const column = this.#columnOf[chain] ?? 0;
    const seers: number[] = [];
    for (let row = 0; row < this.#rows; row += 1) {
      const place = this.#clocks[row * this.#width + column] ?? none;
      if (this.#isLive[row] !== true || place === none) continue;
      if (place !== whole || this.#settledUpTo[row] !== this.#settlements) return undefined;
      seers.push(row);
    }
    return seers;
  }

  /** An ended chain that t has seen all of, or `none`. */
  #seenWhole(t: number): number {
    const ended = this.#ended;
    for (let i = ended.length - 1; i >= 0 && i >= ended.length - triedMax; i -= 1) {
      const chain = ended[i] ?? 0;
      if (this.entry(t, chain) !== (this.#lengths[chain] ?? 0) - 1) continue;
      ended.splice(i, 1);
      return chain;
    }
    return none;
  }

  /** t is in no past that is yet to be made; nor may be those then that only led to it. */
  #forget(t: number): void {
    const gone = [t];
    for (let v = gone.pop(); v !== undefined; v = gone.pop()) {
      const chain = this.chainOf[v] ?? 0;
      this.#visitor.forget(v);
      this.#lengths[chain] = (this.#lengths[chain] ?? 0) - 1;
      this.#lastOf[chain] = this.#below[v] ?? none;
      for (const p of this.#predecessors(v)) {
        const left = (this.#alive[p] ?? 0) - 1;
        this.#alive[p] = left;
        if (left === 0) gone.push(p);
      }
    }
  }

  #free(t: number): void {
    const row = this.#rowOf[t] ?? 0;
    this.#isLive[row] = false;
    this.#freeRows.push(row);
  }

  #newRow(): number {
    const needed = this.#rows + 1;
    if (needed * this.#width > this.#clocks.length && !this.#resize(needed * 2, this.#width))
      return none;
    this.#rows = needed;
    return needed - 1;
  }

  #resize(rows: number, width: number): boolean {
    if (rows * width * 4 > this.#bytesMax) return false;
    const clocks = new Int32Array(rows * width).fill(none);
    for (let row = 0; row < this.#rows; row += 1)
      clocks.set(this.#clocks.subarray(row * this.#width, (row + 1) * this.#width), row * width);
    this.#clocks = clocks;
    this.#width = width;
    return true;
  }
}
