/**
 * Sees for itself that a disk does what it was told: by a file on it that no listing shows,
 * through the kernel, as the node would see it. The file is struck always, whatever the
 * probability of a fault.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, TargetError } from '../../base/errors.ts';
import type { DiskEffect, DiskOperation } from '../../fault/disk.ts';
import type { NodeId } from '../../fault/fault.ts';
import { probeName } from './volume.ts';

const synced = Buffer.from('this was synced and must be there after a loss of power\n');
const unsynced = Buffer.from('this was not synced and must be gone after a loss of power\n');

/** What happens if an operation is tried; each on a file that was opened for it. */
const attempts: Readonly<Record<DiskOperation, (file: FileHandle) => Promise<unknown>>> = {
  read: (file) => file.read(Buffer.alloc(16), 0, 16, 0),
  write: (file) => file.write(Buffer.from('x'), 0, 1, 0),
  sync: (file) => file.sync(),
};

export class DiskProbe {
  readonly #node: NodeId;
  readonly #path: string;

  constructor(node: NodeId, dataFolder: string) {
    this.#node = node;
    this.#path = join(dataFolder, probeName);
  }

  /** What is written is there. @throws TargetError if not. */
  async works(): Promise<void> {
    try {
      await this.#withFile(async (file) => {
        await file.truncate(0);
        await file.write(synced, 0, synced.length, 0);
        await file.sync();
      });
      const found = await this.#content();
      if (!found.equals(synced)) throw new Error('a file has not the content that was written');
    } catch (cause) {
      throw new TargetError(`the disk of ${this.#node} does not work: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  /** Says what was seen of an effect that was set. @throws TargetError if it does not show. */
  async shows(effect: DiskEffect): Promise<string> {
    switch (effect.kind) {
      case 'eio':
        for (const operation of effect.operations) await this.#fails(operation, 'EIO');
        return `${effect.operations.join(', ')} seen to fail (EIO)`;
      case 'enospc':
        await this.#withFile((file) => file.truncate(0));
        await this.#fails('write', 'ENOSPC');
        return 'a write seen to find no space (ENOSPC)';
      case 'slow': {
        const startMs = performance.now();
        await this.#withFile((file) => file.sync());
        const tookMs = performance.now() - startMs;
        // A timer may be early by the rounding of a millisecond.
        if (tookMs < effect.delayMs - 1)
          throw this.#failure(`an fsync took ${tookMs.toFixed(1)} ms, less than ${effect.delayMs}`);
        return `an fsync seen to take ${tookMs.toFixed(1)} ms`;
      }
      case 'bitflip': {
        const wrong = bitsApart(await this.#content(), synced);
        if (wrong !== 1) throw this.#failure(`a read had ${wrong} wrong bits instead of 1`);
        return 'a read seen to have a wrong bit';
      }
    }
  }

  async beforeLoss(): Promise<void> {
    await this.works();
    await this.#withFile((file) => file.write(unsynced, 0, unsynced.length, 0));
    const found = await this.#content();
    if (!found.equals(unsynced)) throw this.#failure('a write is not seen by a read');
  }

  async afterLoss(): Promise<void> {
    const found = await this.#content();
    if (!found.equals(synced))
      throw this.#failure('after a loss of power a file is not as it was at its last fsync');
  }

  async #fails(operation: DiskOperation, code: string): Promise<void> {
    const seen = await this.#withFile(attempts[operation]).then(
      () => 'nothing',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );
    if (seen !== code) throw this.#failure(`a ${operation} met ${String(seen)} instead of ${code}`);
  }

  async #content(): Promise<Buffer> {
    return this.#withFile((file) => file.readFile());
  }

  /** Opened anew each time: then the kernel remembers nothing of the content. */
  async #withFile<T>(use: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await open(this.#path, 'r+');
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  #failure(why: string): TargetError {
    return new TargetError(`the fault of the disk of ${this.#node} did not take hold: ${why}`);
  }
}

function bitsApart(a: Buffer, b: Buffer): number {
  let count = Math.abs(a.length - b.length) * 8;
  for (let i = 0; i < Math.min(a.length, b.length); i += 1)
    for (let rest = a.readUInt8(i) ^ b.readUInt8(i); rest > 0; rest &= rest - 1) count += 1;
  return count;
}
