/**
 * Dependencies between transactions on registers. A register does not show its past, so only
 * some of the order of its versions is known:
 *
 * - the initial version comes before all others;
 * - who read v and then wrote v' made v' after v: else it would have overwritten v's
 *   predecessor and read v from the future (G1c), which read-committed forbids;
 * - a transaction that was invoked after v had been written or read made its version after v,
 *   in systems where real time (or the session) counts at all.
 *
 * The edge that follows is an anti-dependency from the readers of v. What rests on real time
 * or sessions carries their bit too, and so only ever speaks against models that are about
 * them. That a later reader saw v' says nothing by itself about the order of v and v': two
 * writers may overlap, and one version may never be read.
 */

import { noEvent, typeCode } from '../../history/columns.ts';
import { EdgeList } from '../digraph.ts';
import type { DependencyGraph } from './cycles.ts';
import { PairTable } from './integers.ts';
import { LinkedGroups } from './linked-groups.ts';
import { addProcessEdges, addRealtimeEdges } from './order-edges.ts';
import { initial, type RegisterHistory, writeTo } from './register-versions.ts';
import { relation } from './relations.ts';
import { readKind, writeKind } from './transactions.ts';

export interface RegisterGraph extends DependencyGraph {
  readonly dataEdges: number;
  readonly edgesLeftOut: number;
}

export function registerGraphOf(history: RegisterHistory, realTime: boolean): RegisterGraph {
  const { transactions } = history;
  const edges = new EdgeList(transactions.kind.length * 3 + transactions.count * 4);
  const links = new LinkedGroups(edges, transactions.count);
  addReads(history, edges);
  const writers = writersByKey(history);
  addInitial(history, writers, links);
  addUpdates(history, links);
  const dataEdges = edges.length;
  addProcessEdges(edges, transactions);
  addSessionVersions(history, edges);
  let vertexCount = transactions.count + links.helpers;
  if (realTime) {
    vertexCount += addRealtimeEdges(edges, transactions, vertexCount);
    addRealtimeVersions(history, writers, edges);
  }
  return {
    graph: edges.toDigraph(vertexCount),
    transactionCount: transactions.count,
    dataEdges,
    edgesLeftOut: links.leftOut,
  };
}

function addReads({ transactions, source }: RegisterHistory, edges: EdgeList): void {
  const { of, outcome } = transactions;
  for (let i = 0; i < source.length; i += 1) {
    const write = source[i] ?? 0;
    if (write < 0) continue;
    const writer = of[write] ?? 0;
    if (writer !== of[i] && outcome[writer] !== typeCode.fail)
      edges.add(writer, of[i] ?? 0, relation.wr);
  }
}

/** Final writes of committed transactions to each key, in order of invocation. */
function writersByKey({
  transactions,
  final,
  committed,
  ambiguous,
}: RegisterHistory): readonly (readonly number[])[] {
  const { kind, key, of, keys } = transactions;
  const byKey: number[][] = keys.map(() => []);
  for (let i = 0; i < kind.length; i += 1)
    if (kind[i] === writeKind && final[i] === 1 && committed[of[i] ?? 0] === 1)
      byKey[key[i] ?? 0]?.push(i);
  for (const k of ambiguous.keys()) byKey[k] = [];
  return byKey;
}

function addInitial(
  { transactions, source }: RegisterHistory,
  writers: readonly (readonly number[])[],
  links: LinkedGroups,
): void {
  const { key, of } = transactions;
  const readers: (number[] | undefined)[] = [];
  for (let i = 0; i < source.length; i += 1) {
    if (source[i] !== initial || writesBefore(transactions, i)) continue;
    const k = key[i] ?? 0;
    const known = readers[k];
    if (known === undefined) readers[k] = [of[i] ?? 0];
    else if (known.at(-1) !== of[i]) known.push(of[i] ?? 0);
  }
  for (const [k, from] of readers.entries())
    if (from !== undefined)
      links.add(
        from,
        (writers[k] ?? []).map((write) => of[write] ?? 0),
        relation.rw,
      );
}

/** Whether the read's transaction wrote the key before it. */
function writesBefore(
  { first, of, kind, key }: RegisterHistory['transactions'],
  i: number,
): boolean {
  for (let j = first[of[i] ?? 0] ?? 0; j < i; j += 1)
    if (kind[j] === writeKind && key[j] === key[i]) return true;
  return false;
}

