/**
 * A register history for the weaker models: who read from whom.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `write` | the value; all writes of one key are distinct | – |
 * | `read` | null | the value |
 *
 * With distinct values each read has one write that it can have read from, and most models
 * become questions about graphs (Bouajjani, Enea, Guerraoui and Hamza, "On verifying causal
 * consistency", POPL 2017). Operations that failed are left out; so are reads of unknown
 * outcome, and writes of unknown outcome that nobody read: leaving them out of an order that
 * explains the rest leaves an order that explains the rest.
 */
import { canonical, type Json } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { noValue } from '../../history/values.ts';

/** Where `from` has no write: the read saw the value that was there at the start. */
export const initialWrite = -1;
/** Of a write: it reads from nobody. */
export const isWrite = -2;
/** The read saw a value that no write that took effect can have written. */
export const thinAir = -3;

/** Columns by operation, in order of invocation. */
export interface RegisterOps {
  readonly history: History;
  readonly count: number;
  /** Row of `History.operations`. */
  readonly row: Int32Array;
  readonly process: Int32Array;
  /** Event indices; Infinity in `returned` if the outcome is unknown. */
  readonly invoked: Float64Array;
  readonly returned: Float64Array;
  /** Dense key numbers. */
  readonly key: Int32Array;
  readonly keyCount: number;
  /** The operation that a read read from, or `initialWrite`, `isWrite`, `thinAir`. */
  readonly from: Int32Array;
  readonly readCount: number;
  readonly writeCount: number;
}

/** The history is not one of a register with distinct values. */
export interface NotRegister {
  readonly why: string;
}

/** @param initial what a read sees before any write; `null` is taken as that too */
export function registerOps(history: History, initial: Json = null): RegisterOps | NotRegister {
  const all = history.operations;
  const [readId, writeId] = [history.functionId('read'), history.functionId('write')];
  const writers = new Map<string, number>();
  const wanted = new Set<string>();
  const nameOf = (row: number, value: number): string =>
    `${all.key[row] ?? noValue} ${canonical(history.values.value(value) ?? null)}`;
  const initialText = canonical(initial);
  for (let row = 0; row < all.count; row += 1) {
    const outcome = all.outcome[row];
    if (all.f[row] === readId) {
      if (outcome === typeCode.ok) wanted.add(nameOf(row, all.output[row] ?? noValue));
      continue;
    }
    if (all.f[row] !== writeId) {
      // It certainly did not happen, whatever it was.
      if (outcome === typeCode.fail) continue;
      const f = history.functions[all.f[row] ?? 0] ?? '';
      return { why: `event ${all.invoke[row] ?? 0} is a ${f}; only read and write are judged` };
    }
    const name = nameOf(row, all.input[row] ?? noValue);
    if (outcome === typeCode.fail) continue;
    const text = canonical(history.values.value(all.input[row] ?? noValue) ?? null);
    const known = writers.get(name);
    if (known !== undefined)
      return {
        why: `${text} is written twice (events ${all.invoke[known] ?? 0} and ${all.invoke[row] ?? 0}); values must be distinct`,
      };
    if (text === initialText)
      return { why: `event ${all.invoke[row] ?? 0} writes ${text}, the value at the start` };
    writers.set(name, row);
  }
  // Of writes of unknown outcome only those that somebody read.
  const kept = rowsWhere(history, (row) => {
    if (all.outcome[row] === typeCode.fail) return false;
    if (all.outcome[row] === typeCode.ok) return true;
    return all.f[row] === writeId && wanted.has(nameOf(row, all.input[row] ?? noValue));
  });
  return columnsOf(history, kept, (row) => {
    if (all.f[row] === writeId) return isWrite;
    const output = history.values.value(all.output[row] ?? noValue) ?? null;
    const writer = writers.get(nameOf(row, all.output[row] ?? noValue));
    if (writer !== undefined) return writer;
    return canonical(output) === initialText ? initialWrite : thinAir;
  });
}

function rowsWhere(history: History, isKept: (row: number) => boolean): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < history.operationCount; row += 1) if (isKept(row)) rows.push(row);
  return rows;
}

function columnsOf(
  history: History,
  kept: readonly number[],
  sourceOf: (row: number) => number,
): RegisterOps {
  const all = history.operations;
  const count = kept.length;
  const opOf = new Map(kept.map((row, op) => [row, op]));
  const keys = new Map<number, number>();
  const from = new Int32Array(count);
  const key = new Int32Array(count);
  let writeCount = 0;
  for (const [op, row] of kept.entries()) {
    const id = all.key[row] ?? noValue;
    const dense = keys.get(id) ?? keys.size;
    keys.set(id, dense);
    key[op] = dense;
    const source = sourceOf(row);
    from[op] = source < 0 ? source : (opOf.get(source) ?? thinAir);
    if (source === isWrite) writeCount += 1;
  }
  return {
    history,
    count,
    row: Int32Array.from(kept),
    process: Int32Array.from(kept, (row) => all.process[row] ?? 0),
    invoked: Float64Array.from(kept, (row) => all.invoke[row] ?? 0),
    returned: Float64Array.from(kept, (row) =>
      all.outcome[row] === typeCode.ok ? (all.complete[row] ?? 0) : Number.POSITIVE_INFINITY,
    ),
    key,
    keyCount: keys.size,
    from,
    readCount: count - writeCount,
    writeCount,
  };
}

/** Operations of each process in its order, which is that of invocation. */
export function sessionsOf(ops: RegisterOps): readonly (readonly number[])[] {
  const sessions = new Map<number, number[]>();
  for (let op = 0; op < ops.count; op += 1) {
    const process = ops.process[op] ?? 0;
    const session = sessions.get(process);
    if (session === undefined) sessions.set(process, [op]);
    else session.push(op);
  }
  return [...sessions.values()];
}

/** Event index of the invocation. */
export function eventOf(ops: RegisterOps, op: number): number {
  return ops.invoked[op] ?? 0;
}

export function opKey(ops: RegisterOps, op: number): Json | undefined {
  return ops.history.values.value(ops.history.operations.key[ops.row[op] ?? 0] ?? noValue);
}

/** `process 3's read of 5 (key "x", event 12)`. */
export function opText(ops: RegisterOps, op: number): string {
  const row = ops.row[op] ?? 0;
  const { input, output } = ops.history.operations;
  const writes = ops.from[op] === isWrite;
  const id = (writes ? input[row] : output[row]) ?? noValue;
  const key = opKey(ops, op);
  const object = key === undefined ? '' : `key ${canonical(key)}, `;
  const value = canonical(ops.history.values.value(id) ?? null);
  return `process ${ops.process[op] ?? 0}'s ${writes ? 'write' : 'read'} of ${value} (${object}event ${eventOf(ops, op)})`;
}
