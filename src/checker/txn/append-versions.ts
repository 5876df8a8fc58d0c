/**
 * The versions of append-only lists, from what was read of them.
 *
 * A list shows its own past: whoever reads [1, 2, 3] knows that the versions were [], [1],
 * [1, 2] and [1, 2, 3], in this order (Kingsbury and Alvaro, "Elle", 2020). So per key one list
 * is kept, the longest that was read, and a read is a length; only a read that is no prefix of
 * the longest keeps its own list.
 */
import { isArray, type Json } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { type Interner, IntList, PairTable } from './interner.ts';
import {
  type ReadStore,
  readKind,
  same,
  type Transactions,
  transactionsOf,
  writeKind,
} from './transactions.ts';

/** In `versions`, `position`: none. */
export const none = -1;

export interface AppendHistory {
  readonly transactions: Transactions;
  /** Reads that are no prefix of the longest list of their key: micro-operation → list. */
  readonly odd: ReadonlyMap<number, readonly Json[]>;
  /** Per key the longest list that was read; empty if there is none. */
  readonly longest: readonly (readonly Json[])[];
  /** The elements of `longest[k]` are at `start[k]` up to `start[k + 1]` in `versions`. */
  readonly start: Int32Array;
  /** The append (a micro-operation) of each element, or `none`. */
  readonly versions: Int32Array;
  /** How many elements of `longest[k]` no read contradicts. */
  readonly trusted: Int32Array;
  /** Position of each append in its key's longest list, or `none`. */
  readonly position: Int32Array;
  /** 1 for the last append of its transaction to its key. */
  readonly final: Uint8Array;
  /** Keys to which the same element was appended twice, so that nobody knows which was read. */
  readonly ambiguous: ReadonlyMap<number, readonly [first: number, second: number]>;
  /** Appends by key and element. */
  readonly appendOf: (key: number, element: Json) => number;
}

class LongestLists implements ReadStore {
  readonly write = 'append';
  readonly longest: (readonly Json[])[] = [];
  readonly odd = new Map<number, readonly Json[]>();

  store(key: number, value: Json, _: Interner, microOperation: number): number | undefined {
    if (value === null) return 0;
    if (!isArray(value)) return undefined;
    const known = this.longest[key] ?? [];
    if (value === known) return value.length;
    const common = commonLength(known, value);
    if (common < known.length && common < value.length) this.odd.set(microOperation, value);
    else if (value.length > known.length) this.longest[key] = value;
    return value.length;
  }
}

export function appendHistoryOf(history: History): AppendHistory {
  const lists = new LongestLists();
  const transactions = transactionsOf(history, lists);
  const { keys, elements } = transactions;
  const longest = keys.map((_, key) => lists.longest[key] ?? []);
  const { table, ambiguous } = appendsOf(transactions);
  const appendOf = (key: number, element: Json): number => {
    const id = elements.find(element);
    return id === none ? none : table.get(key, id);
  };
  const versions = new IntList(transactions.kind.length);
  const start = new Int32Array(keys.length + 1);
  const position = new Int32Array(transactions.kind.length).fill(none);
  const trusted = new Int32Array(keys.length);
  for (const [key, list] of longest.entries()) {
    start[key] = versions.length;
    trusted[key] = list.length;
    for (let i = 0; i < list.length; i += 1) {
      const append = appendOf(key, list[i] ?? null);
      versions.push(append);
      if (append !== none && position[append] === none) position[append] = i;
      else if (trusted[key] === list.length) trusted[key] = firstDuplicate(list);
    }
  }
  start[keys.length] = versions.length;
  for (const [read, list] of lists.odd) {
    const key = transactions.key[read] ?? 0;
    trusted[key] = Math.min(trusted[key] ?? 0, commonLength(longest[key] ?? [], list));
  }
  return {
    transactions,
    odd: lists.odd,
    longest,
    start,
    versions: versions.trimmed(),
    trusted,
    position,
    final: finalWrites(transactions),
    ambiguous,
    appendOf,
  };
}

