/**
 * An antichain of configurations in flat arrays: a configuration that another one can stand in
 * for is not kept.
 *
 * A configuration is a state, how many optional calls of each class it used (an interned
 * vector), and two bits for each slot of a pending call: `done` (linearized), and `free` (a
 * blind write that may still be used, but need not: it can stand unseen before a later one).
 */
import type { UseVectors } from './use-vectors.ts';

/** What the slots of pending calls hold, each a mask of `words` integers. */
export interface SlotKinds {
  readonly words: number;
  readonly pure: Int32Array;
  readonly blind: Int32Array;
  /** Neither pure nor blind. */
  readonly other: Int32Array;
}

/** Before the masks: state, vector, node, next in the bucket, 1 if taken out, the bucket. */
const stateAt = 0;
const vectorAt = 1;
const nodeAt = 2;
const nextAt = 3;
const goneAt = 4;
const bucketAt = 5;
const header = 6;
const noConfig = -1;

export class ConfigSet {
  readonly #words: number;
  readonly #stride: number;
  readonly #kinds: SlotKinds;
  readonly #vectors: UseVectors;
  #pool: Int32Array;
  #count = 0;
  /** Configurations that were not taken out. */
  #alive = 0;
  /** Hash of state and `done` of others → first configuration. */
  #heads = new Int32Array(64).fill(noConfig);
  /** Comparisons so far: the caller's measure of effort. */
  compared = 0;

  constructor(kinds: SlotKinds, vectors: UseVectors) {
    this.#words = kinds.words;
    this.#stride = header + 2 * kinds.words;
    this.#kinds = kinds;
    this.#vectors = vectors;
    this.#pool = new Int32Array(this.#stride * 16);
  }

  /** Positions up to this one; some are gone. */
  get count(): number {
    return this.#count;
  }

  get alive(): number {
    return this.#alive;
  }

