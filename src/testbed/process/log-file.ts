/**
 * A file that grows: a node's output, the journal of the network. Of a node's output it can note
 * when each part came, in a file beside it (`stderr.times` of `stderr.log`): lines of
 * `<byte offset> <ns since the run began>`. The log itself stays as the node wrote it.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { TargetError } from '../../base/errors.ts';

/** Parts that come within this time share one note. */
const noteNs = 1_000_000;

export class LogFile {
  readonly path: string;
  readonly #nowNs: (() => number) | undefined;
  readonly #times: LogFile | undefined;
  #sizeBytes = 0;
  #notedNs = -Infinity;
  readonly #failed: (error: TargetError) => void;
  #stream: WriteStream | undefined;
  #state: 'open' | 'broken' | 'closed' = 'open';

  /**
   * The file is made at the first write, or by `open`. `failed` hears once of a disk that is
   * full or gone; from then on nothing is written. With `nowNs` (of a new file) times are noted.
   */
  constructor(path: string, failed: (error: TargetError) => void, nowNs?: () => number) {
    this.path = path;
    this.#failed = failed;
    this.#nowNs = nowNs;
    if (nowNs !== undefined) this.#times = new LogFile(path.replace(/\.log$/, '.times'), failed);
  }

  /** Bytes that wait for the disk. */
  get waitingBytes(): number {
    return this.#stream?.writableLength ?? 0;
  }

  /** Makes the file even if nothing will be written; its folder must be there. */
  open(): WriteStream {
    this.#stream ??= this.#openStream();
    return this.#stream;
  }

  write(chunk: string | Buffer): void {
    if (this.#state !== 'open') return;
    this.#noteTime(chunk);
    this.open().write(chunk);
  }

  /** Writes, and has `source` wait while the disk is slower than it. */
  writeFrom(source: Readable, chunk: Buffer): void {
    this.write(chunk);
    const stream = this.#stream;
    if (this.#state !== 'open' || stream?.writableNeedDrain !== true) return;
    source.pause();
    // 'close' comes after an error too.
    const goOn = (): void => {
      stream.off('drain', goOn);
      stream.off('close', goOn);
      source.resume();
    };
    stream.on('drain', goOn);
    stream.on('close', goOn);
  }

  /** Resolves when all is on the disk. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closed';
    await this.#times?.close();
    const stream = this.#stream;
    if (stream === undefined || stream.closed) return;
    await new Promise<void>((resolve) => {
      stream.once('close', resolve);
      stream.end();
    });
  }

  #noteTime(chunk: string | Buffer): void {
    if (this.#nowNs === undefined) return;
    const nowNs = this.#nowNs();
    if (nowNs - this.#notedNs >= noteNs) {
      this.#times?.write(`${this.#sizeBytes} ${Math.round(nowNs)}\n`);
      this.#notedNs = nowNs;
    }
    this.#sizeBytes += Buffer.byteLength(chunk);
  }

  #openStream(): WriteStream {
    const stream = createWriteStream(this.path, { flags: 'a' });
    stream.on('error', (error) => {
      if (this.#state === 'broken') return;
      this.#state = 'broken';
      this.#failed(new TargetError(`cannot write ${this.path}: ${error.message}`));
    });
    return stream;
  }
}
