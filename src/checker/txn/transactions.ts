/**
 * The transactions of a history in columns: one row per transaction, one per micro-operation.
 * Of a transaction that failed or whose outcome is unknown only its writes are kept: what it
 * read nobody knows.
 */
import { isArray, type Json } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { afterValue, itemCount } from '../../history/packed-values.ts';
import { isPackable, noValue, packedStart, type ValueTable } from '../../history/values.ts';
import { IntList } from './integers.ts';

export const readKind = 0;
export const writeKind = 1;

/** What makes a history unfit, wholly or in part. */
export interface Trouble {
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
  /** Of a write the id of its value in `elements`; of a read what `ReadStore` said. */
  readonly value: Int32Array;
  /** The transaction of each micro-operation. */
  readonly of: Int32Array;
  readonly keys: readonly Json[];
  readonly elements: ValueTable;
  readonly okCount: number;
  /** Transactions whose answer is to another question than was asked. */
  readonly mismatched: readonly number[];
  readonly troubles: readonly Trouble[];
}

/** Keeps what was read and gives it a number. */
export interface ReadStore {
  /** The name of the write in this kind of history: `append` or `w`. */
  readonly write: string;
  /**
   * @param tokens where a value begins at `at`
   * @returns undefined if this is nothing that can be read
   */
  store(key: number, tokens: Int32Array, at: number, microOperation: number): number | undefined;
}

const troublesMax = 8;

export function transactionsOf(
  history: History,
  makeReads: (elements: ValueTable) => ReadStore,
): Transactions {
  return new TransactionReader(history, makeReads(history.values)).read();
}

/** Names of micro-operations. */
const nameCode = { unknown: 0, read: 1, write: 2 } as const;
const nothing = -1;
/** The token of a micro-operation of three: name, key and value. */
const usualMicro = -4;

class TransactionReader {
  readonly #history: History;
  readonly #values: ValueTable;
  readonly #reads: ReadStore;
  /** The id of null. */
  readonly #null: number;
  readonly #keys: Json[] = [];
  /** By value id: the number of the key + 1; what a name means + 1. */
  #keyNumbers: Int32Array;
  #names: Uint8Array;
  readonly #kind: IntList;
  readonly #key: IntList;
  readonly #value: IntList;
  readonly #of: IntList;
  readonly #mismatched: number[] = [];
  readonly #troubles: Trouble[] = [];

  constructor(history: History, reads: ReadStore) {
    this.#history = history;
    this.#values = history.values;
    this.#reads = reads;
    this.#null = history.values.id(null);
    this.#keyNumbers = new Int32Array(history.values.size + 1);
    this.#names = new Uint8Array(256);
    const expected = history.operations.count * 3;
    this.#kind = new IntList(expected);
    this.#key = new IntList(expected);
    this.#value = new IntList(expected);
    this.#of = new IntList(expected);
  }

  read(): Transactions {
    const { operations } = this.#history;
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
      const asked = operations.input[at] ?? noValue;
      const answered = operations.output[at] ?? noValue;
      if (isOk) {
        okCount += 1;
        if (!this.#matches(asked, answered)) this.#mismatched.push(t);
      }
      const value = isOk ? answered : asked === noValue ? answered : asked;
      this.#add(t, isOk, value, operations.invoke[at] ?? 0);
    }
    first[row.length] = this.#kind.length;
    return {
      count: row.length,
      row,
      outcome: picked(operations.outcome, row),
      process: picked(operations.process, row),
      invoke: picked(operations.invoke, row),
      complete: picked(operations.complete, row),
      first,
      kind: new Uint8Array(this.#kind.trimmed()),
      key: this.#key.trimmed(),
      value: this.#value.trimmed(),
      of: this.#of.trimmed(),
      keys: this.#keys,
      elements: this.#values,
      okCount,
      mismatched: this.#mismatched,
      troubles: this.#troubles,
    };
  }

  #add(t: number, isOk: boolean, id: number, event: number): void {
    const start = this.#startOf(id);
    if (start === nothing) {
      const value = this.#values.value(id);
      const isEmpty = isArray(value) && value.length === 0;
      if (!isEmpty && (isOk || (value !== undefined && value !== null))) this.#unfit(event, value);
      return;
    }
    const { tokens } = this.#values.packed;
    let at = start + 1;
    for (let left = itemCount(tokens[start] ?? 0); left > 0; left -= 1) {
      if (!this.#addMicro(t, isOk, tokens, at)) this.#unfit(event, this.#values.unpacked(at));
      at = afterValue(tokens, at);
    }
  }

  /** False if the value that begins at `at` is no micro-operation. */
  #addMicro(t: number, isOk: boolean, tokens: Int32Array, at: number): boolean {
    const count = itemCount(tokens[at] ?? 0);
    if (count < 2) return false;
    const name = this.#nameOf(tokens[at + 1] ?? 0);
    if (name === nameCode.unknown) return false;
    const isRead = name === nameCode.read;
    if (isRead && !isOk) return true;
    const key = this.#keyOf(tokens, at + 2);
    const third = (tokens[at + 2] ?? 0) >= 0 ? at + 3 : afterValue(tokens, at + 2);
    const id = isRead
      ? this.#stored(key, tokens, count > 2 ? third : nothing)
      : this.#elementOf(tokens, count > 2 ? third : nothing);
    if (id === undefined) return false;
    this.#kind.push(isRead ? readKind : writeKind);
    this.#key.push(key);
    this.#value.push(id);
    this.#of.push(t);
    return true;
  }

