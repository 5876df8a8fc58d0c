/**
 * Weak isolation levels of transactions on registers, each decided exactly and in polynomial
 * time (Møldrup and Pavlogiannis, "AWDIT: An Optimal Weak Database Isolation Tester", 2025;
 * the levels are those of Biswas and Enea, "On the Complexity of Checking Transactional
 * Consistency", 2019).
 *
 * Each level says when a transaction that was seen must have committed before another one that
 * was read from. Those edges, with sessions and reads, must not form a cycle. Sessions count
 * in all of them; and read-committed here forbids to read, after what one transaction wrote,
 * what another one wrote before it: more than Adya's read-committed, hence its name.
 */

import { typeCode } from '../../history/columns.ts';
import { EdgeList } from '../digraph.ts';
import { IntList } from './integers.ts';
import { initial, type RegisterHistory } from './register-versions.ts';
import { relation } from './relations.ts';
import { readKind, writeKind } from './transactions.ts';

export type WeakLevel = 'read-committed-monotonic' | 'session-read-atomic' | 'causal-consistency';

/** A transaction that must have committed before another one, and who shows it. */
interface CommitReason {
  readonly reader: number;
  /** The read of what the later one wrote. */
  readonly read: number;
}

export interface CommitGraph {
  readonly edges: EdgeList;
  /** The vertex that stands for the initial state; transactions are below it. */
  readonly initialVertex: number;
  readonly reasonOf: (from: number, to: number) => CommitReason | undefined;
}

/** Undefined if it does not fit in memory. */
export function commitGraphOf(
  history: RegisterHistory,
  level: WeakLevel,
  bytesMax: number,
): CommitGraph | undefined {
  const builder = new CommitGraphBuilder(history);
  if (level === 'read-committed-monotonic') builder.addMonotonic();
  else if (level === 'session-read-atomic') builder.addAtomic();
  else if (!builder.addCausal(bytesMax)) return undefined;
  return builder.graph();
}

class CommitGraphBuilder {
  readonly #history: RegisterHistory;
  readonly #edges = new EdgeList();
  readonly #initial: number;
  readonly #from = new IntList();
  readonly #to = new IntList();
  readonly #reader = new IntList();
  readonly #read = new IntList();
  /** Committed transactions of each session in order. */
  readonly #sessions: readonly (readonly number[])[];

