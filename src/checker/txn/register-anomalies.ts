/** What no cycle is needed to see in a history of registers (Elle's names). */
import { typeCode } from '../../history/columns.ts';
import { type Finding, type Findings, text, who } from './findings.ts';
import { PairTable } from './integers.ts';
import {
  initial,
  type RegisterHistory,
  unwritten,
  versionBefore,
  writeTo,
} from './register-versions.ts';
import { readKind, writeKind } from './transactions.ts';

export function findRegisterAnomalies(history: RegisterHistory, findings: Findings): void {
  const { count, outcome } = history.transactions;
  const updates = new PairTable();
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] !== typeCode.ok) continue;
    checkInside(history, t, findings);
    checkSources(history, t, findings);
    checkFractured(history, t, findings);
    checkUpdates(history, t, updates, findings);
  }
  findCyclicVersions(history, findings);
}

/** Only those that reads show one by one, whatever the order of transactions. */
export function findReadAnomalies(history: RegisterHistory, findings: Findings): void {
  const { count, outcome } = history.transactions;
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] !== typeCode.ok) continue;
    checkInside(history, t, findings);
    checkSources(history, t, findings);
  }
}

/** Who reads a version and then writes the key makes the next one: followed back, no circle. */
function findCyclicVersions(history: RegisterHistory, findings: Findings): void {
  const { transactions } = history;
  const { kind, key, keys, of } = transactions;
  /** The walk in which each write was come upon. */
  const seen = new Int32Array(kind.length).fill(-1);
  for (let start = 0; start < kind.length; start += 1) {
    if (seen[start] !== -1) continue;
    let at = start;
    while (at >= 0 && kind[at] === writeKind && seen[at] === -1) {
      seen[at] = start;
      at = versionBefore(history, at);
    }
    if (at < 0 || kind[at] !== writeKind || seen[at] !== start) continue;
    const circle = [at];
    for (let w = versionBefore(history, at); w !== at; w = versionBefore(history, w))
      circle.push(w);
    findings.add('cyclic-versions', () => ({
      key: keys[key[at] ?? 0] ?? null,
      transactions: circle.map((w) => of[w] ?? 0),
      explanation: [
        `the versions of key ${text(keys[key[at] ?? 0])} form a circle:`,
        ...circle.map(
          (w) =>
            `  ${who(transactions, of[w] ?? 0)} read ${valueText(transactions, versionBefore(history, w))} and then wrote ${valueText(transactions, w)}`,
        ),
      ].join('\n'),
    }));
  }
}

/** Reads against the transaction's own earlier reads and writes of the same key. */
function checkInside(
  { transactions, source }: RegisterHistory,
  t: number,
  findings: Findings,
): void {
  const { first, kind, key, value, of, keys } = transactions;
  const begin = first[t] ?? 0;
  for (let i = begin + 1; i < (first[t + 1] ?? 0); i += 1) {
    if (kind[i] !== readKind) continue;
    let earlier = i - 1;
    while (earlier >= begin && key[earlier] !== key[i]) earlier -= 1;
    if (earlier < begin || value[earlier] === value[i]) continue;
    findings.add('internal', () => ({
      key: keys[key[i] ?? 0] ?? null,
      transactions: [t],
      explanation: `${who(transactions, t)} read ${valueText(transactions, i)} at key ${text(keys[key[i] ?? 0])}, right after it had ${kind[earlier] === writeKind ? 'written' : 'read'} ${valueText(transactions, earlier)} there itself.`,
    }));
  }
  for (let i = begin; i < (first[t + 1] ?? 0); i += 1) {
    const write = source[i] ?? 0;
    if (write <= i || of[write] !== t) continue;
    findings.add('future-read', () => ({
      key: keys[key[i] ?? 0] ?? null,
      transactions: [t],
      explanation: `${who(transactions, t)} read ${valueText(transactions, i)} at key ${text(keys[key[i] ?? 0])}, which it wrote only afterwards.`,
    }));
  }
}

function checkSources(history: RegisterHistory, t: number, findings: Findings): void {
  const { transactions, source, final } = history;
  const { first, kind, of, outcome } = transactions;
  for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
    if (kind[i] !== readKind) continue;
    const write = source[i] ?? 0;
    if (write === unwritten) findings.add('thin-air', () => thinAir(history, i));
    if (write < 0) continue;
    const writer = of[write] ?? 0;
    if (outcome[writer] === typeCode.fail) findings.add('G1a', () => readAborted(history, i));
    if (final[write] === 0 && writer !== t) findings.add('G1b', () => readIntermediate(history, i));
  }
}

type Found = Omit<Finding, 'type'>;

function thinAir({ transactions }: RegisterHistory, read: number): Found {
  const { key, keys, of } = transactions;
  return {
    key: keys[key[read] ?? 0] ?? null,
    transactions: [of[read] ?? 0],
    explanation: `${whatWasRead(transactions, read)}, but nobody in this history ever tried to write that.`,
  };
}

