/**
 * The envelope of a message: `{"src": text, "dest": text, "body": object}`, and nothing else
 * but an integer `id`, which is ignored.
 *
 * The body is not turned into objects: a message from node to node goes on as the text that it
 * came as (so no number loses digits and no field changes place). What is needed is only that
 * the line is JSON, and where the body begins and ends; checking that is twice as fast as
 * parsing. Whatever the scanner does not like is parsed with JSON.parse, which then decides
 * and explains: the scanner may be too strict, never too lenient.
 */
import { messageOf } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import { parseExactly, textOf } from './body.ts';

export interface Envelope {
  readonly src: string;
  readonly dest: string;
  /** The text of a JSON object. */
  readonly body: string;
}

/** The envelope in a line of a node's output, or what is wrong with it. */
export function parseEnvelope(line: string): Envelope | string {
  return scanEnvelope(line) ?? parseSlowly(line);
}

/** The envelope if the line has one in plain form; undefined: look closer. */
export function scanEnvelope(line: string): Envelope | undefined {
  const parts: Parts = { src: undefined, dest: undefined, body: undefined, hasId: false };
  let at = skipSpace(line, 0);
  if (line.charCodeAt(at) !== openBrace) return undefined;
  do {
    const keyStart = skipSpace(line, at + 1);
    const keyEnd = skipString(line, keyStart);
    if (keyEnd === -1) return undefined;
    at = skipSpace(line, keyEnd);
    if (line.charCodeAt(at) !== colon) return undefined;
    const valueStart = skipSpace(line, at + 1);
    const valueEnd = skipValue(line, valueStart, 0);
    if (valueEnd === -1) return undefined;
    if (!place(parts, line.slice(keyStart, keyEnd), line.slice(valueStart, valueEnd))) {
      return undefined;
    }
    at = skipSpace(line, valueEnd);
  } while (line.charCodeAt(at) === comma);
  if (line.charCodeAt(at) !== closeBrace) return undefined;
  if (skipSpace(line, at + 1) !== line.length) return undefined;
  const { src, dest, body } = parts;
  if (src === undefined || dest === undefined || body === undefined) return undefined;
  return { src, dest, body };
}

interface Parts {
  src: string | undefined;
  dest: string | undefined;
  body: string | undefined;
  hasId: boolean;
}

/** False for a field that is unknown, there twice, or not of its plain form. */
/* eslint-disable no-param-reassign -- it fills a record that its caller has just made */
function place(parts: Parts, key: string, value: string): boolean {
  switch (key) {
    case '"src"':
      if (parts.src !== undefined) return false;
      parts.src = plainText(value);
      return parts.src !== undefined;
    case '"dest"':
      if (parts.dest !== undefined) return false;
      parts.dest = plainText(value);
      return parts.dest !== undefined;
    case '"body"':
      if (parts.body !== undefined || value.charCodeAt(0) !== openBrace) return false;
      parts.body = value;
      return true;
    case '"id"':
      if (parts.hasId) return false;
      parts.hasId = Number.isInteger(Number(value));
      return parts.hasId;
    default:
      return false;
  }
}
/* eslint-enable no-param-reassign */

/** The text of a string literal without escapes. */
function plainText(literal: string): string | undefined {
  if (literal.charCodeAt(0) !== quote || literal.includes('\\')) return undefined;
  return literal.slice(1, -1);
}

function parseSlowly(line: string): Envelope | string {
  if (line.trim() === '') return 'an empty line';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (thrown) {
    return `not JSON: ${messageOf(thrown)}`;
  }
  if (!isObject(value)) return 'not a JSON object';
  const { src, dest, body, id, ...others } = value;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    return `the field "${unknown}" has no place beside src, dest and body; put it into body`;
  }
  if (typeof src !== 'string') return 'the field "src" must be a string: the name of this node';
  if (typeof dest !== 'string') return 'the field "dest" must be a string: who it is for';
  if (!isObject(body)) return 'the field "body" must be an object';
  if (id !== undefined && !Number.isInteger(id)) return 'the field "id" must be an integer';
  try {
    return { src, dest, body: exactBody(line) };
  } catch (thrown) {
    return `the body is nested too deeply: ${messageOf(thrown)}`;
  }
}

