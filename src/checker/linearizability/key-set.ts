/**
 * A set of short sequences of integers, in two flat arrays: the sequences one after the other,
 * and an open-addressing table of where they begin. Hashes only find; words decide.
 */
const emptySlot = 0;
/** What stands before the words of a key. */
const header = 3;

export class KeySet {
  /** Each key: its hash, its value, the number of its words, its words. None is at 0. */
  #pool = new Int32Array(1024);
  #end = 1;
  #slots = new Int32Array(256);
  #count = 0;
  #last = 0;
  /** Words of the key being built; it stands at the end of the pool until it is inserted. */
  #length = 0;
  #hash = 0;

  get memoryBytes(): number {
    return (this.#pool.length + this.#slots.length) * 4;
  }

  get size(): number {
    return this.#count;
  }

  begin(first: number, second: number): void {
    this.#length = 0;
    this.#hash = 0;
    this.add(first);
    this.add(second);
  }

  add(word: number): void {
    const at = this.#end + header + this.#length;
    if (at >= this.#pool.length) this.#growPool();
    this.#pool[at] = word;
    this.#length += 1;
    const mixed = Math.imul(this.#hash ^ word, 0x9e3779b1);
    this.#hash = mixed ^ (mixed >>> 15);
  }

  /** Ends the key. False if it was there already. */
  insert(): boolean {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(this.#hash, 0x21f0aaad) & mask;
    for (;;) {
      const at = this.#slots[slot] ?? emptySlot;
      if (at === emptySlot) break;
      if (this.#isAt(at)) {
        this.#last = at;
        return false;
      }
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#end;
    this.#pool[this.#end] = this.#hash;
    this.#pool[this.#end + 1] = 0;
    this.#pool[this.#end + 2] = this.#length;
    this.#last = this.#end;
    this.#end += header + this.#length;
    this.#count += 1;
    if (this.#end + header >= this.#pool.length) this.#growPool();
    if (this.#count * 2 > this.#slots.length) this.#growSlots();
    return true;
  }

  /** A number kept with the key that was inserted or found last; 0 at first. */
  get value(): number {
    return this.#pool[this.#last + 1] ?? 0;
  }

  set value(value: number) {
    this.#pool[this.#last + 1] = value;
  }

  #isAt(at: number): boolean {
    const pool = this.#pool;
    if (pool[at] !== this.#hash || pool[at + 2] !== this.#length) return false;
    for (let i = header; i < this.#length + header; i += 1)
      if (pool[at + i] !== pool[this.#end + i]) return false;
    return true;
  }

  #growPool(): void {
    const larger = new Int32Array(this.#pool.length * 2);
    larger.set(this.#pool);
    this.#pool = larger;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let at = 1; at < this.#end; at += header + (this.#pool[at + 2] ?? 0)) {
      let slot = Math.imul(this.#pool[at] ?? 0, 0x21f0aaad) & mask;
      while (slots[slot] !== emptySlot) slot = (slot + 1) & mask;
      slots[slot] = at;
    }
    this.#slots = slots;
  }
}
