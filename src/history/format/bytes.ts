/**
 * What all readers share: a place in a file, the errors that name it, and texts that are
 * made once however often they occur.
 */
import { HistoryError } from '../../base/errors.ts';

/** Bytes with special meaning, by name. */
export const byte = {
  nul: 0x00,
  tab: 0x09,
  newline: 0x0a,
  return: 0x0d,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  open: 0x28,
  close: 0x29,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  semicolon: 0x3b,
  backslash: 0x5c,
  openSquare: 0x5b,
  closeSquare: 0x5d,
  caret: 0x5e,
  underscore: 0x5f,
  openCurly: 0x7b,
  closeCurly: 0x7d,
} as const;

/** A file that is being read. `name` is for messages. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly name: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8');

/** The text of a range of bytes. @throws HistoryError if it is not UTF-8 */
export function textAt(source: Source, start: number, end: number): string {
  const { bytes } = source;
  if (end - start <= 24) {
    let text = '';
    let at = start;
    for (; at < end; at += 1) {
      const code = bytes[at] ?? 0;
      if (code >= 0x80) break;
      text += String.fromCharCode(code);
    }
    if (at === end) return text;
  }
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    throw badAt(source, start, 'text in UTF-8');
  }
}

/** Number of the line that the byte at `at` is in, from 1. Counted when asked for: errors are rare. */
export function lineNumber(source: Source, at: number): number {
  let lines = 1;
  for (let i = 0; i < at && i < source.bytes.length; i += 1)
    if (source.bytes[i] === byte.newline) lines += 1;
  return lines;
}

/** An error that names file, line and column, and shows what is there. */
export function badAt(source: Source, at: number, expected: string): HistoryError {
  const { bytes } = source;
  const found = at >= bytes.length ? 'the end of the file' : `"${excerpt(source, at, 24)}"`;
  const lineStart = at === 0 ? 0 : bytes.lastIndexOf(byte.newline, at - 1) + 1;
  return new HistoryError(
    `${source.name}, line ${lineNumber(source, at)}, column ${at - lineStart + 1}: expected ${expected}, found ${found}\n  the line begins: ${excerpt(source, lineStart, 120)}`,
  );
}

/** The same trouble as `inner`, with the place in the file where the event stands. */
export function inEventAt(source: Source, at: number, inner: HistoryError): HistoryError {
  return new HistoryError(
    `${source.name}, line ${lineNumber(source, at)}: ${inner.message}\n  the event: ${excerpt(source, at, 120)}`,
    { cause: inner },
  );
}

/** At most `lengthMax` bytes from `at` to the end of the line, fit to be printed. */
function excerpt(source: Source, at: number, lengthMax: number): string {
  const lineEnd = source.bytes.indexOf(byte.newline, at);
  const end = lineEnd === -1 ? source.bytes.length : lineEnd;
  const shown = lenient.decode(source.bytes.subarray(at, Math.min(end, at + lengthMax)));
  // eslint-disable-next-line no-control-regex -- a terminal must not obey the file
  const printable = shown.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·').trimEnd();
  return end > at + lengthMax ? `${printable}…` : printable;
}

/**
 * What a reader throws when the file ends inside of an event. The reader turns it into a
 * warning: a recorder that was killed in mid-write leaves such an end.
 */
export class TornEnd extends Error {
  override readonly name = 'TornEnd';
}

/** The warning for an end that was cut off, from the event that begins at `start`. */
export function tornWarning(source: Source, start: number): string {
  const length = source.bytes.length - start;
  return `line ${lineNumber(source, start)}: the file ends inside of an event (${length} bytes, left out): ${excerpt(source, start, 60)}`;
}

/**
 * Texts by their bytes: each is decoded once and has a small number from then on. Equal
 * bytes are found in the file itself, so that nothing is copied.
 */
export class ByteTexts {
  readonly texts: string[] = [];
  readonly #source: Source;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #slots = new Int32Array(1024).fill(-1);
  #hashes = new Int32Array(1024);

  constructor(source: Source) {
    this.#source = source;
  }

  /** The number of the text at `start`…`end`, whose hash is `hash` (any function of its bytes). */
  id(start: number, end: number, hash: number): number {
    const { bytes } = this.#source;
    const mask = this.#slots.length - 1;
    const length = end - start;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? 0;
      if (id === -1) return this.#add(start, end, hash, slot);
      if (this.#hashes[slot] !== hash || this.#lengths[id] !== length) continue;
      const from = this.#starts[id] ?? 0;
      let i = 0;
      while (i < length && bytes[from + i] === bytes[start + i]) i += 1;
      if (i === length) return id;
    }
  }

  #add(start: number, end: number, hash: number, slot: number): number {
    const id = this.texts.push(textAt(this.#source, start, end)) - 1;
    this.#starts.push(start);
    this.#lengths.push(end - start);
    this.#slots[slot] = id;
    this.#hashes[slot] = hash;
    if (this.texts.length * 2 > this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const [slots, hashes] = [this.#slots, this.#hashes];
    const size = slots.length * 2;
    this.#slots = new Int32Array(size).fill(-1);
    this.#hashes = new Int32Array(size);
    for (let from = 0; from < slots.length; from += 1) {
      const id = slots[from] ?? 0;
      if (id === -1) continue;
      const hash = hashes[from] ?? 0;
      let slot = spread(hash) & (size - 1);
      while (this.#slots[slot] !== -1) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = id;
      this.#hashes[slot] = hash;
    }
  }
}

/** One step of the hash for `ByteTexts`: start from 0, once per byte. */
export function hashStep(hash: number, next: number): number {
  return (Math.imul(hash, 0x01000193) ^ next) | 0;
}

/** The low bits of a product know little of the high bits of its factors. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