/** Who read v comes before who read v and then wrote the key. */
function addUpdates(history: RegisterHistory, links: LinkedGroups): void {
  const { transactions, external, final, readersStart, readers } = history;
  const { key, of, kind } = transactions;
  for (let write = 0; write < kind.length; write += 1) {
    const [begin, end] = [readersStart[write] ?? 0, readersStart[write + 1] ?? 0];
    if (begin === end || final[write] === 0) continue;
    if (transactions.outcome[of[write] ?? 0] === typeCode.fail) continue;
    const updaters: number[] = [];
    for (let at = begin; at < end; at += 1) {
      const read = readers[at] ?? 0;
      const t = of[read] ?? 0;
      if (
        external[read] === 1 &&
        t !== of[write] &&
        writeTo(transactions, t, key[read] ?? 0) > read
      )
        updaters.push(t);
    }
    if (updaters.length > 0) links.add(readersOutside(history, write), updaters, relation.rw);
  }
}

/** Transactions that read a write of another one. */
function readersOutside(
  { transactions, readersStart, readers }: RegisterHistory,
  write: number,
): readonly number[] {
  const { of } = transactions;
  const found: number[] = [];
  for (let at = readersStart[write] ?? 0; at < (readersStart[write + 1] ?? 0); at += 1) {
    const t = of[readers[at] ?? 0] ?? 0;
    if (t !== of[write] && found.at(-1) !== t) found.push(t);
  }
  return found;
}

/** A process that wrote or read v, and in a later transaction writes the key, writes after v. */
function addSessionVersions(history: RegisterHistory, edges: EdgeList): void {
  const { transactions, source, final, committed, ambiguous } = history;
  const { count, first, kind, key, of, process, outcome } = transactions;
  const processes = new Map<number, number>();
  /** By key and session: sessions are few, and long runs of keys would meet in the table. */
  const seen = new PairTable();
  for (let t = 0; t < count; t += 1) {
    if (committed[t] === 0) continue;
    const number = process[t] ?? 0;
    const session = processes.get(number) ?? processes.size;
    processes.set(number, session);
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
      if (kind[i] !== writeKind || final[i] === 0 || ambiguous.has(key[i] ?? 0)) continue;
      const version = seen.get(key[i] ?? 0, session);
      if (version === -1 || final[version] === 0 || of[version] === t) continue;
      if (outcome[of[version] ?? 0] === typeCode.fail) continue;
      for (const reader of readersOutside(history, version))
        if (reader !== t) edges.add(reader, t, relation.rw | relation.process);
    }
    if (outcome[t] !== typeCode.ok) continue;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
      const version = kind[i] === readKind ? (source[i] ?? 0) : i;
      if (version >= 0 && !ambiguous.has(key[i] ?? 0)) seen.set(key[i] ?? 0, session, version);
    }
  }
}

/** Who writes the key after v had been written or read by somebody, writes after v. */
function addRealtimeVersions(
  history: RegisterHistory,
  writers: readonly (readonly number[])[],
  edges: EdgeList,
): void {
  const { transactions } = history;
  const { of, invoke, outcome } = transactions;
  for (const writes of writers) {
    if (writes.length < 2) continue;
    /** Per position the earliest return of the writers from there on. */
    const earliest = new Float64Array(writes.length + 1).fill(Number.POSITIVE_INFINITY);
    for (let at = writes.length - 1; at >= 0; at -= 1)
      earliest[at] = Math.min(
        earliest[at + 1] ?? 0,
        returnOf(transactions, of[writes[at] ?? 0] ?? 0),
      );
    for (const write of writes) {
      const readers = readersOutside(history, write);
      if (readers.length === 0) continue;
      let known = returnOf(transactions, of[write] ?? 0);
      for (const reader of readers) known = Math.min(known, returnOf(transactions, reader));
      if (known === Number.POSITIVE_INFINITY) continue;
      let at = firstAfter(writes, known, (other) => invoke[of[other] ?? 0] ?? 0);
      const limit = earliest[at] ?? 0;
      for (; at < writes.length; at += 1) {
        const later = of[writes[at] ?? 0] ?? 0;
        if ((invoke[later] ?? 0) > limit) break;
        if (later === of[write] || outcome[later] === typeCode.fail) continue;
        for (const reader of readers)
          if (reader !== later) edges.add(reader, later, relation.rw | relation.realtime);
      }
    }
  }
}

function returnOf({ outcome, complete }: RegisterHistory['transactions'], t: number): number {
  const at = complete[t] ?? 0;
  return outcome[t] === typeCode.ok && at !== noEvent ? at : Number.POSITIVE_INFINITY;
}

/** The first position whose time is greater. */
function firstAfter(
  items: readonly number[],
  time: number,
  timeOf: (item: number) => number,
): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(items[middle] ?? 0) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
