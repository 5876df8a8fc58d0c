/**
 * Reads JSON from bytes. Against `JSON.parse` it has three things: it makes no string of
 * the line first, it makes equal texts once, and it keeps integers that a number cannot
 * hold as texts of their digits. Rounded, two different values of 20 digits would look
 * equal, and a violation could hide behind that, or one be invented.
 */
import type { Json, JsonObject } from '../../base/json.ts';
import { ByteTexts, badAt, byte, hashStep, type Source, TornEnd, textAt } from './bytes.ts';

/** Deeper nesting than this is no value of an operation but a broken file. */
const depthMax = 500;
/** An integer of this many digits is exact as a number. */
const exactDigits = 15;

export class JsonScanner {
  readonly source: Source;
  readonly texts: ByteTexts;
  readonly #bytes: Uint8Array;
  readonly #recent: RecentArrays;
  /** Items of arrays that are not yet closed. */
  readonly #stack: Json[] = [];
  #top = 0;
  /** Where the next byte to read is. */
  at: number;

  constructor(source: Source, at: number) {
    this.source = source;
    this.#bytes = source.bytes;
    this.texts = new ByteTexts(source);
    this.#recent = new RecentArrays(source.bytes);
    this.at = at;
  }

  /** Skips white space and returns the byte after it, or -1 at the end of the file. */
  peek(): number {
    const bytes = this.#bytes;
    let at = this.at;
    let next = bytes[at];
    while (
      next === byte.space ||
      next === byte.newline ||
      next === byte.return ||
      next === byte.tab
    ) {
      at += 1;
      next = bytes[at];
    }
    this.at = at;
    return next ?? -1;
  }

  /** Skips white space and one `expected` byte. */
  take(expected: number, what: string): void {
    if (this.peek() !== expected) this.fail(what);
    this.at += 1;
  }

  /** Throws: TornEnd at the end of the file, HistoryError elsewhere. */
  fail(expected: string): never {
    if (this.at >= this.#bytes.length) throw new TornEnd();
    throw badAt(this.source, this.at, expected);
  }

  /** At a quote: the number of the text in `texts`. */
  textId(): number {
    const bytes = this.#bytes;
    const start = this.at + 1;
    let at = start;
    let hash = 0;
    let next = bytes[at];
    while (next !== byte.quote && next !== byte.backslash && next !== undefined && next >= 0x20) {
      hash = hashStep(hash, next);
      at += 1;
      next = bytes[at];
    }
    if (next === byte.quote) {
      this.at = at + 1;
      return this.texts.id(start, at, hash);
    }
    return this.#escapedTextId(start);
  }

  /** At a quote. */
  text(): string {
    return this.texts.texts[this.textId()] ?? '';
  }

  /** Any value. */
  value(depth = 0): Json {
    const next = this.peek();
    switch (next) {
      case byte.quote:
        return this.text();
      case byte.openSquare:
        return this.#array(depth);
      case byte.openCurly:
        return this.#object(depth);
      default:
        return this.scalar(next);
    }
  }

  /** A number, true, false or null; `next` is its first byte. */
  scalar(next: number): number | string | boolean | null {
    switch (next) {
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
      default:
        return this.number(next);
    }
  }

  /** A number, or the text of an integer that no number can hold. */
  number(next: number): number | string {
    const bytes = this.#bytes;
    let at = this.at;
    if (next === byte.minus) at += 1;
    const digits = at;
    let value = 0;
    let digit = bytes[at] ?? 0;
    while (digit >= byte.zero && digit <= byte.nine) {
      value = value * 10 + (digit - byte.zero);
      at += 1;
      digit = bytes[at] ?? 0;
    }
    // e, E or a point: not an integer.
    if (
      at - digits > exactDigits ||
      at === digits ||
      digit === byte.point ||
      (digit | 0x20) === 0x65
    )
      return this.#longNumber(at);
    // A zero in front of other digits is no JSON.
    if (bytes[digits] === byte.zero && at - digits > 1) this.fail('a number as JSON has it');
    // A number at the very end may have lost its last digits.
    if (at >= bytes.length) throw new TornEnd();
    this.at = at;
    return next === byte.minus ? -value : value;
  }

  #longNumber(at: number): number | string {
    const start = this.at;
    let end = at;
    while (isNumberByte(this.#bytes[end] ?? 0)) end += 1;
    if (end >= this.#bytes.length) throw new TornEnd();
    const text = textAt(this.source, start, end);
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) this.fail('a JSON value');
    this.at = end;
    const value = Number(text);
    return Number.isSafeInteger(value) || /[.eE]/.test(text) ? value : text;
  }

  #array(depth: number): readonly Json[] {
    if (depth > depthMax) this.fail(`at most ${depthMax} levels of nesting`);
    const slot = this.#recent.find(this.at);
    const known = this.#recent.value(slot);
    if (known !== undefined) {
      this.at = this.#recent.end;
      return known;
    }
    const start = this.at;
    const items = this.#newArray(depth);
    if (slot !== -1) this.#recent.keep(slot, start, items);
    return items;
  }

  #newArray(depth: number): readonly Json[] {
    this.at += 1;
    if (this.peek() === byte.closeSquare) {
      this.at += 1;
      return [];
    }
    // Items wait on a stack that all arrays share: an array that grows takes room for
    // seventeen, which for micro-operations of three would be most of the memory.
    const base = this.#top;
    for (;;) {
      const item = this.value(depth + 1);
      this.#stack[this.#top] = item;
      this.#top += 1;
      const next = this.peek();
      if (next !== byte.comma && next !== byte.closeSquare) this.fail('"," or "]"');
      this.at += 1;
      if (next === byte.closeSquare) break;
    }
    const items = this.#stack.slice(base, this.#top);
    this.#top = base;
    return items;
  }

