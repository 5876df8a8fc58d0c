/**
 * Parallel snapshot isolation, by its definition: some partial order says which transactions
 * each one sees (Cerone, Bernardi and Gotsman, "A Framework for Transactional Consistency Models
 * with Atomic Visibility", 2015). What it sees sees is seen; of two that wrote one key one sees
 * the other; and a read shows what was written last among all that is seen.
 *
 * Seeing what is read is given. Whatever else must be seen follows from that until nothing more
 * does; what is left are pairs of writers of which neither sees the other, and they are ordered
 * one after the other as they were invoked, or else the other way round. A pair of which neither
 * can come first is ordered before all others from then on; if that was done often enough, what
 * was chosen last is taken back.
 */
import { IntList } from './integers.ts';
import { initial, type RegisterHistory } from './register-versions.ts';

/** What was read at a key: by whom, and from whom; the writer is `none` for the initial value. */
interface Read {
  readonly key: number;
  readonly writer: number;
}

const none = -1;
/** Choices that are made before it is given up. */
const stepsMax = 100_000;
/** So often a pair is put before all others. */
const restartsMax = 100;

/**
 * Whether there is such an order; undefined if that is not known, for lack of memory, of time or
 * of patience. Reads must show final writes of transactions that committed, or initial values,
 * and agree with what their own transaction did: that is looked for elsewhere.
 */
export function canSeeEachOther(
  history: RegisterHistory,
  bytesMax: number,
  outOfTime: () => boolean,
): boolean | undefined {
  const { count } = history.transactions;
  const words = (count + 31) >> 5;
  if (words * 4 * count * 2 > bytesMax) return undefined;
  const relation = new Visibility(history, words);
  if (!relation.seeReads()) return false;
  return relation.orderWriters(outOfTime);
}

class Visibility {
  readonly #words: number;
  /** Bit b of row a: b sees a; and the other way round. */
  readonly #seenBy: Uint32Array;
  readonly #sees: Uint32Array;
  /** Pairs in the order in which they came, to take them back. */
  readonly #trail = new IntList();
  readonly #reads: readonly (readonly Read[])[];
  readonly #written: readonly ReadonlySet<number>[];
  readonly #writers = new Map<number, number[]>();

