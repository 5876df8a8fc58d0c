/**
 * What no cycle is needed to see in a history of appends (Elle's names): reads that contradict
 * their own transaction, reads of what was aborted, of what was not yet final, of what nobody
 * wrote, lost updates, fractured reads, and what the order of lists shows (`append-orders.ts`).
 */
import { typeCode } from '../../history/columns.ts';
import {
  findDirtyUpdates,
  findDuplicates,
  findIncompatible,
  findReordered,
} from './append-orders.ts';
import { elementsText, elementText, keyText, listText, valueText } from './append-text.ts';
import {
  type AppendHistory,
  commonLength,
  type ElementList,
  lastAppend,
  listOf,
  longestLength,
  none,
  shows,
} from './append-versions.ts';
import { type Findings, who } from './findings.ts';
import { PairTable } from './integers.ts';
import { readKind, writeKind } from './transactions.ts';

export function findAppendAnomalies(history: AppendHistory, findings: Findings): void {
  const { count, outcome } = history.transactions;
  findReordered(history, findings);
  const badFrom = firstBadElements(history);
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] !== typeCode.ok) continue;
    checkInside(history, t, findings);
    checkReads(history, t, badFrom, findings);
    checkFractured(history, t, findings);
  }
  findIncompatible(history, findings);
  findDuplicates(history, findings);
  findDirtyUpdates(history, findings);
  findLostUpdates(history, findings);
}

/** A transaction's reads against its own earlier reads and appends of the same key. */
function checkInside(history: AppendHistory, t: number, findings: Findings): void {
  const { first, kind, key, of } = history.transactions;
  const [begin, end] = [first[t] ?? 0, first[t + 1] ?? 0];
  for (let i = begin; i < end; i += 1) {
    // A key is looked at once, from the first of its micro-operations on.
    let earlier = begin;
    while (key[earlier] !== key[i]) earlier += 1;
    let later = i + 1;
    while (later < end && key[later] !== key[i]) later += 1;
    if (earlier === i && later < end && !fits(history, i, end)) checkKey(history, i, end, findings);
  }
  for (let i = begin; i < end; i += 1) {
    if (kind[i] !== readKind) continue;
    for (let append = i + 1; append < end; append += 1) {
      if (kind[append] !== writeKind || key[append] !== key[i] || !shows(history, i, append))
        continue;
      findings.add('future-read', () => ({
        key: history.transactions.keys[key[i] ?? 0] ?? null,
        transactions: [of[i] ?? 0],
        explanation: `${who(history.transactions, t)} read ${listText(history, i)} at key ${keyText(history, i)}, which holds ${elementText(history, append)}: an element that it appended only afterwards.`,
      }));
    }
  }
}

/** The same as `checkKey` by lengths and positions alone, where elements are unique. */
function fits(history: AppendHistory, from: number, end: number): boolean {
  const { transactions, odd, trusted, position } = history;
  const { kind, key, value } = transactions;
  const k = key[from] ?? 0;
  if (trusted[k] !== longestLength(history, k)) return false;
  let known: number = none;
  let own = 0;
  for (let i = from; i < end; i += 1) {
    if (key[i] !== k) continue;
    if (kind[i] === writeKind) {
      own += 1;
      continue;
    }
    const length = value[i] ?? 0;
    if (odd.has(i) || (known !== none && length !== known + own)) return false;
    let at = length;
    for (let append = i - 1; own > 0; append -= 1) {
      if (key[append] !== k || kind[append] !== writeKind) continue;
      at -= 1;
      own -= 1;
      // A read shorter than what it must end with; an append that no read shows has no position.
      if (at < 0 || position[append] !== at) return false;
    }
    known = length;
  }
  return true;
}