export function commonLength(a: readonly Json[], b: readonly Json[]): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && (a[i] === b[i] || same(a[i], b[i]))) i += 1;
  return i;
}

function appendsOf({ kind, key, value }: Transactions): {
  readonly table: PairTable;
  readonly ambiguous: ReadonlyMap<number, readonly [number, number]>;
} {
  const table = new PairTable(kind.length);
  const ambiguous = new Map<number, readonly [number, number]>();
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== writeKind) continue;
    const [k, v] = [key[i] ?? 0, value[i] ?? 0];
    const known = table.get(k, v);
    if (known === none) table.set(k, v, i);
    else if (!ambiguous.has(k)) ambiguous.set(k, [known, i]);
  }
  return { table, ambiguous };
}

/** The position of the first element that was there before, or the length. */
export function firstDuplicate(list: readonly Json[]): number {
  if (list.length < 2) return list.length;
  const seen = new Set<Json>();
  for (const [i, element] of list.entries()) {
    const key = typeof element === 'object' ? JSON.stringify(element) : element;
    if (seen.has(key)) return i;
    seen.add(key);
  }
  return list.length;
}

/** 1 for each write that is its transaction's last one to the key. */
export function finalWrites({ count, first, kind, key }: Transactions): Uint8Array {
  const final = new Uint8Array(kind.length);
  for (let t = 0; t < count; t += 1) {
    const begin = first[t] ?? 0;
    for (let i = (first[t + 1] ?? 0) - 1; i >= begin; i -= 1) {
      if (kind[i] !== writeKind) continue;
      let later = i + 1;
      const end = first[t + 1] ?? 0;
      while (later < end && (kind[later] === readKind || key[later] !== key[i])) later += 1;
      final[i] = later === end ? 1 : 0;
    }
  }
  return final;
}

/** The append of the last element that a read showed, or `none` if it showed nothing. */
export function lastAppend(history: AppendHistory, read: number): number {
  const { transactions, odd, start, versions, appendOf } = history;
  const length = transactions.value[read] ?? 0;
  if (length === 0) return none;
  const key = transactions.key[read] ?? 0;
  const list = odd.get(read);
  if (list === undefined) return versions[(start[key] ?? 0) + length - 1] ?? 0;
  return appendOf(key, list.at(-1) ?? null);
}

/** The list that a read showed. */
export function listOf(
  { transactions, odd, longest }: AppendHistory,
  read: number,
): readonly Json[] {
  const key = transactions.key[read] ?? 0;
  return odd.get(read) ?? (longest[key] ?? []).slice(0, transactions.value[read] ?? 0);
}

/**
 * Committed transactions' appends to each key that no read shows: they come after the longest
 * list, in an order that nobody knows. A transaction of unknown outcome committed if a read
 * shows one of its appends.
 */
export function unobservedAppends(history: AppendHistory): ReadonlyMap<number, readonly number[]> {
  const { transactions, position, final, ambiguous } = history;
  const { kind, key, of, outcome } = transactions;
  const seen = observedTransactions(history);
  const byKey = new Map<number, number[]>();
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== writeKind || position[i] !== none || final[i] === 0) continue;
    const [t, k] = [of[i] ?? 0, key[i] ?? 0];
    if (outcome[t] === typeCode.fail || (outcome[t] === typeCode.info && seen[t] === 0)) continue;
    if (ambiguous.has(k)) continue;
    const known = byKey.get(k);
    if (known === undefined) byKey.set(k, [i]);
    else known.push(i);
  }
  return byKey;
}

/** 1 for each transaction of which some read shows an append. */
function observedTransactions({
  transactions,
  versions,
  odd,
  appendOf,
}: AppendHistory): Uint8Array {
  const seen = new Uint8Array(transactions.count);
  for (const append of versions) if (append !== none) seen[transactions.of[append] ?? 0] = 1;
  for (const [read, list] of odd)
    for (const element of list) {
      const append = appendOf(transactions.key[read] ?? 0, element);
      if (append !== none) seen[transactions.of[append] ?? 0] = 1;
    }
  return seen;
}
