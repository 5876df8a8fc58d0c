/**
 * Who read whose write, in a history of registers whose written values are unique per key.
 *
 * Values that nobody wrote are taken for the initial one only where they look like one (0, an
 * empty text, false) and the key was never seen with another initial value.
 */
import type { Json } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import type { ValueTable } from '../../history/values.ts';
import { finalWrites } from './append-versions.ts';
import { PairTable } from './integers.ts';
import {
  idOfToken,
  type ReadStore,
  readKind,
  type Transactions,
  transactionsOf,
  writeKind,
} from './transactions.ts';

/** In `source`: the initial value; a value that nobody wrote. */
export const initial = -2;
export const unwritten = -1;
/** In `source`: the key is ambiguous, or this is a write. */
export const unknownSource = -3;

export interface RegisterHistory {
  readonly transactions: Transactions;
  /** Per read the write (a micro-operation) that it shows, `initial`, `unwritten` or `unknownSource`. */
  readonly source: Int32Array;
  /** 1 for reads that come before any write of their transaction to the key, and before other reads of it. */
  readonly external: Uint8Array;
  /** 1 for writes that are their transaction's last one to the key. */
  readonly final: Uint8Array;
  /** 1 for transactions that committed: ok, or of unknown outcome and read from. */
  readonly committed: Uint8Array;
  /** The reads of write w are those from `readersStart[w]` up to `readersStart[w + 1]` in `readers`. */
  readonly readersStart: Int32Array;
  readonly readers: Int32Array;
  /** Keys to which a value was written twice, or null. */
  readonly ambiguous: ReadonlyMap<number, readonly [first: number, second: number]>;
  /** Where more is known than reads say: pairs of transactions of which one overwrote the other. */
  readonly versionOrder?: readonly (readonly [earlier: number, later: number])[];
}

const nilRead = -1;

function registerReads(elements: ValueTable): ReadStore {
  const nil = elements.id(null);
  return {
    write: 'w',
    store: (_, tokens, at) => (tokens[at] === nil ? nilRead : idOfToken(elements, tokens, at)),
  };
}

export function registerHistoryOf(history: History): RegisterHistory {
  const transactions = transactionsOf(history, registerReads);
  const { kind, of, outcome, count } = transactions;
  const { table, ambiguous } = writesOf(transactions);
  const source = sourcesOf(transactions, table, ambiguous);
  const committed = new Uint8Array(count);
  for (let t = 0; t < count; t += 1) committed[t] = outcome[t] === typeCode.ok ? 1 : 0;
  for (let i = 0; i < kind.length; i += 1) {
    const write = source[i] ?? 0;
    if (write < 0) continue;
    const writer = of[write] ?? 0;
    if (outcome[writer] === typeCode.info) committed[writer] = 1;
  }
  return {
    transactions,
    source,
    external: externalReads(transactions),
    final: finalWrites(transactions),
    committed,
    ...readersOf(source),
    ambiguous,
  };
}

function writesOf({ kind, key, value, elements }: Transactions): {
  readonly table: PairTable;
  readonly ambiguous: ReadonlyMap<number, readonly [number, number]>;
} {
  let writes = 0;
  for (const each of kind) if (each === writeKind) writes += 1;
  const table = new PairTable(writes);
  const ambiguous = new Map<number, readonly [number, number]>();
  const nil = elements.id(null);
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== writeKind) continue;
    const [k, v] = [key[i] ?? 0, value[i] ?? 0];
    if (v === nil) {
      ambiguous.set(k, [i, i]);
      continue;
    }
    const known = table.add(k, v, i);
    if (known !== -1 && !ambiguous.has(k)) ambiguous.set(k, [known, i]);
  }
  return { table, ambiguous };
}

function looksInitial(value: Json | undefined): boolean {
  return value === 0 || value === '' || value === false || value === '0' || value === 'nil';
}

function sourcesOf(
  { kind, key, value, keys, elements }: Transactions,
  table: PairTable,
  ambiguous: ReadonlyMap<number, unknown>,
): Int32Array {
  const source = new Int32Array(kind.length).fill(unknownSource);
  /** The initial value that each key was seen with: -1 null, -2 not yet, -3 several. */
  const initialOf = new Int32Array(keys.length).fill(-2);
  for (let i = 0; i < kind.length; i += 1) {
    const k = key[i] ?? 0;
    if (kind[i] !== readKind || ambiguous.has(k)) continue;
    const v = value[i] ?? 0;
    source[i] = v === nilRead ? initial : table.get(k, v);
    if (source[i] !== initial && (source[i] !== unwritten || !looksInitial(elements.value(v))))
      continue;
    if (initialOf[k] === -2) initialOf[k] = v;
    else if (initialOf[k] !== v) initialOf[k] = -3;
  }
  for (let i = 0; i < kind.length; i += 1)
    if (source[i] === unwritten && initialOf[key[i] ?? 0] === value[i]) source[i] = initial;
  return source;
}

/** 1 for reads that come first of all that their transaction did to the key. */
export function externalReads({ count, first, kind, key }: Transactions): Uint8Array {
  const external = new Uint8Array(kind.length);
  for (let t = 0; t < count; t += 1) {
    const begin = first[t] ?? 0;
    const end = first[t + 1] ?? 0;
    for (let i = begin; i < end; i += 1) {
      if (kind[i] !== readKind) continue;
      let earlier = begin;
      while (key[earlier] !== key[i]) earlier += 1;
      external[i] = earlier === i ? 1 : 0;
    }
  }
  return external;
}

export function readersOf(source: Int32Array): {
  readonly readersStart: Int32Array;
  readonly readers: Int32Array;
} {
  const readersStart = new Int32Array(source.length + 1);
  for (const write of source)
    if (write >= 0) readersStart[write + 1] = (readersStart[write + 1] ?? 0) + 1;
  for (let i = 0; i < source.length; i += 1)
    readersStart[i + 1] = (readersStart[i + 1] ?? 0) + (readersStart[i] ?? 0);
  const next = readersStart.slice(0, source.length);
  const readers = new Int32Array(readersStart[source.length] ?? 0);
  for (let i = 0; i < source.length; i += 1) {
    const write = source[i] ?? 0;
    if (write < 0) continue;
    const at = next[write] ?? 0;
    readers[at] = i;
    next[write] = at + 1;
  }
  return { readersStart, readers };
}

/** The last write of transaction t to the key, or -1. */
export function writeTo({ first, kind, key }: Transactions, t: number, k: number): number {
  for (let i = (first[t + 1] ?? 0) - 1; i >= (first[t] ?? 0); i -= 1)
    if (kind[i] === writeKind && key[i] === k) return i;
  return -1;
}

/**
 * What the transaction of a final write had read of the key, if that was another's write;
 * `initial` if it was that; or -1.
 */
export function versionBefore(
  { transactions, source, external, final, committed }: RegisterHistory,
  write: number,
): number {
  const { first, key, of } = transactions;
  const t = of[write] ?? 0;
  if (final[write] === 0 || committed[t] === 0) return -1;
  for (let i = first[t] ?? 0; i < write; i += 1)
    if (external[i] === 1 && key[i] === key[write]) return source[i] ?? -1;
  return -1;
}
