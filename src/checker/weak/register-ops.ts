/**
 * A register history for the weaker models: who read from whom.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `write` | the value; all writes of one key are distinct | – |
 * | `read` | null | the value |
 * | `cas` | `[from, to]`; `to` is a write like any other | – |
 *
 * A cas that succeeded is a read of `from` and a write of `to` at one point: an update. As a read
 * it is judged where it is the process's own, and everywhere where a model has one order for all.
 * One that was answered `false` is a guard: it found another value than `from` and changed
 * nothing. Which one it found nobody knows, so guards are no operations here: see `guards.ts`.
 *
 * With distinct values each read has one write that it can have read from, and most models
 * become questions about graphs (Bouajjani, Enea, Guerraoui and Hamza, "On verifying causal
 * consistency", POPL 2017). Operations that failed are left out; so are reads of unknown
 * outcome, and writes and updates of unknown outcome that nobody read: leaving them out of an
 * order that explains the rest leaves an order that explains the rest.
 */
import { canonical, isArray, type Json } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { noValue } from '../../history/values.ts';

/** Where `from` has no write: the read saw the value that was there at the start. */
export const initialWrite = -1;
/** Of a plain write: it reads from nobody. */
export const isWrite = -2;
/** The read saw a value that no other operation that took effect can have written. */
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
  /** The operation that a read or update read from, or `initialWrite`, `isWrite`, `thinAir`. */
  readonly from: Int32Array;
  /** 1 of writes and updates. */
  readonly writes: Uint8Array;
  /** Both count updates. */
  readonly readCount: number;
  readonly writeCount: number;
  readonly updateCount: number;
  /** Rows of refused cas of a value that may have been there; others say nothing. */
  readonly guards: readonly number[];
}

/** The history is not one of a register with distinct values. */
export interface NotRegister {
  readonly why: string;
}

/** By row of a guard: the row of the write whose value it is taken to have found, or `initialWrite`. */
type GuardSources = ReadonlyMap<number, number>;

/**
 * @param initial what a read sees before any write; `null` is taken as that too
 * @param found guards that are taken for reads of that
 */
export function registerOps(
  history: History,
  initial: Json = null,
  found: GuardSources = new Map(),
): RegisterOps | NotRegister {
  const all = history.operations;
  const shapes = shapesOf(history);
  if ('why' in shapes) return shapes;
  const initialText = canonical(initial);
  for (const [row, source] of found)
    shapes.read[row] = shapes.written[source] ?? nameOf(all.key[row] ?? noValue, initialText);
  const known = writersOf(history, shapes, initialText);
  if ('why' in known) return known;
  const { writers } = known;
  // Of writes and updates of unknown outcome only those that somebody read who is kept himself.
  const kept = new Set<number>();
  const open: number[] = [];
  const keep = (row: number): void => {
    if (kept.has(row)) return;
    kept.add(row);
    open.push(row);
  };
  const says = (row: number): boolean => shapes.avoided[row] === undefined || found.has(row);
  for (let row = 0; row < all.count; row += 1)
    if (all.outcome[row] === typeCode.ok && says(row)) keep(row);
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    const name = shapes.read[row];
    const writer = name === undefined ? undefined : writers.get(name);
    if (writer !== undefined) keep(writer);
  }
  const mayBeThere = (name: string, row: number): boolean =>
    writers.has(name) || name === nameOf(all.key[row] ?? noValue, initialText);
  const guards = shapes.avoided.flatMap((name, row) =>
    name !== undefined && !found.has(row) && mayBeThere(name, row) ? [row] : [],
  );
  const columns = columnsOf(
    history,
    [...kept].toSorted((a, b) => a - b),
    shapes,
    (row) => {
      const name = shapes.read[row];
      if (name === undefined) return isWrite;
      const writer = writers.get(name);
      if (writer !== undefined && writer !== row) return writer;
      return name === nameOf(all.key[row] ?? noValue, initialText) ? initialWrite : thinAir;
    },
  );
  return { ...columns, guards };
}

/** By row: the key and value that it reads, that it writes, that it did not find; or undefined. */
interface Shapes {
  readonly read: (string | undefined)[];
  readonly written: readonly (string | undefined)[];
  readonly avoided: readonly (string | undefined)[];
}

function nameOf(key: number, text: string): string {
  return `${key} ${text}`;
}

