/**
 * Texts with put, append and get that certainly have an order (see `kv-cell.ts`), straight from
 * the columns of the history. For texts of one length, or that all end with one character which
 * none of them has before its end, as `x 3 17 y` does: then it is plain where each ends in what
 * a get returns, and none is a prefix of another.
 *
 * Says yes or nothing: whatever is not as it should be is left to the algorithm for all texts.
 */
import { typeCode } from '../../../history/columns.ts';
import { noValue, type ValueTable } from '../../../history/values.ts';
import { kvCode } from './kv-texts.ts';
import type { QuickPart } from './quick-part.ts';
import { areApart, beginsAt, clear, endsAt, markZone, zoneSize } from './quick-zones.ts';
import { Scratch, ValueNumbers } from './scratch.ts';
import { never } from './timeline.ts';

const none = -1;

/** Columns by written text, side by side. Text 0 is the empty one at the start. */
const tokenSize = 8;
/** Invocation and return of the write. */
const invokedAt = 0;
const returnedAt = 1;
/** The first return and the last invocation of gets whose texts end with this one. */
const seenAt = 2;
const seenLastAt = 3;
/** The text that this one was found after, and the one that was found after this one. */
const sourceAt = 4;
const nextAt = 5;
/** 1 for a put. */
const isPutAt = 6;
/** 1 if the write returned or somebody saw the text. */
const isRealAt = 7;

export class QuickKv {
  readonly #numbers = new ValueNumbers();
  readonly #tokens = new Scratch();
  readonly #zones = new Scratch();
  readonly #marks = new Scratch();
  /** Written texts by number. */
  readonly #texts: string[] = [''];
  /** The character at the end of each and nowhere before; empty if there is none. */
  #terminator = '';
  /** Their length, if it is one. */
  #length: number = none;
  /** What the last get returned, and the number of the text at its end. */
  #known = '';
  #knownLast = 0;

