/** A file that grows: a node's output, the journal of the network. */
import { type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { TargetError } from '../../base/errors.ts';
export declare class LogFile {
  #private;
  readonly path: string;
  /**
   * The file is made at the first write, or by `open`. `failed` hears once of a disk that is
   * full or gone; from then on nothing is written.
   */
  constructor(path: string, failed: (error: TargetError) => void);
  /** Bytes that wait for the disk. */
  get waitingBytes(): number;
  /** Makes the file even if nothing will be written; its folder must be there. */
  open(): WriteStream;
  write(chunk: string | Buffer): void;
  /** Writes, and has `source` wait while the disk is slower than it. */
  writeFrom(source: Readable, chunk: Buffer): void;
  /** Resolves when all is on the disk. Safe to call twice. */
  close(): Promise<void>;
}
