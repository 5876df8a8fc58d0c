/**
 * A set of small integers whose hash is kept up to date bit by bit (Zobrist hashing): each
 * member has a random word, and the hash is the exclusive or of the members' words. Hashing
 * all words again at every step of a search would make it quadratic in the history.
 */
const wordBits = 32;

export class Bitset {
  readonly #words: Int32Array;
  #hash: number;

  /** For members from 0 to `size` - 1. */
  constructor(size: number) {
    this.#words = new Int32Array(Math.ceil(size / wordBits));
    this.#hash = 0;
  }

  /** A 32-bit integer, equal for equal sets of one size. */
  get hash(): number {
    return this.#hash;
  }

  has(member: number): boolean {
    return ((this.#words[member >>> 5] ?? 0) & (1 << (member & 31))) !== 0;
  }

  /** Adds a member that is absent, removes one that is present. */
  toggle(member: number): void {
    const word = member >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) ^ (1 << (member & 31));
    this.#hash ^= randomWord(member);
  }

  clone(): Bitset {
    const copy = new Bitset(this.#words.length * wordBits);
    copy.#words.set(this.#words);
    copy.#hash = this.#hash;
    return copy;
  }

  equals(other: Bitset): boolean {
    if (this.#hash !== other.#hash || this.#words.length !== other.#words.length) return false;
    for (let i = 0; i < this.#words.length; i += 1)
      if (this.#words[i] !== other.#words[i]) return false;
    return true;
  }
}

/** The same word for the same member, always: a mixing function in place of a table. */
function randomWord(member: number): number {
  let x = Math.imul(member + 1, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
