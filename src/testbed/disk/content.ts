/**
 * The content of one file, and what of it would survive a loss of power: the bytes as they were
 * at its last sync, kept page by page as pages are first changed after it.
 *
 * The bytes are in a file of the host's that has no name: whatever ends dsx, nothing is left.
 */
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../base/prng.ts';

const pageBytes = 4096;
/** What a disk writes whole or not at all. */
const sectorBytes = 512;
const zeroPage = Buffer.alloc(pageBytes);

/** Counts of what a loss of power took back. */
export interface Lost {
  readonly pages: number;
  readonly sectorsKept: number;
}

/** What is needed to go back to the last sync. */
interface Unsynced {
  readonly size: number;
  /** Pages that were changed: as they were. A page that lay wholly behind the end is all zeros. */
  readonly pages: Map<number, Buffer>;
  /** The least size that it had since: what came behind that is in new space. */
  cut: number;
}

export class Content {
  readonly #fd: number;
  #size = 0;
  /** Space is taken up to here: writes before it need no more. */
  #allocated = 0;
  #unsynced: Unsynced | undefined;

  /** `folder`: any folder of the host's with room for it. */
  constructor(folder: string) {
    this.#fd = openNameless(folder);
  }

  get size(): number {
    return this.#size;
  }

  get allocated(): number {
    return this.#allocated;
  }

  /** True if a loss of power now would change it. */
  get isUnsynced(): boolean {
    return this.#unsynced !== undefined;
  }

  read(at: number, length: number): Buffer {
    const rest = Math.max(0, Math.min(length, this.#size - at));
    const bytes = Buffer.allocUnsafe(rest);
    // The kernel reads it whole, or the file ends in a hole that was never written.
    const read = rest === 0 ? 0 : readSync(this.#fd, bytes, 0, rest, at);
    return read === rest ? bytes : bytes.fill(0, read);
  }

  write(at: number, bytes: Buffer): number {
    if (bytes.length === 0) return 0;
    this.#keepPages(at, at + bytes.length);
    const count = writeSync(this.#fd, bytes, 0, bytes.length, at);
    this.#size = Math.max(this.#size, at + count);
    this.#allocated = Math.max(this.#allocated, at + count);
    return count;
  }

  truncate(size: number): void {
    if (size === this.#size) return;
    if (size < this.#size) this.#keepPages(size, this.#size);
    const unsynced = this.#begin();
    unsynced.cut = Math.min(unsynced.cut, size);
    ftruncateSync(this.#fd, size);
    this.#size = size;
    this.#allocated = Math.min(this.#allocated, size);
  }

  /** Takes space, so that writes there cannot fail for lack of it; `grows`: also the size. */
  allocate(to: number, grows: boolean): void {
    this.#allocated = Math.max(this.#allocated, to);
    if (grows && to > this.#size) this.truncate(to);
    this.#allocated = Math.max(this.#allocated, to);
  }

  zero(at: number, to: number): void {
    const end = Math.min(to, this.#size);
    for (let from = at; from < end; from += pageBytes)
      this.write(from, zeroPage.subarray(0, Math.min(pageBytes, end - from)));
  }

  /** What is there now survives. */
  sync(): void {
    this.#unsynced = undefined;
  }

  /**
   * Takes back what was not synced. With `keep` above 0 each sector of it is kept with that
   * probability, and so is the new size. What was cut off and written again lies in new space:
   * it is there with the new size only, and a sector of it that was not kept is zeros. So a
   * file never mixes what was before a truncation with what came after.
   */
  losePower(keep: number, random: Random): Lost {
    const before = this.#unsynced;
    this.#unsynced = undefined;
    if (before === undefined) return { pages: 0, sectorsKept: 0 };
    const isNew = random.chance(keep);
    const size = isNew ? this.#size : before.size;
    let sectorsKept = 0;
    // In the order of the file: then a seed draws the same whatever the order of the writes.
    const pages = [...before.pages].sort(([a], [b]) => a - b);
    for (const [page, old] of pages)
      for (let at = 0; at < pageBytes; at += sectorBytes) {
        const position = page * pageBytes + at;
        const isBehindCut = position >= before.cut;
        if ((isNew || !isBehindCut) && random.chance(keep)) sectorsKept += 1;
        else writeSync(this.#fd, isNew && isBehindCut ? zeroPage : old, at, sectorBytes, position);
      }
    // What lies behind the end must be zeros if the file grows again.
    ftruncateSync(this.#fd, size);
    this.#size = size;
    this.#allocated = Math.min(this.#allocated, size);
    return { pages: pages.length, sectorsKept };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #begin(): Unsynced {
    this.#unsynced ??= { size: this.#size, pages: new Map(), cut: Infinity };
    return this.#unsynced;
  }

  /** Remembers the pages from `at` to `to` as they are, unless it has them from before. */
  #keepPages(at: number, to: number): void {
    const { size, pages } = this.#begin();
    for (let page = Math.floor(at / pageBytes); page * pageBytes < to; page += 1) {
      if (pages.has(page)) continue;
      pages.set(page, page * pageBytes >= size ? zeroPage : this.#page(page));
    }
  }

  #page(page: number): Buffer {
    const bytes = Buffer.alloc(pageBytes);
    readSync(this.#fd, bytes, 0, pageBytes, page * pageBytes);
    return bytes.equals(zeroPage) ? zeroPage : bytes;
  }
}

let fileCount = 0;

function openNameless(folder: string): number {
  fileCount += 1;
  const path = join(folder, `.dsx-disk-${process.pid}-${fileCount}`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return fd;
}
