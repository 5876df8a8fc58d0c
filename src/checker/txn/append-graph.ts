/**
 * Dependencies between transactions that append to lists and read them.
 *
 * Along the versions of a key: who made the next version follows who made this one (ww), who
 * read a version follows who made it (wr), and who made the next version follows who read this
 * one (rw). Committed appends that no read shows make versions after the longest list, in an
 * order that nobody knows: each of them follows who made that list and who read it.
 */

import { typeCode } from '../../history/columns.ts';
import { EdgeList } from '../digraph.ts';
import { shortcutsOf } from './append-shortcuts.ts';
import {
  type AppendHistory,
  lastAppend,
  longestLength,
  none,
  unobservedAppends,
} from './append-versions.ts';
import type { DependencyGraph } from './cycles.ts';
import { LinkedGroups } from './linked-groups.ts';
import { addProcessEdges, addRealtimeEdges } from './order-edges.ts';
import { relation } from './relations.ts';
import { readKind } from './transactions.ts';

export interface AppendGraph extends DependencyGraph {
  /** Edges that say something of data. */
  readonly dataEdges: number;
  /** Edges that were too many to be made: what was not found may still be there. */
  readonly edgesLeftOut: number;
  /** Keys with two or more appends whose order nobody knows, and who made them. */
  readonly unordered: ReadonlyMap<number, readonly number[]>;
}

/** @param realTime false where the order of events between processes means nothing */
export function appendGraphOf(history: AppendHistory, realTime: boolean): AppendGraph {
  const { transactions } = history;
  const edges = new EdgeList(transactions.kind.length * 2 + transactions.count * 4);
  const nextOther = nextWriters(history);
  addVersionEdges(history, edges);
  addReadEdges(history, edges, nextOther);
  const links = new LinkedGroups(edges, transactions.count);
  const tail = new TailEdges(history, links, nextOther);
  tail.add();
  const dataEdges = edges.length;
  addProcessEdges(edges, transactions);
  let vertexCount = transactions.count + links.helpers;
  if (realTime) vertexCount += addRealtimeEdges(edges, transactions, vertexCount);
  return {
    graph: edges.toDigraph(vertexCount),
    transactionCount: transactions.count,
    dataEdges,
    edgesLeftOut: links.leftOut,
    unordered: tail.unordered,
    shortcuts: (inside, firstHelper) => shortcutsOf(history, inside, firstHelper),
  };
}

/**
 * For each position in the versions: the transaction of the first append from there on by
 * another transaction than the one before, or `none`.
 */
function nextWriters(history: AppendHistory): Int32Array {
  const { transactions, start, versions, trusted, ambiguous } = history;
  const { keys, of, outcome } = transactions;
  const next = new Int32Array(versions.length + 1).fill(none);
  for (let k = 0; k < keys.length; k += 1) {
    if (ambiguous.has(k)) continue;
    const begin = start[k] ?? 0;
    let later: number = none;
    let laterBut: number = none;
    for (let at = begin + (trusted[k] ?? 0) - 1; at >= begin; at -= 1) {
      const append = versions[at] ?? 0;
      const writer = append === none ? none : (of[append] ?? 0);
      if (writer !== none && outcome[writer] !== typeCode.fail) {
        if (writer !== later) laterBut = later;
        later = writer;
      }
      // Who read the version before this one; its writer may go on to be this one's.
      const before = at > begin ? (versions[at - 1] ?? 0) : none;
      next[at] = before !== none && of[before] === later ? laterBut : later;
    }
  }
  return next;
}

function addVersionEdges(history: AppendHistory, edges: EdgeList): void {
  const { transactions, start, versions, trusted, ambiguous } = history;
  const { keys, of, outcome } = transactions;
  for (let k = 0; k < keys.length; k += 1) {
    if (ambiguous.has(k)) continue;
    const begin = start[k] ?? 0;
    let before: number = none;
    for (let at = begin; at < begin + (trusted[k] ?? 0); at += 1) {
      const append = versions[at] ?? 0;
      if (append === none || outcome[of[append] ?? 0] === typeCode.fail) continue;
      const writer = of[append] ?? 0;
      if (before !== none && before !== writer) edges.add(before, writer, relation.ww);
      before = writer;
    }
  }
}

