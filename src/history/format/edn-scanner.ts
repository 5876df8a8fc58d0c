/**
 * Reads EDN, the notation of Jepsen's histories, from bytes into JSON's values:
 *
 * | EDN | becomes |
 * |---|---|
 * | `nil`, `true`, text, number | the same; an integer beyond 2^53, the text of its digits |
 * | `:keyword`, `symbol`, `\c` | a text, a keyword without its colon |
 * | `[…]`, `(…)`, `#{…}` | an array |
 * | `{k v}` | an object; a key that is no text becomes one, as in Jepsen's own JSON |
 * | `1/3` | the quotient |
 * | `#tag value` | the value; `#inst` and `#uuid` are texts already |
 * | `#_ value`, `; …`, `^meta` | nothing |
 *
 * Source: the EDN format description of the Clojure project, and what Clojure's printer
 * adds to it (`##NaN`, `#:namespace{…}`, `#"regular expression"`).
 */
import { canonical, type Json, type JsonObject } from '../../base/json.ts';
import { ByteTexts, badAt, byte, hashStep, type Source, TornEnd, textAt } from './bytes.ts';
import { setField } from './json-scanner.ts';

const depthMax = 500;

export class EdnScanner {
  readonly source: Source;
  readonly #bytes: Uint8Array;
  readonly #texts: ByteTexts;
  /** Where the next byte to read is, and where the range ends. */
  at: number;
  readonly end: number;
  /** True if the value that was just read is a keyword itself. */
  wasKeyword = false;

  constructor(source: Source, at: number, end = source.bytes.length) {
    this.source = source;
    this.#bytes = source.bytes;
    this.#texts = new ByteTexts(source);
    this.at = at;
    this.end = end;
  }

  /** Skips white space, commas and comments; the byte after them, or -1 at the end. */
  peek(): number {
    for (;;) {
      const next = this.#byteAt(this.at);
      if (next === byte.semicolon) this.#skipLine();
      else if (next === byte.hash && this.#byteAt(this.at + 1) === byte.underscore) {
        this.at += 2;
        this.value();
      } else if (isBlank(next)) this.at += 1;
      else return next;
    }
  }

  /** Throws: TornEnd at the end, HistoryError elsewhere. */
  fail(expected: string): never {
    if (this.at >= this.end) throw new TornEnd();
    throw badAt(this.source, this.at, expected);
  }

  /** Any value. */
  value(depth = 0): Json {
    const next = this.peek();
    if (depth > depthMax) this.fail(`at most ${depthMax} levels of nesting`);
    this.wasKeyword = false;
    switch (next) {
      case -1:
        throw new TornEnd();
      case byte.quote:
        return this.#text();
      case byte.colon:
        return this.#keyword();
      case byte.openSquare:
        return this.#items(byte.closeSquare, depth);
      case byte.open:
        return this.#items(byte.close, depth);
      case byte.openCurly:
        return this.#map(depth, '');
      case byte.hash:
        return this.#dispatched(depth);
      case byte.caret:
        this.at += 1;
        this.value(depth + 1);
        return this.value(depth + 1);
      case byte.backslash:
        return this.#character();
      default:
        return this.#token();
    }
  }

  /** Skips tags, as in `#jepsen.history.Op{…}`; the byte after them. */
  peekUntagged(): number {
    for (;;) {
      const next = this.peek();
      const after = this.#byteAt(this.at + 1);
      if (next !== byte.hash || after === byte.openCurly || !isTagStart(after)) return next;
      this.at += 1;
      this.#tokenText();
    }
  }

  /** A keyword or text, without the keyword's colon. */
  name(): string {
    const next = this.peek();
    if (next === byte.colon) return this.#keyword();
    if (next === byte.quote) return this.#text();
    return this.fail('a keyword');
  }

  #byteAt(at: number): number {
    return at < this.end ? (this.#bytes[at] ?? 0) : -1;
  }

  #skipLine(): void {
    while (this.at < this.end && this.#bytes[this.at] !== byte.newline) this.at += 1;
  }

  #keyword(): string {
    this.at += 1;
    if (this.#byteAt(this.at) === byte.colon) this.at += 1;
    const text = this.#tokenText();
    if (text === '') this.fail('the name of a keyword');
    this.wasKeyword = true;
    return text;
  }