  constructor(history: RegisterHistory) {
    this.#history = history;
    this.#initial = history.transactions.count;
    this.#sessions = sessionsOf(history);
    for (const session of this.#sessions)
      for (const [i, t] of session.entries())
        this.#edges.add(session[i - 1] ?? this.#initial, t, relation.process);
    for (let i = 0; i < history.source.length; i += 1) {
      const writer = this.#writerOf(i);
      const reader = history.transactions.of[i] ?? 0;
      if (writer !== undefined && writer !== this.#initial)
        this.#edges.add(writer, reader, relation.wr);
    }
  }

  graph(): CommitGraph {
    const [from, to] = [this.#from.trimmed(), this.#to.trimmed()];
    const [reader, read] = [this.#reader.trimmed(), this.#read.trimmed()];
    return {
      edges: this.#edges,
      initialVertex: this.#initial,
      reasonOf: (a, b) => {
        for (let i = 0; i < from.length; i += 1)
          if (from[i] === a && to[i] === b) return { reader: reader[i] ?? 0, read: read[i] ?? 0 };
        return undefined;
      },
    };
  }

  /** What a transaction saw before a read had committed before what the read shows. */
  addMonotonic(): void {
    const { first } = this.#history.transactions;
    for (const session of this.#sessions)
      for (const t of session) {
        /** Key → the two nearest later reads from different writers. */
        const later = new Map<number, readonly number[]>();
        const firstOf = this.#firstReads(t);
        for (let i = (first[t + 1] ?? 0) - 1; i >= (first[t] ?? 0); i -= 1) {
          const writer = this.#writerOf(i);
          if (writer === undefined) continue;
          if (firstOf.get(writer) === i) this.#addSeen(t, writer, later);
          const key = this.#history.transactions.key[i] ?? 0;
          const known = later.get(key) ?? [];
          const other = known.find((read) => this.#writerOf(read) !== writer);
          later.set(key, other === undefined ? [i] : [i, other]);
        }
      }
  }

  /** Who saw one write of a transaction sees all of them; and all of its own session. */
  addAtomic(): void {
    const { first, key } = this.#history.transactions;
    for (const session of this.#sessions) {
      const lastWriter = new Map<number, number>();
      for (const t of session) {
        const reads = new Map<number, readonly number[]>();
        for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
          if (this.#writerOf(i) === undefined) continue;
          const k = key[i] ?? 0;
          reads.set(k, [...(reads.get(k) ?? []), i]);
          const own = lastWriter.get(k);
          if (own !== undefined) this.#add(own, i, t);
        }
        for (const list of reads.values())
          for (const read of list) {
            const writer = this.#writerOf(read);
            if (writer === undefined) continue;
            this.#addSeen(t, writer, reads);
          }
        this.#eachWrite(t, (k) => lastWriter.set(k, t));
      }
    }
  }

  /** What is in a transaction's causal past had committed before what it reads. */
  addCausal(bytesMax: number): boolean {
    const { count, key, first } = this.#history.transactions;
    const sessions = this.#sessions.length;
    if (count * sessions * 4 > bytesMax) return false;
    const clocks = this.#clocks(sessions);
    // A cycle of sessions and reads: there is no past to speak of, and the graph has the cycle.
    if (clocks === undefined) return true;
    const writers = this.#writersBySession();
    for (const session of this.#sessions)
      for (const t of session)
        for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
          if (this.#writerOf(i) === undefined) continue;
          for (const [s, places] of writers.get(key[i] ?? 0) ?? []) {
            const limit = clocks[t * sessions + s] ?? 0;
            const place = lastUpTo(places, limit);
            if (place !== -1) this.#add(this.#sessions[s]?.[place] ?? -1, i, t);
          }
        }
    return true;
  }

  /** Adds that `seen` committed before the writer of `read`, unless that is itself. */
  #add(seen: number, read: number, reader: number): void {
    const writer = this.#writerOf(read);
    if (writer === undefined || writer === seen || seen === this.#initial) return;
    this.#edges.add(seen, writer, relation.ww);
    this.#from.push(seen);
    this.#to.push(writer);
    this.#reader.push(reader);
    this.#read.push(read);
  }

  /** For the keys that `seen` wrote and `reads` has: what those reads show came after. */
  #addSeen(t: number, seen: number, reads: ReadonlyMap<number, readonly number[]>): void {
    if (seen === this.#initial) return;
    this.#eachWrite(seen, (key) => {
      const read = reads.get(key)?.find((i) => this.#writerOf(i) !== seen);
      if (read !== undefined) this.#add(seen, read, t);
    });
  }

  /** Who wrote what the micro-operation read; undefined if it is no read of another's write. */
  #writerOf(i: number): number | undefined {
    const { transactions, source, committed } = this.#history;
    if (transactions.kind[i] !== readKind) return undefined;
    const write = source[i] ?? 0;
    if (write === initial) return this.#initial;
    if (write < 0) return undefined;
    const writer = transactions.of[write] ?? 0;
    return writer === transactions.of[i] || committed[writer] === 0 ? undefined : writer;
  }

  #firstReads(t: number): ReadonlyMap<number, number> {
    const { first } = this.#history.transactions;
    const firsts = new Map<number, number>();
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
      const writer = this.#writerOf(i);
      if (writer !== undefined && !firsts.has(writer)) firsts.set(writer, i);
    }
    return firsts;
  }

  #eachWrite(t: number, visit: (key: number) => void): void {
    const { first, kind, key } = this.#history.transactions;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
      if (kind[i] === writeKind && this.#history.final[i] === 1) visit(key[i] ?? 0);
  }

  /** Key → session → places in the session of those that write the key. */
  #writersBySession(): ReadonlyMap<number, ReadonlyMap<number, readonly number[]>> {
    const byKey = new Map<number, Map<number, number[]>>();
    for (const [s, session] of this.#sessions.entries())
      for (const [place, t] of session.entries())
        this.#eachWrite(t, (key) => {
          const bySession = byKey.get(key) ?? new Map<number, number[]>();
          byKey.set(key, bySession);
          const places = bySession.get(s) ?? [];
          bySession.set(s, places);
          places.push(place);
        });
    return byKey;
  }

  /**
   * For each transaction and session the place of the last one of that session in its past, or
   * -1; undefined if sessions and reads form a cycle.
   */
  #clocks(sessions: number): Int32Array | undefined {
    const { count } = this.#history.transactions;
    const clocks = new Int32Array(count * sessions).fill(-1);
    const { offsets, targets } = this.#edges.toDigraph(count + 1);
    const waiting = new Int32Array(count + 1);
    for (const w of targets) waiting[w] = (waiting[w] ?? 0) + 1;
    const sessionOf = new Int32Array(count);
    const placeOf = new Int32Array(count);
    let left = 1;
    for (const [s, session] of this.#sessions.entries())
      for (const [place, t] of session.entries()) {
        sessionOf[t] = s;
        placeOf[t] = place;
        left += 1;
      }
    const ready = [this.#initial];
    for (let v = ready.pop(); v !== undefined; v = ready.pop()) {
      left -= 1;
      for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
        const w = targets[edge] ?? 0;
        if (v !== this.#initial) {
          for (let s = 0; s < sessions; s += 1) {
            const at = w * sessions + s;
            clocks[at] = Math.max(clocks[at] ?? 0, clocks[v * sessions + s] ?? 0);
          }
          const own = w * sessions + (sessionOf[v] ?? 0);
          clocks[own] = Math.max(clocks[own] ?? 0, placeOf[v] ?? 0);
        }
        waiting[w] = (waiting[w] ?? 0) - 1;
        if (waiting[w] === 0) ready.push(w);
      }
    }
    return left === 0 ? clocks : undefined;
  }
}

function sessionsOf({ transactions, committed }: RegisterHistory): readonly (readonly number[])[] {
  const { count, process, outcome } = transactions;
  const byProcess = new Map<number, number[]>();
  for (let t = 0; t < count; t += 1) {
    if (committed[t] === 0 || outcome[t] === typeCode.fail) continue;
    const known = byProcess.get(process[t] ?? 0);
    if (known === undefined) byProcess.set(process[t] ?? 0, [t]);
    else known.push(t);
  }
  return [...byProcess.values()];
}

/** The greatest of the ascending places that is no more than `limit`, or -1. */
function lastUpTo(places: readonly number[], limit: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : (places[low - 1] ?? 0);
}