  constructor(history: RegisterHistory, words: number) {
    const { transactions, source, external, final, committed } = history;
    const { count, first, key, of } = transactions;
    this.#words = words;
    this.#seenBy = new Uint32Array(words * count);
    this.#sees = new Uint32Array(words * count);
    const reads: Read[][] = [];
    const written: Set<number>[] = [];
    for (let t = 0; t < count; t += 1) {
      const [own, puts]: [Read[], Set<number>] = [[], new Set()];
      reads.push(own);
      written.push(puts);
      if (committed[t] === 0) continue;
      for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
        const k = key[i] ?? 0;
        if (final[i] === 1) {
          puts.add(k);
          const known = this.#writers.get(k);
          if (known === undefined) this.#writers.set(k, [t]);
          else known.push(t);
        }
        const from = source[i] ?? initial;
        if (external[i] === 1 && (from >= 0 || from === initial))
          own.push({ key: k, writer: of[from] ?? none });
      }
    }
    this.#reads = reads;
    this.#written = written;
  }

  /** False if what was read alone leaves no order. */
  seeReads(): boolean {
    for (const [t, reads] of this.#reads.entries())
      for (const { writer } of reads) if (writer !== none && !this.#add(writer, t)) return false;
    return true;
  }

  orderWriters(outOfTime: () => boolean): boolean | undefined {
    const pairs = this.#pairs();
    let queue = Array.from({ length: pairs.length / 2 }, (_, pair) => pair);
    const given = this.#trail.length;
    /** Of each choice: its place in the queue, how long the trail was, whether it is the second way. */
    let made: { readonly at: number; readonly length: number; readonly turned: boolean }[] = [];
    let [at, turned, steps, restarts] = [0, false, 0, 0];
    while (at < queue.length) {
      const pair = queue[at] ?? 0;
      const [a, b] = [pairs.at(pair * 2), pairs.at(pair * 2 + 1)];
      if (this.#has(a, b) || this.#has(b, a)) {
        at += 1;
        continue;
      }
      steps += 1;
      if (steps > stepsMax || (steps % 64 === 0 && outOfTime())) return undefined;
      const { length } = this.#trail;
      const isGood = turned ? this.#add(b, a) : this.#add(a, b);
      if (isGood) {
        made.push({ at, length, turned });
        [at, turned] = [at + 1, false];
        continue;
      }
      this.#takeBackTo(length);
      if (!turned) {
        turned = true;
        continue;
      }
      if (made.length > 0 && restarts < restartsMax) {
        restarts += 1;
        queue = [pair, ...queue.slice(0, at), ...queue.slice(at + 1)];
        this.#takeBackTo(given);
        [at, turned, made] = [0, false, []];
        continue;
      }
      // Neither way: the last choice that can be made otherwise is.
      let last = made.pop();
      while (last?.turned === true) last = made.pop();
      if (last === undefined) return false;
      this.#takeBackTo(last.length);
      [at, turned] = [last.at, true];
    }
    return true;
  }

  /** Of writers of one key, the earlier one first. */
  #pairs(): IntList {
    const pairs = new IntList();
    for (const writers of this.#writers.values())
      for (const [i, b] of writers.entries())
        for (const a of writers.slice(0, i)) {
          pairs.push(a);
          pairs.push(b);
        }
    return pairs;
  }

  #has(a: number, b: number): boolean {
    return ((this.#seenBy[a * this.#words + (b >> 5)] ?? 0) & (1 << (b & 31))) !== 0;
  }

  /** Lets b see a, and all that follows; false if somebody would see himself. */
  #add(a: number, b: number): boolean {
    const open = [a, b];
    while (open.length > 0) {
      const [to = none, from = none] = [open.pop(), open.pop()];
      if (from === to || this.#has(to, from)) return false;
      if (this.#has(from, to)) continue;
      const befores = [from, ...this.#bits(this.#sees, from)];
      const afters = [to, ...this.#bits(this.#seenBy, to)];
      for (const p of befores)
        for (const q of afters)
          if (!this.#has(p, q)) {
            this.#set(p, q);
            if (!this.#follow(p, q, open)) return false;
          }
    }
    return true;
  }

  /** What q, who sees p, read of what p wrote was written by one who saw p. */
  #follow(p: number, q: number, open: number[]): boolean {
    const written = this.#written[p];
    if (written === undefined || written.size === 0) return true;
    for (const { key, writer } of this.#reads[q] ?? []) {
      if (writer === p || !written.has(key)) continue;
      if (writer === none) return false;
      open.push(p, writer);
    }
    return true;
  }

  #bits(rows: Uint32Array, row: number): readonly number[] {
    const found: number[] = [];
    for (let w = 0; w < this.#words; w += 1)
      for (let bits = rows[row * this.#words + w] ?? 0; bits !== 0; bits &= bits - 1)
        found.push(w * 32 + (31 - Math.clz32(bits & -bits)));
    return found;
  }

  #set(p: number, q: number): void {
    this.#flip(p, q);
    this.#trail.push(p);
    this.#trail.push(q);
  }

  #flip(p: number, q: number): void {
    const [a, b] = [p * this.#words + (q >> 5), q * this.#words + (p >> 5)];
    this.#seenBy[a] = (this.#seenBy[a] ?? 0) ^ (1 << (q & 31));
    this.#sees[b] = (this.#sees[b] ?? 0) ^ (1 << (p & 31));
  }

  #takeBackTo(length: number): void {
    while (this.#trail.length > length) {
      const q = this.#trail.pop();
      const p = this.#trail.pop();
      this.#flip(p, q);
    }
  }
}