  get memoryBytes(): number {
    return (this.#pool.length + this.#heads.length) * 4;
  }

  clear(): void {
    if (this.#count * 4 > this.#heads.length) this.#heads.fill(noConfig);
    else
      for (let at = 0; at < this.#count; at += 1)
        this.#heads[this.#pool[at * this.#stride + bucketAt] ?? 0] = noConfig;
    this.#count = 0;
    this.#alive = 0;
  }

  isGone(at: number): boolean {
    return this.#pool[at * this.#stride + goneAt] === 1;
  }

  state(at: number): number {
    return this.#pool[at * this.#stride + stateAt] ?? 0;
  }

  vector(at: number): number {
    return this.#pool[at * this.#stride + vectorAt] ?? 0;
  }

  node(at: number): number {
    return this.#pool[at * this.#stride + nodeAt] ?? 0;
  }

  setNode(at: number, node: number): void {
    this.#pool[at * this.#stride + nodeAt] = node;
  }

  isDone(at: number, slot: number): boolean {
    return this.#bit(at * this.#stride + header, slot);
  }

  /** Whether all slots of a mask, `words` integers of `masks`, are done. */
  hasDone(at: number, masks: Int32Array, from: number): boolean {
    const base = at * this.#stride + header;
    for (let i = 0; i < this.#words; i += 1)
      if (((masks[from + i] ?? 0) & ~(this.#pool[base + i] ?? 0)) !== 0) return false;
    return true;
  }

  isFree(at: number, slot: number): boolean {
    return this.#bit(at * this.#stride + header + this.#words, slot);
  }

  clearSlot(at: number, slot: number): void {
    const base = at * this.#stride + header + (slot >>> 5);
    const mask = ~(1 << (slot & 31));
    this.#pool[base] = (this.#pool[base] ?? 0) & mask;
    const free = base + this.#words;
    this.#pool[free] = (this.#pool[free] ?? 0) & mask;
  }

  /**
   * Copies a configuration of a set of the same shape behind the last, to be changed and then
   * `keep`t. Until then it is not in the set.
   */
  draft(from: ConfigSet, at: number): number {
    const stride = this.#stride;
    if ((this.#count + 1) * stride > this.#pool.length) this.#growPool();
    const base = this.#count * stride;
    const start = at * stride;
    const source = from.#pool;
    for (let i = 0; i < stride; i += 1) this.#pool[base + i] = source[start + i] ?? 0;
    this.#pool[base + goneAt] = 0;
    return this.#count;
  }

  /** The first draft of all: nothing done, nothing used. */
  blank(state: number): number {
    const base = this.#count * this.#stride;
    this.#pool.fill(0, base, base + this.#stride);
    this.#pool[base + stateAt] = state;
    this.#pool[base + nodeAt] = noConfig;
    return this.#count;
  }

  /** Changes the draft: it linearizes something that leads to that state. */
  move(state: number, vector: number): void {
    const base = this.#count * this.#stride;
    this.#pool[base + stateAt] = state;
    this.#pool[base + vectorAt] = vector;
  }

  setDone(slot: number): void {
    const at = this.#count * this.#stride + header + (slot >>> 5);
    this.#pool[at] = (this.#pool[at] ?? 0) | (1 << (slot & 31));
  }

  addDone(masks: Int32Array, from: number): void {
    const base = this.#count * this.#stride + header;
    for (let i = 0; i < this.#words; i += 1)
      this.#pool[base + i] = (this.#pool[base + i] ?? 0) | (masks[from + i] ?? 0);
  }

  /** After a blind write every other that is pending and was not used need not be any more. */
  freeBlind(): void {
    const base = this.#count * this.#stride + header;
    for (let i = 0; i < this.#words; i += 1) {
      const done = this.#pool[base + i] ?? 0;
      this.#pool[base + this.#words + i] = (this.#kinds.blind[i] ?? 0) & ~done;
    }
  }

  /** True if some blind write of the configuration is pending, neither used nor free. */
  hasObligations(at: number): boolean {
    const base = at * this.#stride + header;
    for (let i = 0; i < this.#words; i += 1) {
      const settled = (this.#pool[base + i] ?? 0) | (this.#pool[base + this.#words + i] ?? 0);
      if (((this.#kinds.blind[i] ?? 0) & ~settled) !== 0) return true;
    }
    return false;
  }

  /** Puts the draft into the set, unless another one can stand in for it: then false. */
  keep(): boolean {
    const draft = this.#count;
    const pool = this.#pool;
    const slot = this.#slotOf(draft);
    let previous = noConfig;
    for (let at = this.#heads[slot] ?? noConfig; at !== noConfig; ) {
      const next = pool[at * this.#stride + nextAt] ?? noConfig;
      this.compared += 1;
      if (this.#isOfSameKey(at, draft)) {
        if (this.#standsInFor(at, draft)) return false;
        if (this.#standsInFor(draft, at)) {
          pool[at * this.#stride + goneAt] = 1;
          this.#alive -= 1;
          if (previous === noConfig) this.#heads[slot] = next;
          else pool[previous * this.#stride + nextAt] = next;
          at = next;
          continue;
        }
      }
      previous = at;
      at = next;
    }
    this.#link(draft, slot);
    this.#count += 1;
    this.#alive += 1;
    if (this.#count * 2 > this.#heads.length) this.#growHeads();
    return true;
  }

  /** Same state, and the same done of what can neither be absorbed nor overwritten. */
  #isOfSameKey(a: number, b: number): boolean {
    const pool = this.#pool;
    const [left, right] = [a * this.#stride, b * this.#stride];
    if (pool[left + stateAt] !== pool[right + stateAt]) return false;
    for (let i = header; i < header + this.#words; i += 1)
      if (
        (((pool[left + i] ?? 0) ^ (pool[right + i] ?? 0)) &
          (this.#kinds.other[i - header] ?? 0)) !==
        0
      )
        return false;
    return true;
  }

  /** Of the same key: whether `a` can do whatever `b` can. */
  #standsInFor(a: number, b: number): boolean {
    const pool = this.#pool;
    const words = this.#words;
    const [left, right] = [a * this.#stride + header, b * this.#stride + header];
    for (let i = 0; i < words; i += 1) {
      const [doneA, doneB] = [pool[left + i] ?? 0, pool[right + i] ?? 0];
      const [freeA, freeB] = [pool[left + words + i] ?? 0, pool[right + words + i] ?? 0];
      // A pure call that is done need not be done any more.
      if ((doneB & ~doneA & (this.#kinds.pure[i] ?? 0)) !== 0) return false;
      // A blind write that is free may be used or left; else both must stand alike.
      if ((freeB & ~freeA) !== 0) return false;
      if (((doneA ^ doneB) & (this.#kinds.blind[i] ?? 0) & ~freeA) !== 0) return false;
    }
    return this.#vectors.isAtMost(this.vector(a), this.vector(b));
  }

  #bit(base: number, slot: number): boolean {
    return ((this.#pool[base + (slot >>> 5)] ?? 0) & (1 << (slot & 31))) !== 0;
  }

  #slotOf(at: number): number {
    const base = at * this.#stride;
    let hash = Math.imul((this.#pool[base] ?? 0) + 1, 0x9e3779b1);
    for (let i = 0; i < this.#words; i += 1) {
      const key = (this.#pool[base + header + i] ?? 0) & (this.#kinds.other[i] ?? 0);
      hash = Math.imul(hash ^ key ^ (hash >>> 15), 0x21f0aaad);
    }
    return (hash ^ (hash >>> 15)) & (this.#heads.length - 1);
  }

  #growPool(): void {
    const larger = new Int32Array(this.#pool.length * 2);
    larger.set(this.#pool);
    this.#pool = larger;
  }

  #growHeads(): void {
    this.#heads = new Int32Array(this.#heads.length * 4).fill(noConfig);
    for (let at = 0; at < this.#count; at += 1) {
      if (this.isGone(at)) continue;
      this.#link(at, this.#slotOf(at));
    }
  }

  #link(at: number, slot: number): void {
    const base = at * this.#stride;
    this.#pool[base + nextAt] = this.#heads[slot] ?? noConfig;
    this.#pool[base + bucketAt] = slot;
    this.#heads[slot] = at;
  }
}