/** From micro-operation `from` on, those of the same key and transaction. */
function checkKey(history: AppendHistory, from: number, end: number, findings: Findings): void {
  const { kind, key, value, of, keys } = history.transactions;
  let known: ElementList | undefined;
  const own: number[] = [];
  for (let i = from; i < end; i += 1) {
    if (key[i] !== key[from]) continue;
    if (kind[i] === writeKind) {
      own.push(value[i] ?? none);
      continue;
    }
    const list = listOf(history, i);
    const expected = Int32Array.of(...(known ?? []), ...own);
    const fits =
      known === undefined
        ? endsWith(list, own)
        : list.length === expected.length && commonLength(list, expected) === list.length;
    if (!fits)
      findings.add('internal', () => ({
        key: keys[key[i] ?? 0] ?? null,
        transactions: [of[i] ?? 0],
        explanation: `${who(history.transactions, of[i] ?? 0)} read ${elementsText(history, list)} at key ${keyText(history, i)}, but by its own earlier reads and appends the list must ${known === undefined ? 'end with' : 'be'} ${elementsText(history, expected)}.`,
      }));
    known = list;
    own.length = 0;
  }
}

function endsWith(list: ElementList, end: readonly number[]): boolean {
  const offset = list.length - end.length;
  return offset >= 0 && end.every((element, i) => element === list[offset + i]);
}

/** Per key, in the longest list: where the first aborted and the first unwritten element is. */
interface BadElements {
  readonly aborted: Int32Array;
  readonly unwritten: Int32Array;
}

const never = 0x7fff_ffff;

function firstBadElements({ transactions, start, versions }: AppendHistory): BadElements {
  const { keys, of, outcome } = transactions;
  const aborted = new Int32Array(keys.length).fill(never);
  const unwritten = new Int32Array(keys.length).fill(never);
  for (let key = 0; key < keys.length; key += 1) {
    const [begin, end] = [start[key] ?? 0, start[key + 1] ?? 0];
    for (let at = end - 1; at >= begin; at -= 1) {
      const append = versions[at] ?? 0;
      if (append === none) unwritten[key] = at - begin;
      else if (outcome[of[append] ?? 0] === typeCode.fail) aborted[key] = at - begin;
    }
  }
  return { aborted, unwritten };
}

/** Reads of elements that were aborted, that nobody appended, or that were not yet the last. */
function checkReads(history: AppendHistory, t: number, bad: BadElements, findings: Findings): void {
  const { transactions, odd, final, ambiguous } = history;
  const { first, kind, key, value, of } = transactions;
  const end = first[t + 1] ?? 0;
  for (let i = first[t] ?? 0; i < end; i += 1) {
    if (kind[i] !== readKind || value[i] === 0) continue;
    const k = key[i] ?? 0;
    if (ambiguous.has(k)) continue;
    const length = value[i] ?? 0;
    if (odd.has(i) || length > (bad.aborted[k] ?? 0) || length > (bad.unwritten[k] ?? 0))
      checkElements(history, i, findings);
    const last = lastAppend(history, i);
    if (last !== none && final[last] === 0 && of[last] !== t)
      findings.add('G1b', () => ({
        key: transactions.keys[k] ?? null,
        transactions: [of[last] ?? 0, t],
        explanation: `${who(transactions, t)} read ${listText(history, i)} at key ${keyText(history, i)}. Its last element ${elementText(history, last)} was appended by ${who(transactions, of[last] ?? 0)}, which then appended more to the same key: an intermediate state was read.`,
        evidence: {
          roles: {
            reader: transactions.invoke[t] ?? 0,
            writer: transactions.invoke[of[last] ?? 0] ?? 0,
          },
        },
      }));
  }
}

function checkElements(history: AppendHistory, read: number, findings: Findings): void {
  const { transactions, appendOf } = history;
  const { key, of, outcome, keys } = transactions;
  const k = key[read] ?? 0;
  const list = listOf(history, read);
  const reader = of[read] ?? 0;
  for (const element of list) {
    const append = appendOf(k, element);
    if (append === none)
      findings.add('thin-air', () => ({
        key: keys[k] ?? null,
        transactions: [reader],
        explanation: `${who(transactions, reader)} read ${elementsText(history, list)} at key ${keyText(history, read)}, but nobody in this history ever tried to append ${valueText(history, element)} to it.`,
      }));
    else if (outcome[of[append] ?? 0] === typeCode.fail)
      findings.add('G1a', () => ({
        key: keys[k] ?? null,
        transactions: [of[append] ?? 0, reader],
        explanation: `${who(transactions, reader)} read ${elementsText(history, list)} at key ${keyText(history, read)}. Its element ${valueText(history, element)} was appended by ${who(transactions, of[append] ?? 0)}, which failed: an aborted write was read.`,
        evidence: {
          roles: {
            reader: transactions.invoke[reader] ?? 0,
            writer: transactions.invoke[of[append] ?? 0] ?? 0,
          },
        },
      }));
  }
}

