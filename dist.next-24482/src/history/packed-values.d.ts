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
export declare class TokenBuffer {
  #private;
  constructor(tokens?: Int32Array);
  /** @param tokens all that there are: nothing is added to them in place */
  static of(tokens: Int32Array): TokenBuffer;
  get length(): number;
  /** For reading: those up to `length`. Not valid after the next `push`. */
  get tokens(): Int32Array;
  push(token: number): void;
  /** Begins an array whose size is not known yet. Returns what `close` needs. */
  open(): number;
  close(opened: number, itemCount: number): void;
  /** Forgets all from there on. */
  cut(length: number): void;
  /** A copy of its own, of just what there is. */
  trimmed(): Int32Array;
}
/** The number of items of an array's token, or -1 for the token of another value. */
export declare function itemCount(token: number): number;
/** The place after the value that begins at `at`. */
export declare function afterValue(tokens: Int32Array, at: number): number;
