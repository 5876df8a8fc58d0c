/**
 * Columns as base64 text, in pieces, so that a page of a million operations is written
 * without one giant string. Numbers are little-endian, as every machine of today has them.
 */

/** A column of whole numbers from 0. `bytes` is the width of one: 1, 2 or 4. */
export interface PackedColumn {
  readonly name: string;
  readonly bytes: 1 | 2 | 4;
  readonly data: Uint8Array;
}

/** The narrowest column that holds `values`, which are whole numbers from 0 to 2^32 - 1. */
export function packColumn(name: string, values: Uint32Array): PackedColumn {
  let max = 0;
  for (const value of values) if (value > max) max = value;
  if (max < 0x100) return { name, bytes: 1, data: Uint8Array.from(values) };
  if (max < 0x1_0000) return { name, bytes: 2, data: bytesOf(Uint16Array.from(values)) };
  return { name, bytes: 4, data: bytesOf(values) };
}

function bytesOf(values: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const letters = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const padding = '='.charCodeAt(0);
/** A multiple of three, so that only the last piece is padded. */
const pieceBytes = 3 * 65_536;

/** The base64 text of `bytes`, piece by piece. */
export function* base64Pieces(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder('latin1');
  for (let start = 0; start < bytes.length; start += pieceBytes)
    yield decoder.decode(encoded(bytes.subarray(start, start + pieceBytes)));
}

function encoded(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text[at] = letters[bits >> 18] ?? 0;
    text[at + 1] = letters[(bits >> 12) & 63] ?? 0;
    text[at + 2] = letters[(bits >> 6) & 63] ?? 0;
    text[at + 3] = letters[bits & 63] ?? 0;
    at += 4;
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  for (let i = 1; i <= missing; i += 1) text[text.length - i] = padding;
  return text;
}
