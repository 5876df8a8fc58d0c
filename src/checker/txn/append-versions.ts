/**
 * The versions of append-only lists, from what was read of them.
 *
 * A list shows its own past: whoever reads [1, 2, 3] knows that the versions were [], [1],
 * [1, 2] and [1, 2, 3], in this order (Kingsbury and Alvaro, "Elle", 2020). So per key one list
 * is kept, the longest that was read, and a read is a length; only a read that is no prefix of
 * the longest keeps its own list.
 */
import type { Json } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { afterValue, itemCount } from '../../history/packed-values.ts';
import type { ValueTable } from '../../history/values.ts';
import { IntList, PairTable } from './integers.ts';
import {
  idOfToken,
  type ReadStore,
  readKind,
  type Transactions,
  transactionsOf,
  writeKind,
} from './transactions.ts';

/** In `versions`, `position`: none. */
export const none = -1;

export interface AppendHistory {
  readonly transactions: Transactions;
  /** Reads that are no prefix of the longest list of their key: micro-operation → list. */
  readonly odd: ReadonlyMap<number, ElementList>;
  /** Per key the longest list that was read; empty if there is none. */
  readonly longest: readonly ElementList[];
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
  /** The append of an element (an id of `Transactions.elements`) to a key, or `none`. */
  readonly appendOf: (key: number, element: number) => number;
}

/** Ids of `Transactions.elements`. */
export type ElementList = Int32Array;

const emptyList: ElementList = new Int32Array(0);

/** Keeps of each key the longest list, as a place in the packed tokens. */
class LongestLists implements ReadStore {
  readonly write = 'append';
  readonly odd = new Map<number, ElementList>();
  readonly #elements: ValueTable;
  readonly #null: number;
  /** Lists with composites in them, by key, if that is the longest. */
  readonly #composite = new Map<number, ElementList>();
  #start = new Int32Array(1024);
  #length = new Int32Array(1024);

  constructor(elements: ValueTable) {
    this.#elements = elements;
    this.#null = elements.id(null);
  }

  longest(key: number): ElementList {
    const composite = this.#composite.get(key);
    if (composite !== undefined) return composite;
    const start = this.#start[key] ?? 0;
    const length = this.#length[key] ?? 0;
    return length === 0 ? emptyList : this.#elements.packed.tokens.subarray(start, start + length);
  }