  #object(depth: number): JsonObject {
    if (depth > depthMax) this.fail(`at most ${depthMax} levels of nesting`);
    const fields: Record<string, Json> = {};
    this.at += 1;
    if (this.peek() === byte.closeCurly) {
      this.at += 1;
      return fields;
    }
    for (;;) {
      const name = this.fieldName();
      setField(fields, name, this.value(depth + 1));
      const next = this.peek();
      if (next !== byte.comma && next !== byte.closeCurly) this.fail('"," or "}"');
      this.at += 1;
      if (next === byte.closeCurly) return fields;
    }
  }

  /** A field's name and the colon after it. */
  fieldName(): string {
    if (this.peek() !== byte.quote) this.fail('the name of a field in quotes');
    const name = this.text();
    this.take(byte.colon, '":"');
    return name;
  }

  #word<Value>(word: string, value: Value): Value {
    for (let i = 0; i < word.length; i += 1) {
      if (this.#bytes[this.at + i] === word.charCodeAt(i)) continue;
      if (this.at + i >= this.#bytes.length) throw new TornEnd();
      this.fail('a JSON value');
    }
    this.at += word.length;
    return value;
  }

  /** The same, byte by byte, for a text with a backslash in it. */
  #escapedTextId(start: number): number {
    const bytes = this.#bytes;
    let hash = 0;
    let at = start;
    for (; at < bytes.length && bytes[at] !== byte.quote; at += 1) {
      const next = bytes[at] ?? 0;
      if (next < 0x20) {
        this.at = at;
        this.fail('the closing quote of a text');
      }
      hash = hashStep(hash, next);
      if (next === byte.backslash) {
        at += 1;
        hash = hashStep(hash, bytes[at] ?? 0);
      }
    }
    if (at >= bytes.length) throw new TornEnd();
    const count = this.texts.texts.length;
    const id = this.texts.id(start, at, hash);
    if (this.texts.texts.length > count) this.texts.texts[id] = this.#unescaped(start, at);
    this.at = at + 1;
    return id;
  }

  #unescaped(start: number, end: number): string {
    try {
      return JSON.parse(textAt(this.source, start - 1, end + 1)) as string;
    } catch {
      throw badAt(this.source, start - 1, 'a text with valid escapes');
    }
  }
}

const recentSlots = 1 << 14;
const recentBytesMax = 256;

/**
 * Arrays without arrays in them that were read not long ago, by their bytes. What a
 * transaction writes stands in its invocation and again in its completion, and lists are
 * read again and again: one object for all of them is most of the memory saved, and most of
 * the time.
 */
class RecentArrays {
  readonly #bytes: Uint8Array;
  readonly #starts = new Float64Array(recentSlots);
  readonly #lengths = new Int32Array(recentSlots);
  readonly #arrays: (readonly Json[] | undefined)[] = new Array<undefined>(recentSlots);
  /** Where the array that was looked for last ends. */
  end = 0;
  #matches = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The slot for the array that begins at `start`, or -1 if it is not one to keep. */
  find(start: number): number {
    const bytes = this.#bytes;
    const limit = start + recentBytesMax;
    let hash = 0;
    let inText = false;
    let at = start + 1;
    for (; ; at += 1) {
      const next = bytes[at];
      if (next === undefined || at > limit || next === byte.backslash) return -1;
      if (next === byte.quote) inText = !inText;
      else if (!inText) {
        if (next === byte.closeSquare) break;
        if (next === byte.openSquare || next === byte.openCurly) return -1;
      }
      hash = hashStep(hash, next);
    }
    this.end = at + 1;
    const slot = (hash ^ (hash >>> 14)) & (recentSlots - 1);
    this.#matches = this.#same(slot, start, this.end - start);
    return slot;
  }

  /** The array, if it was there. */
  value(slot: number): readonly Json[] | undefined {
    return slot !== -1 && this.#matches ? this.#arrays[slot] : undefined;
  }

  keep(slot: number, start: number, items: readonly Json[]): void {
    this.#starts[slot] = start;
    this.#lengths[slot] = this.end - start;
    this.#arrays[slot] = items;
  }

  #same(slot: number, start: number, length: number): boolean {
    if (this.#lengths[slot] !== length) return false;
    const from = this.#starts[slot] ?? 0;
    for (let i = 0; i < length; i += 1)
      if (this.#bytes[from + i] !== this.#bytes[start + i]) return false;
    return true;
  }
}

/** Sets a field, also one named `__proto__`, which an assignment would take for the prototype. */
export function setField(fields: Record<string, Json>, name: string, value: Json): void {
  if (name !== '__proto__') {
    // eslint-disable-next-line no-param-reassign -- the object is being made
    fields[name] = value;
    return;
  }
  const property = { value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(fields, name, property);
}

function isNumberByte(next: number): boolean {
  return (
    (next >= byte.zero && next <= byte.nine) ||
    next === byte.point ||
    next === byte.minus ||
    next === 0x2b ||
    (next | 0x20) === 0x65
  );
}