function shapesOf(history: History): Shapes | NotRegister {
  const all = history.operations;
  const [readId, writeId, casId] = ['read', 'write', 'cas'].map((f) => history.functionId(f));
  const read: (string | undefined)[] = Array.from({ length: all.count });
  const written: (string | undefined)[] = Array.from({ length: all.count });
  const avoided: (string | undefined)[] = [];
  for (let row = 0; row < all.count; row += 1) {
    // It certainly did not happen, whatever it was.
    if (all.outcome[row] === typeCode.fail) continue;
    const key = all.key[row] ?? noValue;
    const input = history.values.value(all.input[row] ?? noValue) ?? null;
    const event = all.invoke[row] ?? 0;
    if (all.f[row] === readId) {
      const output = history.values.value(all.output[row] ?? noValue) ?? null;
      if (all.outcome[row] === typeCode.ok) read[row] = nameOf(key, canonical(output));
    } else if (all.f[row] === writeId) written[row] = nameOf(key, canonical(input));
    else if (all.f[row] === casId) {
      if (!isArray(input) || input.length !== 2)
        return { why: `event ${event} is a cas of ${canonical(input)}, not of [from, to]` };
      const from = nameOf(key, canonical(input[0] ?? null));
      if (isRefused(history, row)) {
        avoided[row] = from;
        continue;
      }
      read[row] = from;
      written[row] = nameOf(key, canonical(input[1] ?? null));
    } else {
      const f = history.functions[all.f[row] ?? 0] ?? '';
      return { why: `event ${event} is a ${f}; only read, write and cas are judged` };
    }
  }
  return { read, written, avoided };
}

/** Of a cas: whether it completed and said no. */
function isRefused({ operations: { outcome, output }, values }: History, row: number): boolean {
  return outcome[row] === typeCode.ok && values.value(output[row] ?? noValue) === false;
}

/** Who wrote a value of a key. */
function writersOf(
  history: History,
  { written }: Shapes,
  initialText: string,
): { readonly writers: ReadonlyMap<string, number> } | NotRegister {
  const all = history.operations;
  const writers = new Map<string, number>();
  for (const [row, name] of written.entries()) {
    if (name === undefined) continue;
    const text = name.slice(name.indexOf(' ') + 1);
    const known = writers.get(name);
    if (known !== undefined)
      return {
        why: `${text} is written twice (events ${all.invoke[known] ?? 0} and ${all.invoke[row] ?? 0}); values must be distinct`,
      };
    if (text === initialText)
      return { why: `event ${all.invoke[row] ?? 0} writes ${text}, the value at the start` };
    writers.set(name, row);
  }
  return { writers };
}

function columnsOf(
  history: History,
  kept: readonly number[],
  shapes: Shapes,
  sourceOf: (row: number) => number,
): Omit<RegisterOps, 'guards'> {
  const all = history.operations;
  const count = kept.length;
  const opOf = new Map(kept.map((row, op) => [row, op]));
  const keys = new Map<number, number>();
  const from = new Int32Array(count);
  const key = new Int32Array(count);
  const writes = new Uint8Array(count);
  let [readCount, writeCount] = [0, 0];
  for (const [op, row] of kept.entries()) {
    const id = all.key[row] ?? noValue;
    const dense = keys.get(id) ?? keys.size;
    keys.set(id, dense);
    key[op] = dense;
    const source = sourceOf(row);
    from[op] = source < 0 ? source : (opOf.get(source) ?? thinAir);
    if (source !== isWrite) readCount += 1;
    if (shapes.written[row] === undefined) continue;
    writes[op] = 1;
    writeCount += 1;
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
    writes,
    readCount,
    writeCount,
    updateCount: readCount + writeCount - count,
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
  const [reads, writes] = [ops.from[op] !== isWrite, ops.writes[op] === 1];
  const key = opKey(ops, op);
  const object = key === undefined ? '' : `key ${canonical(key)}, `;
  const value = ops.history.values.value((writes ? input[row] : output[row]) ?? noValue) ?? null;
  const what =
    reads && writes && isArray(value)
      ? `cas from ${canonical(value[0] ?? null)} to ${canonical(value[1] ?? null)}`
      : `${writes ? 'write' : 'read'} of ${canonical(value)}`;
  return `process ${ops.process[op] ?? 0}'s ${what} (${object}event ${eventOf(ops, op)})`;
}

/** Of a read or update that found what nobody wrote. */
export function thinAirText(ops: RegisterOps, read: number): string {
  const found = ops.writes[read] === 1 ? 'needed to find' : 'returned';
  return `Nobody wrote what ${opText(ops, read)} ${found}, or the write failed.`;
}
