/**
 * Reads arrays of arrays from JSON straight into tokens (see `packed-values.ts`), with no
 * array made on the way. Most of a big transactional history is such text, so this is one loop
 * over bytes, without a call for what is usual in it: numbers and names that came before,
 * `null`, and arrays of those without white space.
 */
import { byte } from './bytes.ts';
import type { EventSink } from './event-sink.ts';
import type { JsonScanner } from './json-scanner.ts';

/** Deeper nesting than this is no value of an operation but a broken file. */
const depthMax = 500;
/** A number of more digits than this is left to the scanner. */
const digitsMax = 15;
/** So many digits are summed up without care for what a number can hold. */
const smallDigitsMax = 9;
/** A micro-operation of three items: its own token and theirs. */
const microTokens = 4;
/** Instead of the token of an item: not known yet. */
const unknown = -1;
/** Instead of the token of an item: there is none, for the array is empty. */
const nothing = -2;

export class JsonPacker {
  readonly #scanner: JsonScanner;
  readonly #sink: EventSink;
  readonly #bytes: Uint8Array;
  /** The id of a text as a value, by its number. */
  readonly #textValueId: (textId: number) => number;
  /** By first letter the last text: where it begins, its length with its quotes, its value id. */
  readonly #textStarts = new Float64Array(256);
  readonly #textLengths = new Int32Array(256);
  readonly #textIds = new Int32Array(256);
  #nullId = -1;
  /** Per array that is not yet closed the place of its token, and the items that it has so far. */
  readonly #opened = new Int32Array(depthMax + 2);
  readonly #counts = new Int32Array(depthMax + 2);

  constructor(scanner: JsonScanner, sink: EventSink, textValueId: (textId: number) => number) {
    this.#scanner = scanner;
    this.#sink = sink;
    this.#bytes = scanner.source.bytes;
    this.#textValueId = textValueId;
  }

  /** Whether at an array that begins with one, without white space between. */
  get isNext(): boolean {
    const { at } = this.#scanner;
    return this.#bytes[at] === byte.openSquare && this.#bytes[at + 1] === byte.openSquare;
  }

  /** At an array: packs it. */
  array(): void {
    const scanner = this.#scanner;
    const bytes = this.#bytes;
    const { packed } = this.#sink.builder.values;
    const opened = this.#opened;
    const counts = this.#counts;
    let { tokens, length } = packed;
    let { at } = scanner;
    let depth = 0;
    let count = 0;
    do {
      if (length + microTokens > tokens.length) tokens = packed.grow();
      let next = bytes[at] ?? 0;
      let token = unknown;
      const after = next === byte.openSquare && depth === 1 ? this.#micro(at, tokens, length) : -1;
      if (after !== -1) {
        length += microTokens;
        count += 1;
        token = nothing;
        at = after;
      } else if (next >= byte.zero && next <= byte.nine) {
        token = this.#integerAt(at);
        ({ at } = scanner);
      } else if (next === byte.openSquare) {
        depth += 1;
        if (depth > depthMax) this.#fail(at, `at most ${depthMax} levels of nesting`);
        opened[depth] = length;
        counts[depth] = count;
        length += 1;
        count = 0;
        at += 1;
        if ((bytes[at] ?? 0) <= byte.space) at = this.#pastSpace(at);
        if (bytes[at] !== byte.closeSquare) continue;
        token = nothing;
      } else if (next === byte.quote) {
        token = this.#textAt(at);
        ({ at } = scanner);
      } else if (next === 0x6e && isNull(bytes, at)) {
        token = this.#idOfNull();
        at += 4;
      }
      if (token === unknown) {
        token = this.#other(at);
        ({ at } = scanner);
        // An array, with white space before it.
        if (token === unknown) continue;
      }
      if (token !== nothing) {
        tokens[length] = token;
        length += 1;
        count += 1;
      }
      for (;;) {
        next = bytes[at] ?? 0;
        if (next === byte.comma) break;
        if (next === byte.closeSquare) {
          tokens[opened[depth] ?? 0] = -1 - count;
          count = (counts[depth] ?? 0) + 1;
          depth -= 1;
          if (depth === 0) break;
        } else if (next > byte.space) this.#fail(at, '"," or "]" in an array');
        else at = this.#pastSpace(at) - 1;
        at += 1;
      }
      at += 1;
    } while (depth > 0);
    packed.extendTo(length);
    scanner.at = at;
  }

