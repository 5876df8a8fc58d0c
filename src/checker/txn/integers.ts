/** Numbers for pairs of numbers, and lists of numbers: no object for each of millions. */

/** (a, b) → a number from 0 up, or -1: a hash table with open addressing and exact keys. */
export class PairTable {
  #as: Int32Array;
  #bs: Int32Array;
  #values: Int32Array;
  #mask: number;
  size = 0;

  constructor(expected = 512) {
    let capacity = 1024;
    while (capacity < expected * 2) capacity *= 2;
    this.#as = new Int32Array(capacity).fill(-1);
    this.#bs = new Int32Array(capacity);
    this.#values = new Int32Array(capacity);
    this.#mask = capacity - 1;
  }

  get(a: number, b: number): number {
    const slot = this.#slot(a, b);
    return this.#as[slot] === -1 ? -1 : (this.#values[slot] ?? 0);
  }

  set(a: number, b: number, value: number): void {
    const slot = this.#slot(a, b);
    const isNew = this.#as[slot] === -1;
    this.#as[slot] = a;
    this.#bs[slot] = b;
    this.#values[slot] = value;
    if (!isNew) return;
    this.size += 1;
    if (this.size * 2 > this.#mask) this.#grow();
  }

  #slot(a: number, b: number): number {
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & this.#mask;
    while (this.#as[slot] !== -1 && (this.#as[slot] !== a || this.#bs[slot] !== b))
      slot = (slot + 1) & this.#mask;
    return slot;
  }

  #grow(): void {
    const [as, bs, values] = [this.#as, this.#bs, this.#values];
    const capacity = as.length * 2;
    this.#as = new Int32Array(capacity).fill(-1);
    this.#bs = new Int32Array(capacity);
    this.#values = new Int32Array(capacity);
    this.#mask = capacity - 1;
    for (let i = 0; i < as.length; i += 1) {
      if (as[i] === -1) continue;
      const slot = this.#slot(as[i] ?? 0, bs[i] ?? 0);
      this.#as[slot] = as[i] ?? 0;
      this.#bs[slot] = bs[i] ?? 0;
      this.#values[slot] = values[i] ?? 0;
    }
  }
}

/** A list of integers that grows. */
export class IntList {
  #items: Int32Array;
  length = 0;

  /** @param expected how many there will be, roughly */
  constructor(expected = 1024) {
    this.#items = new Int32Array(Math.max(16, expected));
  }

  push(value: number): void {
    if (this.length === this.#items.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.length] = value;
    this.length += 1;
  }

  at(index: number): number {
    return this.#items[index] ?? 0;
  }

  trimmed(): Int32Array {
    return this.#items.subarray(0, this.length);
  }
}