  store(key: number, tokens: Int32Array, at: number, microOperation: number): number | undefined {
    const count = itemCount(tokens[at] ?? 0);
    if (count === -1) return tokens[at] === this.#null ? 0 : undefined;
    for (let i = at + 1; i <= at + count; i += 1)
      if ((tokens[i] ?? 0) < 0) return this.#storeComposite(key, [tokens, at], microOperation);
    if (key >= this.#length.length) this.#grow(key);
    if (this.#composite.has(key)) {
      this.#compare(key, tokens.slice(at + 1, at + 1 + count), microOperation);
      return count;
    }
    const [start, known] = [this.#start[key] ?? 0, this.#length[key] ?? 0];
    const end = Math.min(known, count);
    let common = 0;
    while (common < end && tokens[start + common] === tokens[at + 1 + common]) common += 1;
    if (common < end) this.odd.set(microOperation, tokens.slice(at + 1, at + 1 + count));
    else if (count > known) {
      this.#start[key] = at + 1;
      this.#length[key] = count;
    }
    return count;
  }

  #storeComposite(
    key: number,
    [tokens, at]: readonly [Int32Array, number],
    microOperation: number,
  ): number {
    const list = new Int32Array(itemCount(tokens[at] ?? 0));
    let next = at + 1;
    for (let i = 0; i < list.length; i += 1) {
      list[i] = idOfToken(this.#elements, tokens, next);
      next = afterValue(tokens, next);
    }
    this.#compare(key, list, microOperation);
    return list.length;
  }

  #compare(key: number, list: ElementList, microOperation: number): void {
    const known = this.longest(key);
    const common = commonLength(known, list);
    if (common < known.length && common < list.length) this.odd.set(microOperation, list);
    else if (list.length > known.length) this.#composite.set(key, list);
  }

  #grow(key: number): void {
    const size = Math.max(key + 1, this.#length.length * 2);
    const [start, length] = [this.#start, this.#length];
    this.#start = new Int32Array(size);
    this.#length = new Int32Array(size);
    this.#start.set(start);
    this.#length.set(length);
  }
}

export function appendHistoryOf(history: History): AppendHistory {
  const lists = new LongestLists(history.values);
  const transactions = transactionsOf(history, () => lists);
  const { keys } = transactions;
  const longest = keys.map((_, key) => lists.longest(key));
  const { table, ambiguous } = appendsOf(transactions);
  const appendOf = (key: number, element: number): number => table.get(key, element);
  const versions = new IntList(transactions.kind.length);
  const start = new Int32Array(keys.length + 1);
  const position = new Int32Array(transactions.kind.length).fill(none);
  const trusted = new Int32Array(keys.length);
  for (const [key, list] of longest.entries()) {
    start[key] = versions.length;
    trusted[key] = list.length;
    for (let i = 0; i < list.length; i += 1) {
      const append = appendOf(key, list[i] ?? none);
      versions.push(append);
      if (append !== none && position[append] === none) position[append] = i;
      else if (trusted[key] === list.length) trusted[key] = firstDuplicate(list);
    }
  }
  start[keys.length] = versions.length;
  for (const [read, list] of lists.odd) {
    const key = transactions.key[read] ?? 0;
    trusted[key] = Math.min(trusted[key] ?? 0, commonLength(longest[key] ?? emptyList, list));
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

/** The values of elements, for people. */
export function valuesOf({ elements }: Transactions, list: ElementList): readonly Json[] {
  return Array.from(list, (element) => elements.value(element) ?? null);
}

export function commonLength(a: ElementList, b: ElementList): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a[i] === b[i]) i += 1;
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
export function firstDuplicate(list: ElementList): number {
  if (list.length < 2) return list.length;
  const seen = new Set<number>();
  for (const [i, element] of list.entries()) {
    if (seen.has(element)) return i;
    seen.add(element);
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
  return appendOf(key, list.at(-1) ?? none);
}

/** The list that a read showed. */
export function listOf({ transactions, odd, longest }: AppendHistory, read: number): ElementList {
  const key = transactions.key[read] ?? 0;
  return odd.get(read) ?? (longest[key] ?? emptyList).subarray(0, transactions.value[read] ?? 0);
}

/**
 * A transaction that read a list of the key with something at that position: of those who need not
 * be looked for if it is one of them. `none` if there is none.
 */
export function readerOf(
  { transactions, odd }: AppendHistory,
  k: number,
  position: number,
  known: readonly number[] = [],
): number {
  const { kind, key, value, of } = transactions;
  let found: number = none;
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== readKind || key[i] !== k || (value[i] ?? 0) <= position || odd.has(i)) continue;
    const t = of[i] ?? 0;
    if (known.includes(t)) return t;
    if (found === none) found = t;
  }
  return found;
}

/** Whether a read shows an append. */
export function shows(history: AppendHistory, read: number, append: number): boolean {
  const { transactions, odd, position, appendOf } = history;
  const list = odd.get(read);
  if (list !== undefined)
    return list.some((element) => appendOf(transactions.key[read] ?? 0, element) === append);
  const at = position[append] ?? 0;
  return at !== none && at < (transactions.value[read] ?? 0);
}

/** Transactions that read a list of the key with something at that position, each once. */
export function readersOf(
  { transactions, odd }: AppendHistory,
  k: number,
  position: number,
): readonly number[] {
  const { kind, key, value, of } = transactions;
  const found: number[] = [];
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== readKind || key[i] !== k || (value[i] ?? 0) <= position || odd.has(i)) continue;
    if (found.at(-1) !== of[i]) found.push(of[i] ?? 0);
  }
  return found;
}

/** The length of the longest list that was read of a key. */
export function longestLength({ start }: AppendHistory, key: number): number {
  return (start[key + 1] ?? 0) - (start[key] ?? 0);
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
export function observedTransactions({
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
