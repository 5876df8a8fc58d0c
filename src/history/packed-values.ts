/**
 * Arrays as integers: a token for each item, all of them one after the other in one buffer.
 * A million transactions are some ten million small arrays, which cost more to keep, to look
 * through and to hand to another thread than anything that is done with them; their tokens
 * are one piece of memory, and checkers read them where they are.
 *
 * A token from 0 up is the id of a value. A token `-1 - n` is an array: the tokens of its n
 * items follow.
 */

/** From so many on, as many as were expected have room: memory that is not written costs nothing. */
const manyTokens = 1 << 18;

/** Tokens that grow. */
export class TokenBuffer {
  #tokens: Int32Array;
  #length: number;
  #expected = 0;

  constructor(tokens: Int32Array = new Int32Array(1024)) {
    this.#tokens = tokens;
    this.#length = 0;
  }

  /** @param tokens all that there are: nothing is added to them in place */
  static of(tokens: Int32Array): TokenBuffer {
    const buffer = new TokenBuffer(tokens);
    buffer.#length = tokens.length;
    return buffer;
  }

  get length(): number {
    return this.#length;
  }

  /** For reading: those up to `length`. Not valid after the next `push`. */
  get tokens(): Int32Array {
    return this.#tokens;
  }

  push(token: number): void {
    if (this.#length === this.#tokens.length) this.grow();
    this.#tokens[this.#length] = token;
    this.#length += 1;
  }

  /**
   * The same tokens with room for as many more: for who writes many from `length` on and then
   * says so with `extendTo`.
   */
  grow(): Int32Array {
    const doubled = Math.max(1024, this.#tokens.length * 2);
    const isMany = doubled > manyTokens;
    // So much is slow to copy: threads can share it.
    const grown = isMany
      ? new Int32Array(new SharedArrayBuffer(4 * Math.max(doubled, this.#expected)))
      : new Int32Array(doubled);
    grown.set(this.#tokens);
    this.#tokens = grown;
    return grown;
  }

  /** How many there may be: if they become many, there is room for so many at once. */
  expect(count: number): void {
    this.#expected = count;
  }

  extendTo(length: number): void {
    this.#length = length;
  }

  /** Begins an array whose size is not known yet. Returns what `close` needs. */
  open(): number {
    this.push(0);
    return this.#length - 1;
  }

  close(opened: number, itemCount: number): void {
    this.#tokens[opened] = -1 - itemCount;
  }

  /** Forgets all from there on. */
  cut(length: number): void {
    this.#length = length;
  }

  /** Just what there is; not valid after the next `push`. */
  trimmed(): Int32Array {
    return this.#tokens.subarray(0, this.#length);
  }
}

/** The number of items of an array's token, or -1 for the token of another value. */
export function itemCount(token: number): number {
  return token < 0 ? -1 - token : -1;
}

/** The place after the value that begins at `at`. */
export function afterValue(tokens: Int32Array, at: number): number {
  let next = at;
  for (let left = 1; left > 0; left -= 1) {
    const token = tokens[next] ?? 0;
    next += 1;
    if (token < 0) left += -1 - token;
  }
  return next;
}
