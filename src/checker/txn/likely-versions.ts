/**
 * The versions of each key of registers in a likely order. Who reads a version and then writes
 * the key made the next one: were there another one between, it would have been overwritten
 * unseen. So versions form chains, and only the order of whole chains is guessed, by time.
 */
import { noEvent, typeCode } from '../../history/columns.ts';
import { initial, type RegisterHistory } from './register-versions.ts';

const none = -1;
const never = 0x7fff_ffff;

export interface Chain {
  readonly head: number;
  readonly last: number;
  /** The last moment at which one of its transactions begins, and the first at which one ends. */
  readonly begun: number;
  readonly ended: number;
}

export class LikelyVersions {
  readonly #history: RegisterHistory;
  /** Write → that of the version after it, or `none`. */
  readonly #next: Int32Array;
  /** Write → that of the version before it, or `none`. */
  readonly #previous: Int32Array;
  /** Key → its first write, or `none`. */
  readonly #first: Int32Array;
  /** 1 for writes that begin a chain whose place is a guess. */
  readonly #isGuess: Uint8Array;
  /** By transaction. */
  readonly #begun: Int32Array;
  readonly #ended: Int32Array;

  constructor(history: RegisterHistory) {
    const { kind, keys, count } = history.transactions;
    this.#history = history;
    this.#next = new Int32Array(kind.length).fill(none);
    this.#previous = new Int32Array(kind.length).fill(none);
    this.#first = new Int32Array(keys.length).fill(none);
    this.#isGuess = new Uint8Array(kind.length);
    this.#begun = new Int32Array(count);
    this.#ended = new Int32Array(count);
    this.#findTimes();
  }

  /** The first write of a key, or `none`. */
  first(key: number): number {
    return this.#first[key] ?? none;
  }

  /** The write after another one of its key, or `none`. */
  next(write: number): number {
    return this.#next[write] ?? none;
  }

  /** False if two transactions made the next version of the same one. */
  arrange(): boolean {
    const { transactions, final, committed } = this.#history;
    const { kind, key, of } = transactions;
    const heads: (number[] | undefined)[] = [];
    for (let write = 0; write < kind.length; write += 1) {
      if (final[write] !== 1 || committed[of[write] ?? 0] !== 1) continue;
      const before = this.#readBefore(write);
      const k = key[write] ?? 0;
      if (before === none) (heads[k] ??= []).push(write);
      else if (!this.#follow(before, write, k)) return false;
    }
    for (const [k, ofKey] of heads.entries()) if (ofKey !== undefined) this.#join(k, ofKey);
    return true;
  }

  /**
   * The chain right before the one that a write begins, if their order is a guess and could be
   * the other way.
   */
  turnable(write: number): readonly [Chain, Chain] | undefined {
    const before = this.#previous[write] ?? none;
    if (this.#isGuess[write] !== 1 || before === none) return undefined;
    let head = before;
    while (this.#isGuess[head] !== 1) {
      head = this.#previous[head] ?? none;
      // That chain begins with the initial version.
      if (head === none) return undefined;
    }
    const [one, two] = [this.#chainFrom(head), this.#chainFrom(write)];
    return two.begun < one.ended ? [one, two] : undefined;
  }

  /** Puts a chain behind the one that comes right after it. */
  turn(one: Chain, two: Chain): void {
    const key = this.#history.transactions.key[one.head] ?? 0;
    const before = this.#previous[one.head] ?? none;
    const after = this.next(two.last);
    this.#link(key, before, two.head);
    this.#link(key, two.last, one.head);
    this.#next[one.last] = after;
    if (after !== none) this.#previous[after] = one.last;
  }

  /** The write before another one of its key, or `none`. */
  previous(write: number): number {
    return this.#previous[write] ?? none;
  }

  #link(key: number, before: number, write: number): void {
    this.#previous[write] = before;
    if (before === none) this.#first[key] = write;
    else this.#next[before] = write;
  }

  #follow(before: number, write: number, k: number): boolean {
    const taken = before === initial ? this.#first[k] : this.#next[before];
    if (taken !== none) return false;
    this.#link(k, before === initial ? none : before, write);
    return true;
  }

  /** What the transaction had read of the key before it wrote it, or `none`. */
  #readBefore(write: number): number {
    const { transactions, source, external } = this.#history;
    const { first, of, key } = transactions;
    const k = key[write];
    for (let i = first[of[write] ?? 0] ?? 0; i < write; i += 1)
      if (key[i] === k && external[i] === 1) return source[i] ?? none;
    return none;
  }

  /**
   * Puts the chains of a key one after the other, the one that begins with the initial version
   * first. Of two chains none of the later ended before one of the earlier began; so the middle
   * between the two tells most of them apart, as it does zones in Gibbons and Korach, "Testing
   * Shared Memories", 1997.
   */
  #join(k: number, heads: readonly number[]): void {
    const chains = heads.map((head) => this.#chainFrom(head));
    chains.sort((a, b) => a.begun + a.ended - (b.begun + b.ended));
    const first = this.#first[k] ?? none;
    let last = first === none ? none : this.#chainFrom(first).last;
    for (const chain of chains) {
      this.#link(k, last, chain.head);
      this.#isGuess[chain.head] = 1;
      last = chain.last;
    }
  }

  /** From a write up to where the next chain begins. */
  #chainFrom(head: number): Chain {
    const { transactions, readersStart, readers } = this.#history;
    const { of } = transactions;
    let last = head;
    let begun = 0;
    let ended = never;
    for (let write = head; write !== none; write = this.next(write)) {
      if (write !== head && this.#isGuess[write] === 1) break;
      last = write;
      begun = Math.max(begun, this.#begun[of[write] ?? 0] ?? 0);
      ended = Math.min(ended, this.#ended[of[write] ?? 0] ?? never);
      for (let at = readersStart[write] ?? 0; at < (readersStart[write + 1] ?? 0); at += 1) {
        const reader = of[readers[at] ?? 0] ?? 0;
        begun = Math.max(begun, this.#begun[reader] ?? 0);
        ended = Math.min(ended, this.#ended[reader] ?? never);
      }
    }
    return { head, last, begun, ended };
  }

  /** When a transaction must have begun and ended by itself and by what it read, or who read it. */
  #findTimes(): void {
    const { transactions, source } = this.#history;
    const { count, invoke, outcome, complete, of } = transactions;
    for (let t = 0; t < count; t += 1) {
      this.#begun[t] = invoke[t] ?? 0;
      const at = complete[t] ?? noEvent;
      this.#ended[t] = outcome[t] === typeCode.ok && at !== noEvent ? at : never;
    }
    for (let i = 0; i < source.length; i += 1) {
      const write = source[i] ?? none;
      if (write < 0) continue;
      const [writer, reader] = [of[write] ?? 0, of[i] ?? 0];
      this.#begun[reader] = Math.max(this.#begun[reader] ?? 0, invoke[writer] ?? 0);
      this.#ended[writer] = Math.min(this.#ended[writer] ?? never, complete[reader] ?? never);
    }
  }
}
