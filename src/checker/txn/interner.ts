/** Dense numbers for values, and for pairs of such numbers: no object for each of millions. */
import { canonical, type Json } from '../../base/json.ts';

const smallMax = 1 << 22;

/** Value → 0, 1, 2, … in order of first use. Equal composites are one value. */
export class Interner {
  readonly values: Json[] = [];
  /** Number + 1 of the small integers. */
  #small = new Int32Array(1024);
  readonly #primitives = new Map<string | number | boolean | null, number>();
  readonly #composites = new Map<string, number>();

  id(value: Json): number {
    if (typeof value === 'number' && value >= 0 && value < smallMax && Number.isInteger(value))
      return this.#smallId(value);
    if (typeof value === 'object' && value !== null) {
      const text = canonical(value);
      return this.#composites.get(text) ?? this.#kept(this.#composites, text, value);
    }
    return this.#primitives.get(value) ?? this.#kept(this.#primitives, value, value);
  }

  /** The number of a value that is already here, or -1. Adds nothing. */
  find(value: Json): number {
    if (typeof value === 'number' && value >= 0 && value < smallMax && Number.isInteger(value))
      return (this.#small[value] ?? 0) - 1;
    if (typeof value === 'object' && value !== null)
      return this.#composites.get(canonical(value)) ?? -1;
    return this.#primitives.get(value) ?? -1;
  }

  #smallId(value: number): number {
    if (value >= this.#small.length) {
      let size = this.#small.length;
      while (size <= value) size *= 2;
      const grown = new Int32Array(size);
      grown.set(this.#small);
      this.#small = grown;
    }
    const known = this.#small[value] ?? 0;
    if (known !== 0) return known - 1;
    this.#small[value] = this.values.push(value);
    return this.values.length - 1;
  }

  #kept<K>(ids: Map<K, number>, key: K, value: Json): number {
    const id = this.values.push(value) - 1;
    ids.set(key, id);
    return id;
  }
}

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