  /** The bytes up to the next delimiter, as text. At the end of a range it may be cut off. */
  #tokenText(): string {
    const start = this.at;
    let hash = 0;
    let at = start;
    while (at < this.end && !isDelimiter(this.#bytes[at] ?? 0)) {
      hash = hashStep(hash, this.#bytes[at] ?? 0);
      at += 1;
    }
    this.at = at;
    this.#mayBeCutOff();
    return this.#texts.texts[this.#texts.id(start, at, hash)] ?? '';
  }

  /** A word that touches the end of the file may have lost some of its letters. */
  #mayBeCutOff(): void {
    if (this.at >= this.#bytes.length) throw new TornEnd();
  }

  #text(): string {
    const start = this.at + 1;
    let at = start;
    let hash = 0;
    let escaped = false;
    for (; at < this.end && this.#bytes[at] !== byte.quote; at += 1) {
      hash = hashStep(hash, this.#bytes[at] ?? 0);
      if (this.#bytes[at] !== byte.backslash) continue;
      escaped = true;
      at += 1;
      hash = hashStep(hash, this.#byteAt(at));
    }
    this.at = at;
    if (at >= this.end) this.fail('the closing quote of a text');
    this.at = at + 1;
    if (escaped) return unescaped(textAt(this.source, start, at));
    return this.#texts.texts[this.#texts.id(start, at, hash)] ?? '';
  }

  #items(close: number, depth: number): readonly Json[] {
    const items: Json[] = [];
    this.at += 1;
    while (this.peek() !== close) items.push(this.value(depth + 1));
    this.at += 1;
    this.wasKeyword = false;
    return items;
  }

  #map(depth: number, namespace: string): JsonObject {
    const fields: Record<string, Json> = {};
    const start = this.at;
    this.at += 1;
    while (this.peek() !== byte.closeCurly) {
      const key = this.value(depth + 1);
      const name =
        this.wasKeyword && namespace !== '' ? `${namespace}/${nameOf(key)}` : nameOf(key);
      const value = this.value(depth + 1);
      if (Object.hasOwn(fields, name))
        throw badAt(
          this.source,
          start,
          `a map whose keys differ as texts ("${name}" is twice in it)`,
        );
      setField(fields, name, value);
    }
    this.at += 1;
    this.wasKeyword = false;
    return fields;
  }

  /** What a `#` begins. */
  #dispatched(depth: number): Json {
    const next = this.#byteAt(this.at + 1);
    if (next === byte.openCurly) {
      this.at += 1;
      return this.#items(byte.closeCurly, depth);
    }
    if (next === byte.quote) {
      this.at += 1;
      return this.#text();
    }
    if (next === byte.hash) {
      this.at += 2;
      return `##${this.#tokenText()}`;
    }
    if (next === byte.colon) {
      this.at += 1;
      const namespace = this.#keyword();
      if (this.peek() !== byte.openCurly) this.fail('the map of a namespace');
      return this.#map(depth, namespace);
    }
    this.at += 1;
    if (next === -1) throw new TornEnd();
    // `#'var` is a name; all other tags say what the next value is of.
    if (next === 0x27) return this.#tokenText();
    if (!isTagStart(next)) this.fail('a tag');
    this.#tokenText();
    return this.value(depth + 1);
  }

  #character(): string {
    this.at += 2;
    if (this.at >= this.end) throw new TornEnd();
    const start = this.at - 1;
    while (this.at < this.end && !isDelimiter(this.#bytes[this.at] ?? 0)) this.at += 1;
    this.#mayBeCutOff();
    return characterNamed(textAt(this.source, start, this.at));
  }

  /** A number, nil, true, false, or a symbol. */
  #token(): Json {
    const start = this.at;
    const negative = this.#byteAt(start) === byte.minus;
    let at = negative ? start + 1 : start;
    const digits = at;
    let value = 0;
    while (at < this.end) {
      const digit = this.#bytes[at] ?? 0;
      if (digit < byte.zero || digit > byte.nine) break;
      value = value * 10 + (digit - byte.zero);
      at += 1;
    }
    const whole = at < this.end ? isDelimiter(this.#bytes[at] ?? 0) : at < this.#bytes.length;
    if (at > digits && at - digits <= 15 && whole) {
      this.at = at;
      return negative ? -value : value;
    }
    const text = this.#tokenText();
    if (text === '') this.fail('a value');
    return meaningOf(text) ?? null;
  }
}

/** A word of EDN that is neither text nor keyword. */
function meaningOf(text: string): Json {
  switch (text) {
    case 'nil':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return numberOf(text) ?? text;
  }
}

function numberOf(text: string): number | string | undefined {
  if (/^[+-]?\d+[NM]?$/.test(text)) {
    const digits = text.replace(/[NM]$/, '').replace(/^\+/, '');
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : digits;
  }
  if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?$/.test(text)) return Number(text.replace(/M$/, ''));
  const [, over, under] = /^([+-]?\d+)\/(\d+)$/.exec(text) ?? [];
  if (over === undefined || under === undefined) return undefined;
  const quotient = Number(over) / Number(under);
  return Number.isFinite(quotient) ? quotient : text;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
};

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, what: string) =>
    what.length > 1
      ? String.fromCharCode(Number.parseInt(what.slice(1), 16))
      : (escapes[what] ?? what),
  );
}

function characterNamed(name: string): string {
  switch (name) {
    case 'newline':
      return '\n';
    case 'space':
      return ' ';
    case 'tab':
      return '\t';
    case 'return':
      return '\r';
    default:
      return /^u[0-9a-fA-F]{4}$/.test(name)
        ? String.fromCharCode(Number.parseInt(name.slice(1), 16))
        : name;
  }
}

/** A map's key as the name of a field. */
function nameOf(key: Json): string {
  return typeof key === 'string' ? key : canonical(key);
}

function isBlank(next: number): boolean {
  return (
    next === byte.space ||
    next === byte.comma ||
    next === byte.newline ||
    next === byte.return ||
    next === byte.tab
  );
}

function isDelimiter(next: number): boolean {
  return (
    isBlank(next) ||
    next === byte.openSquare ||
    next === byte.closeSquare ||
    next === byte.openCurly ||
    next === byte.closeCurly ||
    next === byte.open ||
    next === byte.close ||
    next === byte.quote ||
    next === byte.semicolon
  );
}

/** A letter begins a tag. */
function isTagStart(next: number): boolean {
  const lower = next | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
