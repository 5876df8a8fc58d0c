/**
 * Storage in real files: `<name>.log` for logs, `<name>.value` for values.
 *
 * Changes wait in memory until `sync()`, which writes and flushes them in order. Calls
 * that come while the disk is busy share the next flush (group commit).
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Storage } from './context.ts';
import { decodeRecords, decodeValue, encodeRecord, encodeValue } from './records.ts';

type Change =
  | { readonly kind: 'append'; readonly file: string; readonly records: string[] }
  | { readonly kind: 'replace'; readonly file: string; readonly content: string };

export class FileStorage implements Storage {
  readonly #folder: string;
  readonly #onFailure: (error: unknown) => void;
  /** Log files that are open for appending. */
  readonly #open = new Map<string, number>();
  readonly #repaired = new Set<string>();
  readonly #values = new Map<string, string>();
  #pending: Change[] = [];
  #flushing: Promise<void> | undefined;
  #nextFlush: Promise<void> | undefined;

  /** `onFailure` is called when the disk fails; what was asked for is then in doubt. */
  constructor(folder: string, onFailure: (error: unknown) => void) {
    this.#folder = folder;
    this.#onFailure = onFailure;
    fs.mkdirSync(folder, { recursive: true });
  }

  append(log: string, line: string): void {
    const file = `${log}.log`;
    const last = this.#pending.at(-1);
    if (last?.kind === 'append' && last.file === file) last.records.push(encodeRecord(line));
    else this.#pending.push({ kind: 'append', file, records: [encodeRecord(line)] });
  }

  rewrite(log: string, lines: readonly string[]): void {
    const content = lines.map(encodeRecord).join('');
    this.#pending.push({ kind: 'replace', file: `${log}.log`, content });
  }

  readLog(log: string): readonly string[] {
    const file = `${log}.log`;
    if (this.#open.has(file) || this.#pending.some((change) => change.file === file))
      throw new Error(`read the log "${log}" before changing it`);
    return this.#survivors(file);
  }

  write(name: string, value: string): void {
    this.#values.set(name, value);
    this.#pending.push({ kind: 'replace', file: `${name}.value`, content: encodeValue(value) });
  }

  read(name: string): string | undefined {
    const written = this.#values.get(name);
    if (written !== undefined) return written;
    const path = join(this.#folder, `${name}.value`);
    const text = readIfThere(path);
    return text === undefined ? undefined : decodeValue(text, path);
  }

  sync(): Promise<void> {
    if (this.#nextFlush !== undefined) return this.#nextFlush;
    if (this.#pending.length === 0) return this.#flushing ?? Promise.resolve();
    if (this.#flushing === undefined) return this.#flush();
    this.#nextFlush = this.#flushing.then(() => {
      this.#nextFlush = undefined;
      return this.#flush();
    });
    return this.#nextFlush;
  }

  #flush(): Promise<void> {
    const changes = this.#pending;
    this.#pending = [];
    // After a failure nothing is known, so nobody who waits for this flush may go on.
    const flushing = this.#apply(changes).then(
      () => {
        if (this.#flushing === flushing) this.#flushing = undefined;
      },
      (error: unknown) => {
        this.#onFailure(error);
        return new Promise<void>(() => undefined);
      },
    );
    this.#flushing = flushing;
    return flushing;
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    const touched = new Set<number>();
    for (const change of changes) {
      if (change.kind === 'append') {
        const descriptor = await this.#opened(change.file);
        await writeAll(descriptor, change.records.join(''));
        touched.add(descriptor);
      } else {
        // Appends before it must not become durable after it.
        await flushAll(touched);
        await this.#replace(change.file, change.content);
      }
    }
    await flushAll(touched);
  }

  /** The lines of a log file, after cutting off what a crash tore at its end. */
  #survivors(file: string): readonly string[] {
    this.#repaired.add(file);
    const path = join(this.#folder, file);
    const text = readIfThere(path);
    if (text === undefined) return [];
    const { lines, validBytes } = decodeRecords(text, path);
    // Else the next record would be glued to the torn one and be lost with it.
    if (validBytes < fs.statSync(path).size) fs.truncateSync(path, validBytes);
    return lines;
  }

  async #opened(file: string): Promise<number> {
    const known = this.#open.get(file);
    if (known !== undefined) return known;
    const path = join(this.#folder, file);
    const isNew = !fs.existsSync(path);
    if (!this.#repaired.has(file)) this.#survivors(file);
    const descriptor = fs.openSync(path, 'a');
    this.#open.set(file, descriptor);
    if (isNew) await this.#flushFolder();
    return descriptor;
  }

  async #replace(file: string, content: string): Promise<void> {
    const path = join(this.#folder, file);
    const descriptor = fs.openSync(`${path}.new`, 'w');
    try {
      await writeAll(descriptor, content);
      await flush(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(`${path}.new`, path);
    await this.#flushFolder();
    const old = this.#open.get(file);
    if (old === undefined) return;
    fs.closeSync(old);
    this.#open.delete(file);
  }

  /** A new name in a folder is durable only when the folder itself is. */
  async #flushFolder(): Promise<void> {
    const descriptor = fs.openSync(this.#folder, 'r');
    try {
      await flush(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  }
}

async function flushAll(descriptors: Set<number>): Promise<void> {
  for (const descriptor of descriptors) await flush(descriptor);
  descriptors.clear();
}

function flush(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

function writeAll(descriptor: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.writeFile(descriptor, text, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