  /**
   * Packs a micro-operation as most are: `["r",5,null]`, of a name that came before, a small
   * integer, and another or null. Returns the place after it; or -1, having done nothing.
   */
  #micro(start: number, into: Int32Array, length: number): number {
    const bytes = this.#bytes;
    const { smallIds } = this.#sink;
    const letter = bytes[start + 2] ?? 0;
    const nameLength = this.#textLengths[letter] ?? 0;
    const known = this.#textStarts[letter] ?? 0;
    if (bytes[start + 1] !== byte.quote || nameLength === 0) return -1;
    let at = start + 3;
    for (let same = 2; same < nameLength; same += 1, at += 1)
      if (bytes[known + same] !== bytes[at]) return -1;
    const tokens = into;
    for (let item = 2; item < microTokens; item += 1) {
      const begin = at + 1;
      let digit = (bytes[begin] ?? 0) - byte.zero;
      if (bytes[at] !== byte.comma) return -1;
      let value = 0;
      for (at = begin; digit >= 0 && digit <= 9; digit = (bytes[at] ?? 0) - byte.zero) {
        value = value * 10 + digit;
        at += 1;
      }
      if (at > begin + smallDigitsMax || value >= smallIds.length) return -1;
      // A zero in front is no JSON, except by itself.
      if (at > begin + 1 && bytes[begin] === byte.zero) return -1;
      let id = (smallIds[value] ?? 0) - 1;
      if (at === begin) {
        if (item !== 3 || bytes[at] !== 0x6e || !isNull(bytes, at)) return -1;
        id = this.#idOfNull();
        at += 4;
      }
      if (id === unknown) return -1;
      tokens[length + item] = id;
    }
    if (bytes[at] !== byte.closeSquare) return -1;
    tokens[length] = -microTokens;
    tokens[length + 1] = this.#textIds[letter] ?? 0;
    return at + 1;
  }

  /** At a digit: the value id of the integer, if it is usual; the scanner is then after it. */
  #integerAt(start: number): number {
    const bytes = this.#bytes;
    let at = start + 1;
    let value = (bytes[start] ?? 0) - byte.zero;
    let next = bytes[at] ?? 0;
    while (next >= byte.zero && next <= byte.nine) {
      value = value * 10 + (next - byte.zero);
      at += 1;
      next = bytes[at] ?? 0;
    }
    // A zero in front, a fraction, an exponent or too many digits: not for here.
    const isPlain =
      (next === byte.comma || next === byte.closeSquare) &&
      at - start <= digitsMax &&
      (bytes[start] !== byte.zero || at === start + 1);
    const { smallIds } = this.#sink;
    const token = isPlain && value < smallIds.length ? (smallIds[value] ?? 0) - 1 : unknown;
    this.#scanner.at = token === unknown ? start : at;
    return token;
  }

  /** At a quote: the value id of the text; the scanner is then after it. */
  #textAt(at: number): number {
    const bytes = this.#bytes;
    const letter = bytes[at + 1] ?? 0;
    const length = this.#textLengths[letter] ?? 0;
    const known = this.#textStarts[letter] ?? 0;
    let same = 2;
    while (same < length && bytes[known + same] === bytes[at + same]) same += 1;
    if (same === length) {
      this.#scanner.at = at + length;
      return this.#textIds[letter] ?? 0;
    }
    this.#scanner.at = at;
    const id = this.#textValueId(this.#scanner.textId());
    this.#textStarts[letter] = at;
    this.#textLengths[letter] = this.#scanner.at - at;
    this.#textIds[letter] = id;
    return id;
  }

  #idOfNull(): number {
    if (this.#nullId === unknown) this.#nullId = this.#sink.builder.values.id(null);
    return this.#nullId;
  }

  /** Any item, with or without white space before it; the scanner is then after it. */
  #other(at: number): number {
    const scanner = this.#scanner;
    const sink = this.#sink;
    scanner.at = at;
    const next = scanner.peek();
    if (next === byte.openSquare) return unknown;
    if (next === byte.quote) return this.#textAt(scanner.at);
    if (next === byte.openCurly) return sink.builder.values.internComposite(scanner.value());
    const value = scanner.scalar(next);
    return typeof value === 'number' ? sink.numberId(value) : sink.builder.values.id(value);
  }

  #pastSpace(at: number): number {
    this.#scanner.at = at;
    this.#scanner.peek();
    if (this.#scanner.at === at) this.#fail(at, '"," or "]" in an array');
    return this.#scanner.at;
  }

  #fail(at: number, expected: string): never {
    this.#scanner.at = at;
    this.#scanner.fail(expected);
  }
}

function isNull(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c;
}
