/**
 * A history in memory: one typed array per field, so that ten million events are a few
 * hundred megabytes and a checker's scan runs at memory speed. Millions of small objects
 * are not an option.
 */
export declare const eventTypes: readonly ['invoke', 'ok', 'fail', 'info'];
export declare const typeCode: {
  readonly invoke: 0;
  readonly ok: 1;
  readonly fail: 2;
  readonly info: 3;
};
/** `process` of the nemesis. */
export declare const nemesisProcess = -1;
/** In `pair`, `complete`: there is none. */
export declare const noEvent = -1;
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
/** Event columns that grow. */
export declare class GrowingColumns {
  #private;
  length: number;
  type: Uint8Array<ArrayBuffer>;
  process: Int32Array<ArrayBuffer>;
  f: Uint16Array<ArrayBuffer>;
  key: Int32Array<ArrayBuffer>;
  value: Int32Array<ArrayBuffer>;
  timeNs: Float64Array<ArrayBuffer>;
  pair: Int32Array<ArrayBuffer>;
  /** Makes room for one more row and returns its index. */
  push(): number;
  trimmed(): EventColumns;
}
