/**
 * The transactions of a history in columns: one row per transaction, one per micro-operation.
 * Of a transaction that failed or whose outcome is unknown only its writes are kept: what it
 * read nobody knows.
 */
import { canonical, isArray, type Json } from '../../base/json.ts';
import { noEvent, typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { noValue } from '../../history/values.ts';
import { Interner, IntList } from './interner.ts';

export const readKind = 0;
export const writeKind = 1;

/** What makes a history unfit, wholly or in part. */
interface Trouble {
  /** Event index of the invocation, or -1. */
  readonly event: number;
  readonly message: string;
}

export interface Transactions {
  readonly count: number;
  /** Rows of `History.operations`. */
  readonly row: Int32Array;
  /** `typeCode.ok`, `.fail` or `.info`. */
  readonly outcome: Uint8Array;
  readonly process: Int32Array;
  readonly invoke: Int32Array;
  /** Event index of the completion, or -1. */
  readonly complete: Int32Array;
  /** The micro-operations of transaction t are those from `first[t]` up to `first[t + 1]`. */
  readonly first: Int32Array;
  readonly kind: Uint8Array;
  /** Numbers in `keys`. */
  readonly key: Int32Array;
  /** Of a write the number of its value in `elements`; of a read what `ReadStore` said. */
  readonly value: Int32Array;
  /** The transaction of each micro-operation. */
  readonly of: Int32Array;
  readonly keys: readonly Json[];
  readonly elements: Interner;
  readonly okCount: number;
  /** Transactions whose answer is to another question than was asked. */
  readonly mismatched: readonly number[];
  readonly troubles: readonly Trouble[];
}

/** Keeps what was read and gives it a number. */
export interface ReadStore {
  /** The name of the write in this kind of history: `append` or `w`. */
  readonly write: string;
  /** @returns undefined if this is nothing that can be read */
  store(key: number, value: Json, elements: Interner, microOperation: number): number | undefined;
}

const troublesMax = 8;

export function transactionsOf(history: History, reads: ReadStore): Transactions {
  return new TransactionReader(history, reads).read();
}

class TransactionReader {
  readonly #history: History;
  readonly #reads: ReadStore;
  readonly #keys = new Interner();
  readonly #elements = new Interner();
  readonly #kind: IntList;
  readonly #key: IntList;
  readonly #value: IntList;
  readonly #of: IntList;
  readonly #mismatched: number[] = [];
  readonly #troubles: Trouble[] = [];

  constructor(history: History, reads: ReadStore) {
    this.#history = history;
    this.#reads = reads;
    const expected = history.operations.count * 3;
    this.#kind = new IntList(expected);
    this.#key = new IntList(expected);
    this.#value = new IntList(expected);
    this.#of = new IntList(expected);
  }

  read(): Transactions {
    const { operations, values } = this.#history;
    const txn = this.#history.functionId('txn');
    const rows = new IntList(operations.count);
    for (let row = 0; row < operations.count; row += 1)
      if (operations.f[row] === txn) rows.push(row);
    const row = rows.trimmed();
    const first = new Int32Array(row.length + 1);
    let okCount = 0;
    for (let t = 0; t < row.length; t += 1) {
      const at = row[t] ?? 0;
      first[t] = this.#kind.length;
      const isOk = operations.outcome[at] === typeCode.ok;
      const asked = values.value(operations.input[at] ?? noValue);
      const answered = values.value(operations.output[at] ?? noValue);
      if (isOk) {
        okCount += 1;
        if (!this.#matches(asked, answered)) this.#mismatched.push(t);
      }
      this.#add(t, isOk, isOk ? answered : (asked ?? answered), operations.invoke[at] ?? 0);
    }
    first[row.length] = this.#kind.length;
    const pick = (column: Int32Array): Int32Array => row.map((at) => column[at] ?? 0);
    return {
      count: row.length,
      row,
      outcome: Uint8Array.from(row, (at) => operations.outcome[at] ?? 0),
      process: pick(operations.process),
      invoke: pick(operations.invoke),
      complete: row.map((at) => operations.complete[at] ?? noEvent),
      first,
      kind: Uint8Array.from(this.#kind.trimmed()),
      key: this.#key.trimmed(),
      value: this.#value.trimmed(),
      of: this.#of.trimmed(),
      keys: this.#keys.values,
      elements: this.#elements,
      okCount,
      mismatched: this.#mismatched,
      troubles: this.#troubles,
    };
  }

  #add(t: number, isOk: boolean, value: Json | undefined, event: number): void {
    if (!isArray(value)) {
      if (isOk || (value !== undefined && value !== null)) this.#unfit(event, value);
      return;
    }
    for (const operation of value) {
      if (!isArray(operation) || operation.length < 2) {
        this.#unfit(event, operation);
        continue;
      }
      const name = nameOf(operation[0]);
      if (name !== 'r' && name !== this.#reads.write) {
        this.#unfit(event, operation);
        continue;
      }
      const isRead = name === 'r';
      if (isRead && !isOk) continue;
      const key = this.#keys.id(operation[1] ?? null);
      const what = operation[2] ?? null;
      const id = isRead
        ? this.#reads.store(key, what, this.#elements, this.#kind.length)
        : this.#elements.id(what);
      if (id === undefined) {
        this.#unfit(event, operation);
        continue;
      }
      this.#kind.push(isRead ? readKind : writeKind);
      this.#key.push(key);
      this.#value.push(id);
      this.#of.push(t);
    }
  }

  #unfit(event: number, found: Json | undefined): void {
    if (this.#troubles.length >= troublesMax) return;
    const { write } = this.#reads;
    this.#troubles.push({
      event,
      message: `event ${event}: expected micro-operations ["r", key, ${write === 'append' ? '[…]' : 'value'}] and ["${write}", key, value], found ${found === undefined ? 'no value' : JSON.stringify(found).slice(0, 120)}`,
    });
  }

  /** Whether the answer has the operations, keys and written values that were asked for. */
  #matches(asked: Json | undefined, answered: Json | undefined): boolean {
    if (asked === answered || !isArray(asked) || !isArray(answered)) return true;
    if (asked.length !== answered.length) return false;
    for (let i = 0; i < asked.length; i += 1) {
      const [a, b] = [asked[i], answered[i]];
      if (a === b || !isArray(a) || !isArray(b)) continue;
      if (a[0] !== b[0] && nameOf(a[0]) !== nameOf(b[0])) return false;
      if (!same(a[1], b[1])) return false;
      // A written value that the invocation leaves open is for the client to choose.
      const isWrite = nameOf(a[0]) !== 'r' && (a[2] ?? null) !== null;
      if (isWrite && !same(a[2], b[2])) return false;
    }
    return true;
  }
}

/** `r` or `append`; twins of EDN files may write them `:r` and `:append`. */
function nameOf(value: Json | undefined): string {
  if (value === 'r' || value === 'append' || value === 'w') return value;
  if (typeof value !== 'string') return '';
  return value.startsWith(':') ? value.slice(1) : value;
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return canonical(a) === canonical(b);
}