  /** True if the part has an order. @param codeOf by function id, of `kvCode` */
  hasOrder(part: QuickPart, codeOf: Uint8Array): boolean {
    const { history, rows, horizon } = part;
    this.#numbers.reset(history.values.size);
    this.#known = '';
    this.#knownLast = 0;
    const tokens = this.#tokens.column(tokenSize * (rows.length + 1));
    begin(tokens, 0, -1, -1);
    tokens[isRealAt] = 1;
    if (!this.#enterWrites(part, codeOf, tokens)) return false;
    if (!this.#enterGets(part, codeOf, tokens)) return false;
    const zones = this.#zones.column(zoneSize * (rows.length + 1));
    const marks = this.#marks.zeros(horizon);
    return walk(tokens, this.#numbers.size, zones, marks) && areApart(marks, zones, horizon);
  }

  /** @returns false if something else than distinct texts whose ends are plain was written */
  #enterWrites(part: QuickPart, codeOf: Uint8Array, into: Int32Array): boolean {
    const tokens = into;
    const { history, rows, invoke, complete } = part;
    const { outcome, f, input } = history.operations;
    const numbers = this.#numbers;
    for (const row of rows) {
      const type = outcome[row] ?? 0;
      const code = codeOf[f[row] ?? 0];
      if (type === typeCode.fail || code === kvCode.get) continue;
      const id = input[row] ?? 0;
      const number = numbers.size;
      if (numbers.of(id) < number || !this.#isText(history.values.value(id))) return false;
      if (code !== kvCode.put && code !== kvCode.append) return false;
      numbers.add(id);
      const place = tokenSize * number;
      const end = type === typeCode.ok ? (complete[row] ?? 0) : never;
      begin(tokens, place, invoke[row] ?? 0, end);
      tokens[place + isPutAt] = code === kvCode.put ? 1 : 0;
      tokens[place + isRealAt] = end === never ? 0 : 1;
    }
    return this.#areEndsPlain();
  }

  /** Notes the text under the next number. */
  #isText(text: unknown): boolean {
    if (typeof text !== 'string' || text === '') return false;
    this.#texts[this.#numbers.size] = text;
    return true;
  }

  #areEndsPlain(): boolean {
    const first = this.#texts[1] ?? '';
    this.#length = first.length;
    this.#terminator = first.charAt(first.length - 1);
    for (let number = 1; number < this.#numbers.size; number += 1) {
      const text = this.#texts[number] ?? '';
      if (text.length !== this.#length) this.#length = none;
      if (text.indexOf(this.#terminator) !== text.length - 1) this.#terminator = '';
    }
    return this.#length !== none || this.#terminator !== '';
  }

  #enterGets(part: QuickPart, codeOf: Uint8Array, into: Int32Array): boolean {
    const tokens = into;
    const { history, rows, invoke, complete } = part;
    const { outcome, f, output } = history.operations;
    for (const row of rows) {
      if (outcome[row] !== typeCode.ok || codeOf[f[row] ?? 0] !== kvCode.get) continue;
      const last = this.#lastOf(history.values, output[row] ?? 0, tokens);
      if (last === none) return false;
      const place = tokenSize * last;
      const end = complete[row] ?? 0;
      if (end < (tokens[place + seenAt] ?? 0)) tokens[place + seenAt] = end;
      const start = invoke[row] ?? 0;
      if (start > (tokens[place + seenLastAt] ?? 0)) tokens[place + seenLastAt] = start;
    }
    return true;
  }

  /** The last of the texts that a returned text is made of, or -1 if that is not plain to see. */
  #lastOf(table: ValueTable, id: number, tokens: Int32Array): number {
    const text = id === noValue ? '' : (table.value(id) ?? '');
    if (typeof text !== 'string') return none;
    // Mostly what was there before, and some more.
    const isMore = text.startsWith(this.#known);
    let last = isMore ? this.#knownLast : 0;
    for (let at = isMore ? this.#known.length : 0; at < text.length; ) {
      const next = this.#textAt(table, text, at, tokens[tokenSize * last + nextAt] ?? 0);
      if (next === none || !linked(tokens, last, next, at)) return none;
      last = next;
      at += (this.#texts[next] ?? '').length;
    }
    this.#known = text;
    this.#knownLast = last;
    return last;
  }

  /** The number of the text that begins there, or -1. @param likely one to try first, or -1 */
  #textAt(table: ValueTable, text: string, at: number, likely: number): number {
    if (likely !== none && text.startsWith(this.#texts[likely] ?? '', at)) return likely;
    const isOneLength = this.#length !== none;
    const end = isOneLength ? at + this.#length : text.indexOf(this.#terminator, at) + 1;
    if (end <= at || end > text.length) return none;
    const id = table.find(text.slice(at, end));
    const number = id === noValue ? 0 : this.#numbers.of(id);
    return number === 0 || number === this.#numbers.size ? none : number;
  }
}

/** A text that nobody saw yet. */
function begin(into: Int32Array, place: number, invoked: number, returned: number): void {
  const tokens = into;
  tokens[place + invokedAt] = invoked;
  tokens[place + returnedAt] = returned;
  tokens[place + seenAt] = never;
  tokens[place + seenLastAt] = -1;
  tokens[place + sourceAt] = none;
  tokens[place + nextAt] = none;
  tokens[place + isPutAt] = 0;
}

/** Notes that one text was found after another. @returns false if that cannot be */
function linked(into: Int32Array, from: number, to: number, at: number): boolean {
  const tokens = into;
  const place = tokenSize * to;
  const isSeen = tokens[place + sourceAt] !== none || tokens[tokenSize * from + nextAt] === to;
  tokens[place + isRealAt] = 1;
  if (tokens[place + isPutAt] === 1) return at === 0;
  if (isSeen) return tokens[place + sourceAt] === from;
  if (tokens[tokenSize * from + nextAt] !== none) return false;
  tokens[place + sourceAt] = from;
  tokens[tokenSize * from + nextAt] = to;
  return true;
}

/**
 * Follows every chain of texts and marks the ends of its zone, for `areApart`.
 * @returns false if operations of one chain are in the wrong order
 */
function walk(tokens: Int32Array, size: number, into: Int32Array, marks: Int32Array): boolean {
  const zones = into;
  let chain = 0;
  for (let head = 0; head < size; head += 1) {
    const place = tokenSize * head;
    if (tokens[place + isRealAt] === 0 || tokens[place + sourceAt] !== none) continue;
    const at = zoneSize * chain;
    clear(zones, at);
    if (!extended(tokens, head, zones, at)) return false;
    markZone(zones, chain, marks);
    chain += 1;
  }
  return true;
}

/** @returns false if an operation of the chain returned before one ahead of it was invoked */
function extended(tokens: Int32Array, head: number, into: Int32Array, at: number): boolean {
  const zones = into;
  let first = never;
  let last = -1;
  for (let text = head; text !== none; text = tokens[tokenSize * text + nextAt] ?? 0) {
    const place = tokenSize * text;
    if (text !== 0) {
      const returned = tokens[place + returnedAt] ?? 0;
      if (returned < last) return false;
      first = Math.min(first, returned);
      last = Math.max(last, tokens[place + invokedAt] ?? 0);
    }
    const seen = tokens[place + seenAt] ?? 0;
    if (seen < last) return false;
    first = Math.min(first, seen);
    last = Math.max(last, tokens[place + seenLastAt] ?? 0);
  }
  zones[at + beginsAt] = never - first;
  zones[at + endsAt] = last + 1;
  return true;
}
