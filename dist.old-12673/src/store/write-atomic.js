/** Files that are there whole or not at all: written beside their place, then renamed. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskError } from './disk-error.js';
/**
 * Replaces the file at `path` with the joined `parts`. Folders on the way are made.
 * @throws TargetError if the disk is full or does not allow it; the old file then stays
 */
export function writeAtomic(path, parts) {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(beside, 'w');
    try {
      for (const part of parts) writeWhole(file, Buffer.from(part));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw diskError(thrown, path);
  }
}
/** Writes all bytes: one call may write only some of them. */
export function writeWhole(file, bytes) {
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done);
}