function addReadEdges(history: AppendHistory, edges: EdgeList, nextOther: Int32Array): void {
  const { transactions, odd, start, trusted, ambiguous } = history;
  const { kind, key, value, of, outcome } = transactions;
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== readKind) continue;
    const [k, reader] = [key[i] ?? 0, of[i] ?? 0];
    if (ambiguous.has(k)) continue;
    const last = lastKnownAppend(history, i);
    const writer = last === none ? none : (of[last] ?? 0);
    if (writer !== none && writer !== reader && outcome[writer] !== typeCode.fail)
      edges.add(writer, reader, relation.wr);
    const length = value[i] ?? 0;
    if (writer === reader || odd.has(i) || length >= (trusted[k] ?? 0)) continue;
    const next = nextOther[(start[k] ?? 0) + length] ?? 0;
    if (next !== none && next !== reader) edges.add(reader, next, relation.rw);
  }
}

/** The last append that a read shows, but for those of which nobody knows or that failed. */
function lastKnownAppend(history: AppendHistory, read: number): number {
  const { transactions, odd, start, versions } = history;
  const last = lastAppend(history, read);
  if (odd.has(read)) return last;
  const begin = start[transactions.key[read] ?? 0] ?? 0;
  for (let at = begin + (transactions.value[read] ?? 0) - 1; at >= begin; at -= 1) {
    const append = versions[at] ?? 0;
    if (append === none || transactions.outcome[transactions.of[append] ?? 0] === typeCode.fail)
      continue;
    return append;
  }
  return last;
}

/** Edges from the longest list of each key to the appends that no read shows. */
class TailEdges {
  readonly unordered = new Map<number, readonly number[]>();
  readonly #history: AppendHistory;
  readonly #links: LinkedGroups;
  readonly #nextOther: Int32Array;

  constructor(history: AppendHistory, links: LinkedGroups, nextOther: Int32Array) {
    this.#history = history;
    this.#links = links;
    this.#nextOther = nextOther;
  }

  add(): void {
    const { trusted } = this.#history;
    const tails = unobservedAppends(this.#history);
    const readers = this.#readersOfLongest(tails);
    for (const [k, appends] of tails) {
      if (trusted[k] !== longestLength(this.#history, k)) continue;
      const writers = appends.map((append) => this.#history.transactions.of[append] ?? 0);
      if (writers.length > 1) this.unordered.set(k, writers);
      this.#links.add(this.#lastWriters(k), writers, relation.ww);
      this.#links.add(readers.get(k) ?? [], writers, relation.rw);
    }
  }

  #isLast(k: number, length: number): boolean {
    if (length === longestLength(this.#history, k)) return true;
    return this.#nextOther[(this.#history.start[k] ?? 0) + length] === none;
  }

  /** Who appended the last element of the longest list. */
  #lastWriters(k: number): readonly number[] {
    const { transactions, start, versions } = this.#history;
    for (let at = (start[k + 1] ?? 0) - 1; at >= (start[k] ?? 0); at -= 1) {
      const append = versions[at] ?? 0;
      if (append === none) continue;
      const writer = transactions.of[append] ?? 0;
      if (transactions.outcome[writer] !== typeCode.fail) return [writer];
    }
    return [];
  }

  /** And of shorter ones, if nobody is known to have made a later version that was read. */
  #readersOfLongest(
    tails: ReadonlyMap<number, readonly number[]>,
  ): ReadonlyMap<number, readonly number[]> {
    const { transactions, odd } = this.#history;
    const { kind, key, value, of } = transactions;
    const readers = new Map<number, number[]>();
    if (tails.size === 0) return readers;
    for (let i = 0; i < kind.length; i += 1) {
      if (kind[i] !== readKind || odd.has(i)) continue;
      const k = key[i] ?? 0;
      if (!tails.has(k) || !this.#isLast(k, value[i] ?? 0)) continue;
      const last = lastKnownAppend(this.#history, i);
      // What it read was its own: the edge between writers says it.
      if (last !== none && transactions.of[last] === of[i]) continue;
      const known = readers.get(k);
      if (known === undefined) readers.set(k, [of[i] ?? 0]);
      else if (known.at(-1) !== of[i]) known.push(of[i] ?? 0);
    }
    return readers;
  }
}
