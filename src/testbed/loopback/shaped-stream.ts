/** Carries the bytes of one direction of a connection, as late and as broken as its link says. */
import type { Socket } from 'node:net';
import type { Random } from '../../base/prng.ts';
import type { DirectedLink } from './link.ts';

/** More than this held back, and the sender has to wait, as with a full window of TCP. */
const heldBytesMax = 1 << 20;

interface Parcel {
  readonly dueMs: number;
  /** Null: the sender has ended its side. */
  readonly bytes: Buffer | null;
}

export interface ShapedStreamOptions {
  readonly source: Socket;
  readonly sink: Socket;
  readonly link: DirectedLink;
  readonly random: Random;
  /** Breaks the connection at both ends. */
  readonly reset: () => void;
}

export class ShapedStream {
  readonly #options: ShapedStreamOptions;
  readonly #unwatch: () => void;
  readonly #queue: Parcel[] = [];
  #heldBytes = 0;
  #lineFreeAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The sender's end broke the connection; to be passed on when all before it was. */
  #isBroken = false;

  constructor(options: ShapedStreamOptions) {
    this.#options = options;
    const { source, link } = options;
    this.#unwatch = link.watch(() => {
      this.#goOn();
    });
    source.on('data', (bytes: Buffer) => {
      this.#take(bytes);
    });
    source.on('end', () => {
      this.#push([{ dueMs: this.#lastDueMs(), bytes: null }]);
    });
    source.on('error', () => {
      this.#isBroken = true;
    });
    source.on('close', () => {
      this.#goOn();
    });
  }

  close(): void {
    this.#unwatch();
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #take(bytes: Buffer): void {
    const { link, random, source } = this.#options;
    const fate = link.fateOf(bytes.length, random);
    if (fate.isReset) {
      this.#options.reset();
      return;
    }
    const nowMs = performance.now();
    this.#lineFreeAtMs = Math.max(this.#lineFreeAtMs, nowMs) + fate.lineMs;
    const dueMs = Math.max(this.#lineFreeAtMs + fate.extraMs, this.#lastDueMs());
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > heldBytesMax) source.pause();
    const step = Math.min(fate.sliceBytes, bytes.length);
    const parcels: Parcel[] = [];
    for (let at = 0; at < bytes.length; at += step)
      parcels.push({ dueMs, bytes: bytes.subarray(at, at + step) });
    if (parcels.length > 1) source.pause();
    this.#push(parcels);
  }

  /** Whoever waits already, for its time or for the link, goes on by itself. */
  #push(parcels: readonly Parcel[]): void {
    const wasEmpty = this.#queue.length === 0;
    this.#queue.push(...parcels);
    if (wasEmpty) this.#goOn();
  }

  #lastDueMs(): number {
    return this.#queue.at(-1)?.dueMs ?? 0;
  }

  /** Sends what is due. A slice takes a turn of the loop: else the kernel would join them again. */
  #goOn(): void {
    clearTimeout(this.#timer);
    const { source, sink, link } = this.#options;
    while (!link.isCut) {
      const [first] = this.#queue;
      if (first === undefined) {
        if (source.isPaused() && !source.destroyed) source.resume();
        if (this.#isBroken) this.#options.reset();
        return;
      }
      const waitMs = first.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#goOn();
        }, waitMs);
        return;
      }
      this.#queue.shift();
      if (first.bytes === null) sink.end();
      else if (this.#send(first.bytes)) return;
    }
  }

  /** True if the rest has to wait for its turn. */
  #send(bytes: Buffer): boolean {
    const { sink, link } = this.#options;
    this.#heldBytes -= bytes.length;
    if (!sink.destroyed) sink.write(bytes);
    const isSliced = link.effects.some(({ kind }) => kind === 'slice');
    if (!isSliced || this.#queue.length === 0) return false;
    this.#timer = setTimeout(() => {
      this.#goOn();
    }, 1);
    return true;
  }
}
