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
  /** Row of each transaction in `#clocks`. */
  readonly #rowOf: Int32Array;
  readonly #freeRows = new IntList();
  #rows = 0;
  #width = 32;
  #clocks = new Int32Array(0);
  readonly #scratch: number[] = [];

  /** @param plainMax so many sessions are a chain each, and nothing is looked for */
  constructor(order: CausalOrder, visitor: PastVisitor, bytesMax: number, plainMax = chainsPlain) {
    const { count, sessions } = order;
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
    return this.#clocks[(this.#rowOf[t] ?? 0) * this.#width + chain] ?? none;
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
    this.#merge(row, this.#predecessors(t));
    if (!this.#join(t)) return false;
    this.#visitor.visit(t);
    this.#clocks[(this.#rowOf[t] ?? 0) * this.#width + (this.chainOf[t] ?? 0)] =
      this.placeOf[t] ?? 0;
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
    const chains = this.#lengths.length;
    const to = row * width;
    let latest = none;
    for (const p of past) latest = Math.max(latest, p);
    clocks.fill(none, to, to + width);
    if (latest === none) return;
    const copied = (this.#rowOf[latest] ?? 0) * width;
    clocks.copyWithin(to, copied, copied + chains);
    for (const p of past) {
      // Who is in the past already has brought its own past with it.
      if ((clocks[to + (this.chainOf[p] ?? 0)] ?? none) >= (this.placeOf[p] ?? 0)) continue;
      const from = (this.#rowOf[p] ?? 0) * width;
      for (let c = 0; c < chains; c += 1) {
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
      chain = this.#lengths.push(0) - 1;
      this.#lastOf.push(none);
      if (chain >= this.#width && !this.#resize(this.#rows, this.#width * 2)) return false;
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
    this.#freeRows.push(this.#rowOf[t] ?? 0);
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
