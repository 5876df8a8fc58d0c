/**
 * A history in memory: one typed array per field, so that ten million events are a few
 * hundred megabytes and a checker's scan runs at memory speed. Millions of small objects
 * are not an option.
 */

export const eventTypes = ['invoke', 'ok', 'fail', 'info'] as const;
export const typeCode = { invoke: 0, ok: 1, fail: 2, info: 3 } as const;

/** `process` of the nemesis. */
export const nemesisProcess = -1;
/** In `pair`, `complete`: there is none. */
export const noEvent = -1;

/** One row per event, in order. */
export interface EventColumns {
  /** An index into `eventTypes`. */
  readonly type: Uint8Array;
  readonly process: Int32Array;
  /** An index into `History.functions`. */
  readonly f: Uint16Array;
  /** A value id, or -1. */
  readonly key: Int32Array;
  readonly value: Int32Array;
  readonly timeNs: Float64Array;
  /** For an invocation its completion, for a completion its invocation, else -1. */
  readonly pair: Int32Array;
}

/** One row per client operation, in order of invocation. */
export interface OperationColumns {
  readonly count: number;
  /** Event index of the invocation. */
  readonly invoke: Int32Array;
  /** Event index of the completion, or -1 if it never completed. */
  readonly complete: Int32Array;
  /** `typeCode.ok`, `.fail` or `.info` (also for operations that never completed). */
  readonly outcome: Uint8Array;
  readonly process: Int32Array;
  readonly f: Uint16Array;
  /** Value ids, or -1. `input` is the invocation's value, `output` the completion's. */
  readonly key: Int32Array;
  readonly input: Int32Array;
  readonly output: Int32Array;
}

/**
 * From so many on, as many as were expected have room: memory that is not written costs nothing.
 * And it is memory that threads can share, for so much is slow to copy.
 */
const manyRows = 1 << 16;

/** Event columns that grow. */
export class GrowingColumns {
  #capacity = 1024;
  #expected = 0;
  length = 0;
  type: Uint8Array = new Uint8Array(this.#capacity);
  process: Int32Array = new Int32Array(this.#capacity);
  f: Uint16Array = new Uint16Array(this.#capacity);
  key: Int32Array = new Int32Array(this.#capacity);
  value: Int32Array = new Int32Array(this.#capacity);
  timeNs: Float64Array = new Float64Array(this.#capacity);
  pair: Int32Array = new Int32Array(this.#capacity);

  /** Makes room for one more row and returns its index. */
  push(): number {
    if (this.length === this.#capacity) this.#grow();
    this.length += 1;
    return this.length - 1;
  }

  /** How many there may be: if they become many, there is room for so many at once. */
  expect(count: number): void {
    this.#expected = count;
  }

  /** Just the rows that there are; not valid after the next `push`. */
  trimmed(): EventColumns {
    const end = this.length;
    return {
      type: this.type.subarray(0, end),
      process: this.process.subarray(0, end),
      f: this.f.subarray(0, end),
      key: this.key.subarray(0, end),
      value: this.value.subarray(0, end),
      timeNs: this.timeNs.subarray(0, end),
      pair: this.pair.subarray(0, end),
    };
  }

  #grow(): void {
    this.#capacity *= 2;
    if (this.#capacity > manyRows) this.#capacity = Math.max(this.#capacity, this.#expected);
    this.type = copied(this.type, new Uint8Array(this.#room(1)));
    this.process = copied(this.process, new Int32Array(this.#room(4)));
    this.f = copied(this.f, new Uint16Array(this.#room(2)));
    this.key = copied(this.key, new Int32Array(this.#room(4)));
    this.value = copied(this.value, new Int32Array(this.#room(4)));
    this.timeNs = copied(this.timeNs, new Float64Array(this.#room(8)));
    this.pair = copied(this.pair, new Int32Array(this.#room(4)));
  }

  #room(rowBytes: number): ArrayBufferLike {
    const bytes = this.#capacity * rowBytes;
    return this.#capacity > manyRows ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  }
}

function copied<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from);
  return to;
}