/** The body in a line that is a JSON object, as a text in which no integer lost digits. */
function exactBody(line: string): string {
  const message = parseExactly(line);
  return textOf(isObject(message) ? (message['body'] ?? {}) : {});
}

// The grammar of RFC 8259. Each function returns where what it skips ends, or -1.

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Deeper nesting is left to JSON.parse, which does not recurse. */
const depthMax = 100;

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c !== 0x20 && c !== 0x09 && c !== 0x0a && c !== 0x0d) return at;
    at += 1;
  }
}

function skipValue(text: string, at: number, depth: number): number {
  switch (text.charCodeAt(at)) {
    case quote:
      return skipString(text, at);
    case openBrace:
      return depth > depthMax ? -1 : skipObject(text, at, depth);
    case openBracket:
      return depth > depthMax ? -1 : skipArray(text, at, depth);
    case 0x74:
      return text.startsWith('true', at) ? at + 4 : -1;
    case 0x66:
      return text.startsWith('false', at) ? at + 5 : -1;
    case 0x6e:
      return text.startsWith('null', at) ? at + 4 : -1;
    default:
      return skipNumber(text, at);
  }
}

function skipObject(text: string, start: number, depth: number): number {
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === closeBrace) return at + 1;
  for (;;) {
    at = skipString(text, at);
    if (at === -1) return -1;
    at = skipSpace(text, at);
    if (text.charCodeAt(at) !== colon) return -1;
    at = skipValue(text, skipSpace(text, at + 1), depth + 1);
    if (at === -1) return -1;
    at = skipSpace(text, at);
    const c = text.charCodeAt(at);
    if (c === closeBrace) return at + 1;
    if (c !== comma) return -1;
    at = skipSpace(text, at + 1);
  }
}

function skipArray(text: string, start: number, depth: number): number {
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === closeBracket) return at + 1;
  for (;;) {
    at = skipValue(text, at, depth + 1);
    if (at === -1) return -1;
    at = skipSpace(text, at);
    const c = text.charCodeAt(at);
    if (c === closeBracket) return at + 1;
    if (c !== comma) return -1;
    at = skipSpace(text, at + 1);
  }
}

function skipString(text: string, start: number): number {
  if (text.charCodeAt(start) !== quote) return -1;
  let at = start + 1;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c === quote) return at + 1;
    if (c === backslash) {
      at = skipEscape(text, at);
      if (at === -1) return -1;
    } else if (c >= 0x20) at += 1;
    // A control character, or (NaN) the end of the text.
    else return -1;
  }
}

function skipEscape(text: string, at: number): number {
  const c = text.charAt(at + 1);
  if (c === 'u') return /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) ? at + 6 : -1;
  return c !== '' && '"\\/bfnrt'.includes(c) ? at + 2 : -1;
}

function skipNumber(text: string, start: number): number {
  let at = text.charCodeAt(start) === minus ? start + 1 : start;
  const integerStart = at;
  at = skipDigits(text, at);
  if (at === integerStart) return -1;
  if (text.charCodeAt(integerStart) === zero && at > integerStart + 1) return -1;
  if (text.charCodeAt(at) === 0x2e) {
    const fractionStart = at + 1;
    at = skipDigits(text, fractionStart);
    if (at === fractionStart) return -1;
  }
  const c = text.charCodeAt(at);
  return c === 0x65 || c === 0x45 ? skipExponent(text, at + 1) : at;
}

function skipExponent(text: string, start: number): number {
  const sign = text.charCodeAt(start);
  const digitsStart = sign === 0x2b || sign === minus ? start + 1 : start;
  const at = skipDigits(text, digitsStart);
  return at === digitsStart ? -1 : at;
}

function skipDigits(text: string, start: number): number {
  let at = start;
  for (;;) {
    const c = text.charCodeAt(at);
    // Written so that NaN, the end of the text, ends it.
    if (!(c >= zero && c <= nine)) return at;
    at += 1;
  }
}
