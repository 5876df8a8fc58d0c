/**
 * What the lists of a key show of their order (Elle's names): lists that cannot all be versions of
 * one list, elements that are there twice, appends of one transaction in another order, and
 * aborted appends that others were built upon. Each names as few transactions as show it.
 */
import { typeCode } from '../../history/columns.ts';
import { elementsText, elementText, keyText, valueText } from './append-text.ts';
import {
  type AppendHistory,
  commonLength,
  type ElementList,
  firstDuplicate,
  listOf,
  longestLength,
  none,
  readerOf,
  shows,
} from './append-versions.ts';
import { type Finding, type Findings, text, who } from './findings.ts';
import { PairTable } from './integers.ts';
import { readKind, writeKind } from './transactions.ts';

export function findIncompatible(history: AppendHistory, findings: Findings): void {
  const { transactions, odd, longest, ambiguous } = history;
  const add = (read: number, other: number, one: ElementList, two: ElementList): void => {
    findings.add('incompatible-order', () => {
      const reader = transactions.of[read] ?? 0;
      const by =
        other === none ? 'another one' : other === reader ? 'then' : who(transactions, other);
      return {
        key: transactions.keys[transactions.key[read] ?? 0] ?? null,
        transactions: [reader, ...(other === none ? [] : [other])],
        explanation: `${who(transactions, reader)} read ${elementsText(history, one)} at key ${keyText(history, read)}, and ${by} read ${elementsText(history, two)}: they differ at position ${commonLength(one, two)}, and neither is the beginning of the other, as two versions of one list are.`,
      };
    });
  };
  /** By key, who read its longest list; those who contradict themselves need no other, nor are one. */
  const others = new Map<number, { readonly reader: number; readonly isAlone: boolean }>();
  const alone = new PairTable();
  for (const [read, list] of odd) {
    const k = transactions.key[read] ?? 0;
    if (ambiguous.has(k)) continue;
    const reader = transactions.of[read] ?? 0;
    const own = contradiction(history, reader, k);
    if (own !== undefined) {
      if (alone.add(k, reader, read) === none) add(read, reader, ...own);
      continue;
    }
    let other = others.get(k);
    if (other === undefined) {
      const longestBy = readerOfLongest(history, k);
      const isAlone = longestBy !== none && contradiction(history, longestBy, k) !== undefined;
      other = { reader: longestBy, isAlone };
      others.set(k, other);
    }
    if (!other.isAlone) add(read, other.reader, list, longest[k] ?? list);
  }
}

/** Two lists of a key that one transaction read of which neither is the beginning of the other. */
function contradiction(
  history: AppendHistory,
  t: number,
  k: number,
): readonly [ElementList, ElementList] | undefined {
  const lists = readsOf(history, t, k).map((read) => listOf(history, read));
  for (const [i, one] of lists.entries())
    for (const two of lists.slice(i + 1))
      if (commonLength(one, two) < Math.min(one.length, two.length)) return [one, two];
  return undefined;
}

/** A transaction that read the longest list of a key. */
function readerOfLongest(history: AppendHistory, k: number): number {
  return readerOf(history, k, longestLength(history, k) - 1);
}

export function findDuplicates(history: AppendHistory, findings: Findings): void {
  const { transactions, odd, longest } = history;
  const add = (k: number, list: ElementList, reader: () => number): void => {
    const at = firstDuplicate(list);
    if (at === list.length) return;
    findings.add('duplicate-elements', () => ({
      key: transactions.keys[k] ?? null,
      transactions: [reader()],
      explanation: `${who(transactions, reader())} read ${elementsText(history, list)} at key ${text(transactions.keys[k])}: ${valueText(history, list[at] ?? none)} is there twice, but was appended at most once.`,
    }));
  };
  for (const [k, list] of longest.entries())
    if (history.trusted[k] !== list.length && !history.ambiguous.has(k))
      add(k, list, () => readerOfLongest(history, k));
  for (const [read, list] of odd) {
    const k = transactions.key[read] ?? 0;
    if (!history.ambiguous.has(k)) add(k, list, () => transactions.of[read] ?? 0);
  }
}