  #stored(key: number, tokens: Int32Array, at: number): number | undefined {
    if (at !== nothing) return this.#reads.store(key, tokens, at, this.#kind.length);
    return this.#reads.store(key, Int32Array.of(this.#null), 0, this.#kind.length);
  }

  #elementOf(tokens: Int32Array, at: number): number {
    if (at === nothing) return this.#null;
    return idOfToken(this.#values, tokens, at);
  }

  /** Where the tokens of a transaction begin, or `nothing` if it is none. */
  #startOf(id: number): number {
    const start = packedStart(id);
    if (start !== -1) return start;
    const value = this.#values.value(id);
    // Not from a file: a value that was put in as it is.
    return value !== undefined && isPackable(value)
      ? packedStart(this.#values.pack(value))
      : nothing;
  }

  #nameOf(token: number): number {
    const known = this.#names[token] ?? 0;
    if (known !== 0) return known - 1;
    const name = nameOf(this.#values.value(token));
    const write = name === this.#reads.write ? nameCode.write : nameCode.unknown;
    const code = name === 'r' ? nameCode.read : write;
    if (token >= this.#names.length && code !== nameCode.unknown) {
      const grown = new Uint8Array(token * 2);
      grown.set(this.#names);
      this.#names = grown;
    }
    this.#names[token] = code + 1;
    return code;
  }

  /** The number of the key that begins at `at`. */
  #keyOf(tokens: Int32Array, at: number): number {
    const id = idOfToken(this.#values, tokens, at);
    if (id >= this.#keyNumbers.length) {
      const grown = new Int32Array(id * 2 + 16);
      grown.set(this.#keyNumbers);
      this.#keyNumbers = grown;
    }
    const known = this.#keyNumbers[id] ?? 0;
    if (known !== 0) return known - 1;
    const number = this.#keys.push(this.#values.value(id) ?? null);
    this.#keyNumbers[id] = number;
    return number - 1;
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
  #matches(asked: number, answered: number): boolean {
    if (asked === answered) return true;
    const [from, to] = [this.#startOf(asked), this.#startOf(answered)];
    if (from === nothing || to === nothing) return true;
    const { tokens } = this.#values.packed;
    if (tokens[from] !== tokens[to]) return false;
    let [a, b] = [from + 1, to + 1];
    for (let left = itemCount(tokens[from] ?? 0); left > 0; left -= 1) {
      // Three plain values each, and the same: the usual write. As the usual read has it, three
      // with another third one, or an array there.
      const name = tokens[a + 1] ?? 0;
      const isUsual =
        tokens[a] === usualMicro && tokens[b] === usualMicro && name >= 0 && tokens[b + 1] === name;
      const key = tokens[a + 2] ?? 0;
      if (isUsual && key >= 0 && tokens[b + 2] === key && (tokens[a + 3] ?? 0) >= 0) {
        const asked = tokens[a + 3];
        const isOpen = asked === this.#null || this.#nameOf(name) === nameCode.read;
        if (!isOpen && tokens[b + 3] !== asked) return false;
        a += 4;
        b = afterValue(tokens, b + 3);
        continue;
      }
      if (!this.#microMatches(tokens, a, b)) return false;
      a = afterValue(tokens, a);
      b = afterValue(tokens, b);
    }
    return true;
  }

  #microMatches(tokens: Int32Array, a: number, b: number): boolean {
    const [countA, countB] = [itemCount(tokens[a] ?? 0), itemCount(tokens[b] ?? 0)];
    if (countA < 2 || countB < 2) return true;
    const name = this.#nameOf(tokens[a + 1] ?? 0);
    if (tokens[a + 1] !== tokens[b + 1] && name !== this.#nameOf(tokens[b + 1] ?? 0)) return false;
    if (!sameValue(tokens, a + 2, b + 2)) return false;
    if (name === nameCode.read || countA < 3 || countB < 3) return true;
    const [askedAt, answeredAt] = [afterValue(tokens, a + 2), afterValue(tokens, b + 2)];
    // A written value that the invocation leaves open is for the client to choose.
    const isOpen = tokens[askedAt] === this.#null;
    return isOpen || sameValue(tokens, askedAt, answeredAt);
  }
}

function picked<Column extends Int32Array | Uint8Array>(from: Column, rows: Int32Array): Column {
  const to = from.slice(0, rows.length) as Column;
  for (let i = 0; i < rows.length; i += 1) to[i] = from[rows[i] ?? 0] ?? 0;
  return to;
}

/** The id of the value that begins at `at`; equal composites have one. */
export function idOfToken(values: ValueTable, tokens: Int32Array, at: number): number {
  const token = tokens[at] ?? 0;
  return token >= 0 ? token : values.internComposite(values.unpacked(at));
}

function sameValue(tokens: Int32Array, a: number, b: number): boolean {
  const length = afterValue(tokens, a) - a;
  for (let i = 0; i < length; i += 1) if (tokens[a + i] !== tokens[b + i]) return false;
  return true;
}

/** `r` or `append`; twins of EDN files may write them `:r` and `:append`. */
function nameOf(value: Json | undefined): string {
  if (value === 'r' || value === 'append' || value === 'w') return value;
  if (typeof value !== 'string') return '';
  return value.startsWith(':') ? value.slice(1) : value;
}
