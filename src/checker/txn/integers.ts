/** Numbers for pairs of numbers, and lists of numbers: no object for each of millions. */

/** A slot is three numbers: a + 1, or 0 if it is free, b, and the value. */
const slotWidth = 3;

/**
 * (a, b) → a number from 0 up, or -1: a hash table with open addressing and exact keys; a is 0
 * or more. Most of the time would go into waiting for memory, so what belongs to a slot stands
 * side by side, and so do the slots of pairs (a, b), (a, b + 1), …: the values of a key.
 */
export class PairTable {
  #slots: Int32Array;
  #mask: number;
  size = 0;

  constructor(expected = 512) {
    let capacity = 1024;
    while (capacity < expected * 2) capacity *= 2;
    this.#slots = new Int32Array(capacity * slotWidth);
    this.#mask = capacity - 1;
  }

  get(a: number, b: number): number {
    const at = this.#find(a, b);
    return this.#slots[at] === 0 ? -1 : (this.#slots[at + 2] ?? 0);
  }

  /** Sets the number of a pair that has none. Returns what it had, or -1. */
  add(a: number, b: number, value: number): number {
    const at = this.#find(a, b);
    const slots = this.#slots;
    if (slots[at] !== 0) return slots[at + 2] ?? 0;
    slots[at] = a + 1;
    slots[at + 1] = b;
    slots[at + 2] = value;
    this.size += 1;
    if (this.size * 2 > this.#mask) this.#grow();
    return -1;
  }

  set(a: number, b: number, value: number): void {
    const at = this.#find(a, b);
    const slots = this.#slots;
    const isNew = slots[at] === 0;
    slots[at] = a + 1;
    slots[at + 1] = b;
    slots[at + 2] = value;
    if (!isNew) return;
    this.size += 1;
    if (this.size * 2 > this.#mask) this.#grow();
  }

  /** Where the slot of the pair begins, or that of a free one for it. */
  #find(a: number, b: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let hash = (Math.imul(a, 0x9e3779b1) + b) | 0;
    let at = (hash & mask) * slotWidth;
    while (slots[at] !== 0 && (slots[at] !== a + 1 || slots[at + 1] !== b)) {
      hash += 1;
      at = (hash & mask) * slotWidth;
    }
    return at;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let from = 0; from < old.length; from += slotWidth) {
      if (old[from] === 0) continue;
      const at = this.#find((old[from] ?? 0) - 1, old[from + 1] ?? 0);
      for (let i = 0; i < slotWidth; i += 1) this.#slots[at + i] = old[from + i] ?? 0;
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

  /** @param index of an item that is there */
  set(index: number, value: number): void {
    this.#items[index] = value;
  }

  /** Takes away the last item; there must be one. */
  pop(): number {
    this.length -= 1;
    return this.#items[this.length] ?? 0;
  }

  trimmed(): Int32Array {
    return this.#items.subarray(0, this.length);
  }
}

/** The items of row r are those from `offsets[r]` up to `offsets[r + 1]`. */
export interface Rows {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/** @param each hands over all items with their rows, twice the same; within a row they keep their order */
export function rowsOf(
  rowCount: number,
  each: (visit: (row: number, item: number) => void) => void,
): Rows {
  const offsets = new Int32Array(rowCount + 1);
  each((row) => {
    offsets[row + 1] = (offsets[row + 1] ?? 0) + 1;
  });
  for (let row = 0; row < rowCount; row += 1)
    offsets[row + 1] = (offsets[row + 1] ?? 0) + (offsets[row] ?? 0);
  const next = offsets.slice(0, rowCount);
  const items = new Int32Array(offsets[rowCount] ?? 0);
  each((row, item) => {
    items[next[row] ?? 0] = item;
    next[row] = (next[row] ?? 0) + 1;
  });
  return { offsets, items };
}