/** Appends of one transaction that a list shows in another order, or the later one alone. */
export function findReordered(history: AppendHistory, findings: Findings): void {
  const { transactions, position, trusted, ambiguous } = history;
  const { kind, key, of, keys } = transactions;
  for (let later = 1; later < kind.length; later += 1) {
    const at = position[later] ?? 0;
    const k = key[later] ?? 0;
    if (kind[later] !== writeKind || at === none || at >= (trusted[k] ?? 0)) continue;
    if (ambiguous.has(k)) continue;
    let earlier = later - 1;
    while (
      earlier >= 0 &&
      of[earlier] === of[later] &&
      (kind[earlier] !== writeKind || key[earlier] !== k)
    )
      earlier -= 1;
    if (earlier < 0 || of[earlier] !== of[later]) continue;
    const before = position[earlier] ?? 0;
    if (before !== none && before < at) continue;
    const writer = of[later] ?? 0;
    const reader = readerOfLongest(history, k);
    findings.add('reordered-appends', () => ({
      key: keys[k] ?? null,
      transactions: [writer, ...(reader === none ? [] : [reader])],
      explanation: `${who(transactions, writer)} appended ${elementText(history, earlier)} and then ${elementText(history, later)} to key ${text(keys[k])}, but ${elementsText(history, history.longest[k] ?? new Int32Array(0))}, which ${who(transactions, reader)} read, has ${before === none ? 'only the second of them' : 'them the other way round'}.`,
    }));
  }
}

/** An aborted append that a committed one was built upon. */
export function findDirtyUpdates(history: AppendHistory, findings: Findings): void {
  const { transactions, start, versions, trusted, ambiguous } = history;
  const { of, outcome, keys } = transactions;
  for (let k = 0; k < keys.length; k += 1) {
    if (ambiguous.has(k)) continue;
    let aborted = none;
    const begin = start[k] ?? 0;
    for (let at = begin; at < begin + (trusted[k] ?? 0); at += 1) {
      const append = versions[at] ?? 0;
      if (append === none) continue;
      const outcomeThere = outcome[of[append] ?? 0];
      if (outcomeThere === typeCode.fail) aborted = append;
      else if (outcomeThere === typeCode.ok && aborted !== none) {
        const dirty = aborted;
        aborted = none;
        findings.add('dirty-update', () => dirtyUpdate(history, k, dirty, at - begin));
      }
    }
  }
}

/** @param place of the first committed append after the aborted one, in the key's list */
function dirtyUpdate(
  history: AppendHistory,
  k: number,
  dirty: number,
  place: number,
): Omit<Finding, 'type'> {
  const { transactions, start, versions } = history;
  const { of, keys } = transactions;
  const shown = placeShownByItself(history, k, place) ?? place;
  const append = versions[(start[k] ?? 0) + shown] ?? 0;
  const writer = of[append] ?? 0;
  const reader = readerOf(history, k, shown, [writer]);
  return {
    key: keys[k] ?? null,
    transactions: [of[dirty] ?? 0, writer, ...(reader === none ? [] : [reader])],
    explanation: `at key ${text(keys[k])}, ${elementText(history, append)} of ${who(transactions, writer)}, which committed, comes after ${elementText(history, dirty)} of ${who(transactions, of[dirty] ?? 0)}, which failed: an aborted write was kept${reader === none || reader === writer ? '' : `, as ${who(transactions, reader)} read`}.`,
  };
}

/** From some place on, the first of a committed append that a read of its own transaction shows. */
function placeShownByItself(history: AppendHistory, k: number, from: number): number | undefined {
  const { transactions, start, versions, trusted } = history;
  const { of, outcome } = transactions;
  for (let place = from; place < (trusted[k] ?? 0); place += 1) {
    const append = versions[(start[k] ?? 0) + place] ?? none;
    const writer = of[append];
    if (writer === undefined || outcome[writer] !== typeCode.ok) continue;
    for (const read of readsOf(history, writer, k)) if (shows(history, read, append)) return place;
  }
  return undefined;
}

/** The reads of a key by a transaction. */
function readsOf({ transactions }: AppendHistory, t: number, k: number): readonly number[] {
  const { first, kind, key } = transactions;
  const reads: number[] = [];
  for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
    if (kind[i] === readKind && key[i] === k) reads.push(i);
  return reads;
}
