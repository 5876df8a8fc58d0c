/**
 * Whole files as bytes, also those above the 2 GB at which `readFileSync` gives up, and those that
 * gzip packed, whatever their name.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { HistoryError, messageOf } from '../base/errors.js';
import { readHistory } from '../history/format/read-history.js';

/** The most that is asked of the system at once. */
const pieceBytes = 1 << 30;
/** @throws HistoryError if there is no such file, or it cannot be read */
export function readBytes(path) {
  try {
    const file = openSync(path, 'r');
    try {
      return bytesOf(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw new HistoryError(`cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown });
  }
}
/** Reads a history from a file. @throws HistoryError as `readHistory` does, and for no such file */
export function readHistoryFile(path, format = 'auto', options = {}) {
  return readHistory(unpacked(readBytes(path), path), format, path, options);
}
/** What gzip packed begins with these bytes, and no text does. */
function unpacked(bytes, path) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (thrown) {
    throw new HistoryError(
      `${path} is packed with gzip and damaged or cut off (${messageOf(thrown)}); expected what gzip -t accepts`,
      { cause: thrown },
    );
  }
}
/** A pipe says that it has no bytes, and then has some: read until nothing comes. */
function bytesOf(file) {
  let bytes = Buffer.allocUnsafeSlow(fstatSync(file).size + 1);
  let length = 0;
  for (;;) {
    const count = readSync(file, bytes, length, Math.min(pieceBytes, bytes.length - length), null);
    length += count;
    if (count === 0) return bytes.subarray(0, length);
    if (length < bytes.length) continue;
    const grown = Buffer.allocUnsafeSlow(Math.max(65_536, 2 * bytes.length));
    bytes.copy(grown);
    bytes = grown;
  }
}