/**
 * Saw one append of a transaction and, at another key, not the other one: a fractured read
 * (Bailis et al., 2014).
 */
function checkFractured(history: AppendHistory, t: number, findings: Findings): void {
  const { transactions, ambiguous } = history;
  const { first, kind, key, of, invoke } = transactions;
  const [begin, end] = [first[t] ?? 0, first[t + 1] ?? 0];
  if (end - begin < 2) return;
  for (let i = begin; i < end; i += 1) {
    if (kind[i] !== readKind) continue;
    const last = lastAppend(history, i);
    if (last === none || of[last] === t || ambiguous.has(key[i] ?? 0)) continue;
    const writer = of[last] ?? 0;
    if (transactions.outcome[writer] === typeCode.fail) continue;
    for (let append = first[writer] ?? 0; append < (first[writer + 1] ?? 0); append += 1) {
      if (kind[append] !== writeKind || key[append] === key[i]) continue;
      if (ambiguous.has(key[append] ?? 0)) continue;
      const missed = missingRead(history, t, append);
      if (missed === none) continue;
      findings.add('fractured-read', () => ({
        key: transactions.keys[key[missed] ?? 0] ?? null,
        transactions: [writer, t],
        explanation: `${who(transactions, t)} read ${listText(history, i)} at key ${keyText(history, i)} and so saw what ${who(transactions, writer)} appended there, ${elementText(history, last)}; but it read ${listText(history, missed)} at key ${keyText(history, missed)}, without ${elementText(history, append)}, which the same transaction appended.`,
        evidence: {
          roles: { reader: invoke[t] ?? 0, writer: invoke[writer] ?? 0 },
        },
      }));
      return;
    }
  }
}

/** A read of t that must show the append, if t saw its transaction, and does not. */
function missingRead(history: AppendHistory, t: number, append: number): number {
  const { transactions, odd, trusted } = history;
  const { first, kind, key, value } = transactions;
  for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
    if (kind[i] !== readKind || key[i] !== key[append] || odd.has(i)) continue;
    // Beyond what all reads agree on, nobody knows which of them shows the real list.
    const within = (value[i] ?? 0) < (trusted[key[i] ?? 0] ?? 0);
    const whole = trusted[key[i] ?? 0] === longestLength(history, key[i] ?? 0);
    if ((within || whole) && !shows(history, i, append)) return i;
  }
  return none;
}

/** Two committed transactions that read the same version of a key and then appended to it. */
function findLostUpdates(history: AppendHistory, findings: Findings): void {
  const { transactions, odd } = history;
  const { count, first, kind, key, value, of, outcome, keys } = transactions;
  const seen = new PairTable();
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] !== typeCode.ok) continue;
    const [begin, end] = [first[t] ?? 0, first[t + 1] ?? 0];
    for (let i = begin; i < end; i += 1) {
      if (kind[i] !== readKind || odd.has(i)) continue;
      let earlier = begin;
      while (key[earlier] !== key[i]) earlier += 1;
      if (earlier !== i) continue;
      let append = i + 1;
      while (append < end && (kind[append] !== writeKind || key[append] !== key[i])) append += 1;
      if (append === end) continue;
      const [k, length] = [key[i] ?? 0, value[i] ?? 0];
      const before = seen.get(k, length);
      if (before === none) seen.set(k, length, i);
      else
        findings.add('lost-update', () => ({
          key: keys[k] ?? null,
          transactions: [of[before] ?? 0, t],
          explanation: `${who(transactions, of[before] ?? 0)} and ${who(transactions, t)} both ${length === 0 ? `found nothing at key ${keyText(history, i)}` : `read ${listText(history, i)} at key ${keyText(history, i)}`} and then appended to it, and both committed: neither saw the other's append, so one of the two updates was made without regard to the other.`,
        }));
    }
  }
}
