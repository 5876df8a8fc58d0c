/**
 * Jute, the encoding of ZooKeeper's protocol: numbers are big-endian, texts and bytes have
 * their length before them, a vector has its count before it.
 */

export class JuteWriter {
  readonly #parts: Buffer[] = [];

  int(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    this.#parts.push(part);
    return this;
  }

  long(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(value);
    this.#parts.push(part);
    return this;
  }

  bool(value: boolean): this {
    this.#parts.push(Buffer.from([value ? 1 : 0]));
    return this;
  }

  bytes(value: Buffer): this {
    this.int(value.length);
    this.#parts.push(value);
    return this;
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value));
  }

  /** The whole, with its length before it, as it travels. */
  frame(): Buffer {
    const body = Buffer.concat(this.#parts);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length);
    return Buffer.concat([length, body]);
  }
}

/** Reads in order. @throws RangeError past the end */
export class JuteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int(): number {
    const value = this.#bytes.readInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  long(): bigint {
    const value = this.#bytes.readBigInt64BE(this.#at);
    this.#at += 8;
    return value;
  }

  /** A length of -1 stands for null, which is empty here. */
  bytes(): Buffer {
    const length = Math.max(0, this.int());
    if (this.#at + length > this.#bytes.length)
      throw new RangeError(`${length} bytes were announced, and they are not there`);
    const value = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  text(): string {
    return this.bytes().toString();
  }

  texts(): readonly string[] {
    return Array.from({ length: Math.max(0, this.int()) }, () => this.text());
  }
}

/** The frames that are whole in `received`, and what is left of it. */
export function framesIn(received: Buffer): {
  readonly frames: readonly Buffer[];
  readonly rest: Buffer;
} {
  const frames: Buffer[] = [];
  let at = 0;
  while (received.length >= at + 4) {
    const end = at + 4 + received.readInt32BE(at);
    if (received.length < end) break;
    frames.push(received.subarray(at + 4, end));
    at = end;
  }
  return { frames, rest: received.subarray(at) };
}
