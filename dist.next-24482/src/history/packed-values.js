/**
 * Arrays as integers: a token for each item, all of them one after the other in one buffer.
 * A million transactions are some ten million small arrays, which cost more to keep, to look
 * through and to hand to another thread than anything that is done with them; their tokens
 * are one piece of memory, and checkers read them where they are.
 *
 * A token from 0 up is the id of a value. A token `-1 - n` is an array: the tokens of its n
 * items follow.
 */
/** Tokens that grow. */
export class TokenBuffer {
  #tokens;
  #length;
  constructor(tokens = new Int32Array(1024)) {
    this.#tokens = tokens;
    this.#length = 0;
  }
  /** @param tokens all that there are: nothing is added to them in place */
  static of(tokens) {
    const buffer = new TokenBuffer(tokens);
    buffer.#length = tokens.length;
    return buffer;
  }
  get length() {
    return this.#length;
  }
  /** For reading: those up to `length`. Not valid after the next `push`. */
  get tokens() {
    return this.#tokens;
  }
  push(token) {
    if (this.#length === this.#tokens.length) {
      const grown = new Int32Array(Math.max(1024, this.#length * 2));
      grown.set(this.#tokens);
      this.#tokens = grown;
    }
    this.#tokens[this.#length] = token;
    this.#length += 1;
  }
  /** Begins an array whose size is not known yet. Returns what `close` needs. */
  open() {
    this.push(0);
    return this.#length - 1;
  }
  close(opened, itemCount) {
    this.#tokens[opened] = -1 - itemCount;
  }
  /** Forgets all from there on. */
  cut(length) {
    this.#length = length;
  }
  /** A copy of its own, of just what there is. */
  trimmed() {
    return this.#tokens.slice(0, this.#length);
  }
}
/** The number of items of an array's token, or -1 for the token of another value. */
export function itemCount(token) {
  return token < 0 ? -1 - token : -1;
}
/** The place after the value that begins at `at`. */
export function afterValue(tokens, at) {
  let next = at;
  for (let left = 1; left > 0; left -= 1) {
    const token = tokens[next] ?? 0;
    next += 1;
    if (token < 0) left += -1 - token;
  }
  return next;
}
