/** Why one transaction on lists comes before another: the micro-operations, and who shows it. */

import { typeCode } from '../../history/columns.ts';
import {
  type AppendHistory,
  lastAppend,
  listOf,
  longestLength,
  none,
  readersOf,
  shows,
  valuesOf,
} from './append-versions.ts';
import type { Edge, EdgeReason } from './explain.ts';
import { text, who } from './findings.ts';
import { relation } from './relations.ts';
import { readKind } from './transactions.ts';

/** Why `from` comes before `to`, of data: a key, what was written or read there, and words. */
interface Reason {
  readonly key: number;
  /** The append by which the two are linked. */
  readonly append: number;
  /** The read, of wr and rw; the earlier append, of ww. */
  readonly read: number;
  /** False if no read shows the append. */
  readonly observed: boolean;
}

/** Finds the micro-operations behind an edge of `appendGraphOf`. */
function reasonOf(
  history: AppendHistory,
  [from, to]: readonly [number, number],
  bits: number,
): Reason | undefined {
  if ((bits & relation.wr) !== 0) return readReason(history, from, to);
  if ((bits & relation.rw) !== 0) return missedReason(history, from, to);
  return writeReason(history, from, to);
}

/** The read of `to` that ends with an append of `from`, or else one that shows one. */
function readReason(history: AppendHistory, from: number, to: number): Reason | undefined {
  const { first, kind, key, of } = history.transactions;
  for (let i = first[to] ?? 0; i < (first[to + 1] ?? 0); i += 1) {
    if (kind[i] !== readKind) continue;
    const append = lastAppend(history, i);
    if (append !== none && of[append] === from)
      return { key: key[i] ?? 0, append, read: i, observed: true };
  }
  for (let i = first[to] ?? 0; i < (first[to + 1] ?? 0); i += 1) {
    if (kind[i] !== readKind || history.ambiguous.has(key[i] ?? 0)) continue;
    for (let append = first[from] ?? 0; append < (first[from + 1] ?? 0); append += 1)
      if (kind[append] !== readKind && key[append] === key[i] && shows(history, i, append))
        return { key: key[i] ?? 0, append, read: i, observed: true };
  }
  return undefined;
}

/** The read of `from` that shows the version before the first append of `to` that it lacks. */
function missedReason(history: AppendHistory, from: number, to: number): Reason | undefined {
  const { transactions, position, odd, trusted } = history;
  const { first, kind, key, value } = transactions;
  let best: Reason | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = first[from] ?? 0; i < (first[from + 1] ?? 0); i += 1) {
    if (kind[i] !== readKind || odd.has(i)) continue;
    for (let w = first[to] ?? 0; w < (first[to + 1] ?? 0); w += 1) {
      if (kind[w] === readKind || key[w] !== key[i]) continue;
      const at = position[w] ?? 0;
      const length = value[i] ?? 0;
      const k = key[i] ?? 0;
      if (history.ambiguous.has(k)) continue;
      const observed = at !== none && at < (trusted[k] ?? 0);
      if (at !== none && at < length) continue;
      const distance = observed ? at - length : 1_000_000_000;
      if (distance >= nearest) continue;
      nearest = distance;
      best = { key: k, append: w, read: i, observed };
    }
  }
  return best;
}

function writeReason(history: AppendHistory, from: number, to: number): Reason | undefined {
  const { transactions, position, final } = history;
  const { first, kind, key } = transactions;
  let best: Reason | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (let a = first[from] ?? 0; a < (first[from + 1] ?? 0); a += 1) {
    if (kind[a] === readKind || position[a] === none) continue;
    for (let b = first[to] ?? 0; b < (first[to + 1] ?? 0); b += 1) {
      if (kind[b] === readKind || key[b] !== key[a]) continue;
      const observed = position[b] !== none;
      if (!observed && final[b] === 0) continue;
      const distance = observed ? (position[b] ?? 0) - (position[a] ?? 0) : 1_000_000_000;
      if (distance <= 0 || distance >= nearest) continue;
      nearest = distance;
      best = { key: key[a] ?? 0, append: b, read: a, observed };
    }
  }
  return best;
}

/** Among these a transaction that is needed to see why `from` comes before `to`; none if they do. */
export function witnessesOf(history: AppendHistory, { from, to, bits }: Edge): readonly number[] {
  const found = reasonOf(history, [from, to], bits);
  if (found === undefined || (bits & relation.wr) !== 0) return [];
  const { position, transactions } = history;
  const isCommitted = transactions.outcome[to] === typeCode.ok;
  if ((bits & relation.rw) !== 0) {
    // That it committed is enough to know that the list was to have its element.
    if (isCommitted || !found.observed) return [];
    return readersOf(history, found.key, position[found.append] ?? 0);
  }
  // Who read the earlier element and not the later one shows their order too, if both are there.
  const shown = isCommitted || !found.observed ? found.read : found.append;
  return readersOf(history, found.key, position[shown] ?? 0);
}

/**
 * Why one transaction comes before another by their appends and reads.
 * @param witness one of `witnessesOf`
 */
export function appendReason(
  lists: AppendHistory,
  { from, to, bits }: Edge,
  [a, b]: readonly [string, string],
  witness?: number,
): EdgeReason {
  const found = reasonOf(lists, [from, to], bits);
  if (found === undefined) return { why: `${a} and ${b} are linked by ${bits}` };
  const { transactions } = lists;
  const key = transactions.keys[found.key] ?? null;
  const elementOf = (append: number): string =>
    text(transactions.elements.value(transactions.value[append] ?? 0));
  const value = transactions.elements.value(transactions.value[found.append] ?? 0) ?? null;
  const k = text(key);
  if ((bits & relation.wr) !== 0)
    return { key, value, why: `${b} observed ${a}'s append of ${text(value)} to key ${k}` };
  const other = witness === from || witness === to ? undefined : witness;
  const shownBy = other === undefined ? {} : { shownBy: [other] };
  const reader = other === undefined ? '' : who(transactions, other);
  if ((bits & relation.rw) !== 0) {
    const isLongest =
      !found.observed && transactions.value[found.read] === longestLength(lists, found.key);
    return {
      key,
      value,
      why: `${a} read ${text(valuesOf(transactions, listOf(lists, found.read)))} at key ${k}${isLongest ? ', the longest list that anybody read there' : ''}, without ${text(value)}, which ${b} appended${reader === '' ? '' : ` and which ${reader} read there`}`,
      ...shownBy,
    };
  }
  const claim = `${b}'s append of ${text(value)} to key ${k} came after ${a}'s append of ${elementOf(found.read)}`;
  const missing = witness !== undefined && !showsAt(lists, witness, found);
  const by = witness === from ? a : witness === to ? b : reader;
  if (witness === undefined) return { key, value, why: claim };
  if (missing)
    return { key, value, why: `${claim}, which ${by} read without the other`, ...shownBy };
  return {
    key,
    value,
    why: `${claim}${reader === '' ? '' : `, as ${reader} read them`}`,
    ...shownBy,
  };
}

/** Whether a transaction read a list of the key that shows the append. */
function showsAt(history: AppendHistory, t: number, { key: k, append, observed }: Reason): boolean {
  if (!observed) return false;
  const { first, kind, key } = history.transactions;
  for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
    if (kind[i] === readKind && key[i] === k && shows(history, i, append)) return true;
  return false;
}