function readAborted({ transactions, source }: RegisterHistory, read: number): Found {
  const { key, keys, of, invoke } = transactions;
  const [reader, writer] = [of[read] ?? 0, of[source[read] ?? 0] ?? 0];
  return {
    key: keys[key[read] ?? 0] ?? null,
    transactions: [writer, reader],
    explanation: `${whatWasRead(transactions, read)}, which ${who(transactions, writer)} had written, and that one failed: an aborted write was read.`,
    evidence: { roles: { reader: invoke[reader] ?? 0, writer: invoke[writer] ?? 0 } },
  };
}

function readIntermediate({ transactions, source }: RegisterHistory, read: number): Found {
  const { key, keys, of, invoke } = transactions;
  const [reader, writer] = [of[read] ?? 0, of[source[read] ?? 0] ?? 0];
  return {
    key: keys[key[read] ?? 0] ?? null,
    transactions: [writer, reader],
    explanation: `${whatWasRead(transactions, read)}, which ${who(transactions, writer)} had written and then overwrote itself: an intermediate state was read.`,
    evidence: { roles: { reader: invoke[reader] ?? 0, writer: invoke[writer] ?? 0 } },
  };
}

function whatWasRead(transactions: RegisterHistory['transactions'], read: number): string {
  const { key, keys, of } = transactions;
  const k = keys[key[read] ?? 0] ?? null;
  return `${who(transactions, of[read] ?? 0)} read ${valueText(transactions, read)} at key ${text(k)}`;
}

/** Saw one write of a transaction and, at another key, what that transaction had overwritten. */
function checkFractured(history: RegisterHistory, t: number, findings: Findings): void {
  const { transactions, source, external } = history;
  const { first, kind, key, of, outcome, keys, invoke } = transactions;
  const [begin, end] = [first[t] ?? 0, first[t + 1] ?? 0];
  for (let i = begin; i < end; i += 1) {
    const write = kind[i] === readKind ? (source[i] ?? 0) : -1;
    if (write < 0) continue;
    const writer = of[write] ?? 0;
    if (writer === t || outcome[writer] === typeCode.fail) continue;
    if ((first[writer + 1] ?? 0) - (first[writer] ?? 0) < 2) continue;
    for (let j = begin; j < end; j += 1) {
      if (kind[j] !== readKind || external[j] === 0 || key[j] === key[i]) continue;
      const other = writeTo(transactions, writer, key[j] ?? 0);
      if (other === -1 || !isOlder(history, j, writer)) continue;
      findings.add('fractured-read', () => ({
        key: keys[key[j] ?? 0] ?? null,
        transactions: [writer, t, ...writersOf(history, j)],
        explanation: `${who(transactions, t)} read ${valueText(transactions, i)} at key ${text(keys[key[i] ?? 0])} and so saw what ${who(transactions, writer)} wrote there; but at key ${text(keys[key[j] ?? 0])} it read ${valueText(transactions, j)}, which the same transaction had overwritten with ${valueText(transactions, other)}.`,
        evidence: { roles: { reader: invoke[t] ?? 0, writer: invoke[writer] ?? 0 } },
      }));
      return;
    }
  }
}

/** Whether what read j shows is what the writer found at the key that it then wrote. */
function isOlder(
  { transactions, source, external }: RegisterHistory,
  j: number,
  writer: number,
): boolean {
  const seen = source[j] ?? 0;
  if (seen === initial) return true;
  if (seen < 0) return false;
  const { first, kind, key } = transactions;
  for (let i = first[writer] ?? 0; i < (first[writer + 1] ?? 0); i += 1)
    if (kind[i] === readKind && external[i] === 1 && key[i] === key[j]) return source[i] === seen;
  return false;
}

/** Who wrote what a read shows; nobody if it is the initial value. */
function writersOf({ transactions, source }: RegisterHistory, read: number): readonly number[] {
  const write = source[read] ?? initial;
  return write < 0 ? [] : [transactions.of[write] ?? 0];
}

/** Two committed transactions that read the same version of a key and then wrote it. */
function checkUpdates(
  history: RegisterHistory,
  t: number,
  seen: PairTable,
  findings: Findings,
): void {
  const { transactions, source, external } = history;
  const { first, kind, key, keys, of } = transactions;
  for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
    if (kind[i] !== readKind || external[i] === 0) continue;
    const version = source[i] ?? 0;
    if (version < initial || version === unwritten) continue;
    const k = key[i] ?? 0;
    if (writeTo(transactions, t, k) < i) continue;
    // Versions are told apart by key and write; the initial one has no write.
    const before = seen.get(k, version + 2);
    if (before === -1) {
      seen.set(k, version + 2, i);
      continue;
    }
    findings.add('lost-update', () => ({
      key: keys[k] ?? null,
      transactions: [of[before] ?? 0, t, ...writersOf(history, i)],
      explanation: `${who(transactions, of[before] ?? 0)} and ${who(transactions, t)} both read ${valueText(transactions, i)} at key ${text(keys[k])} and then wrote it, and both committed: neither saw the other's write, so one of the two updates was lost.`,
    }));
  }
}

export function valueText(
  { value, elements }: RegisterHistory['transactions'],
  microOperation: number,
): string {
  const id = value[microOperation] ?? 0;
  return text(id < 0 ? null : elements.value(id));
}
