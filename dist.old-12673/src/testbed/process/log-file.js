/** A file that grows: a node's output, the journal of the network. */
import { createWriteStream } from 'node:fs';
import { TargetError } from '../../base/errors.js';
export class LogFile {
  path;
  #failed;
  #stream;
  #state = 'open';
  /**
   * The file is made at the first write, or by `open`. `failed` hears once of a disk that is
   * full or gone; from then on nothing is written.
   */
  constructor(path, failed) {
    this.path = path;
    this.#failed = failed;
  }
  /** Bytes that wait for the disk. */
  get waitingBytes() {
    return this.#stream?.writableLength ?? 0;
  }
  /** Makes the file even if nothing will be written; its folder must be there. */
  open() {
    this.#stream ??= this.#openStream();
    return this.#stream;
  }
  write(chunk) {
    if (this.#state === 'open') this.open().write(chunk);
  }
  /** Writes, and has `source` wait while the disk is slower than it. */
  writeFrom(source, chunk) {
    this.write(chunk);
    const stream = this.#stream;
    if (this.#state !== 'open' || stream?.writableNeedDrain !== true) return;
    source.pause();
    // 'close' comes after an error too.
    const goOn = () => {
      stream.off('drain', goOn);
      stream.off('close', goOn);
      source.resume();
    };
    stream.on('drain', goOn);
    stream.on('close', goOn);
  }
  /** Resolves when all is on the disk. Safe to call twice. */
  async close() {
    if (this.#state === 'open') this.#state = 'closed';
    const stream = this.#stream;
    if (stream === undefined || stream.closed) return;
    await new Promise((resolve) => {
      stream.once('close', resolve);
      stream.end();
    });
  }
  #openStream() {
    const stream = createWriteStream(this.path, { flags: 'a' });
    stream.on('error', (error) => {
      if (this.#state === 'broken') return;
      this.#state = 'broken';
      this.#failed(new TargetError(`cannot write ${this.path}: ${error.message}`));
    });
    return stream;
  }
}
