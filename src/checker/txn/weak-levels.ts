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
import { CausalPast } from './causal-past.ts';
import { IntList } from './integers.ts';
import { LastWrites } from './last-writes.ts';
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

/** How far somebody goes to make a graph. */
export interface GraphBudget {
  readonly bytesMax: number;
  readonly outOfTime: () => boolean;
}

/**
 * The graph, or which budget did not suffice for it.
 * @param sessions whether the transactions of a process are in its order; false asks for less
 */
export function commitGraphOf(
  history: RegisterHistory,
  level: WeakLevel,
  budget: GraphBudget,
  sessions = true,
): CommitGraph | 'memory' | 'time' {
  const builder = new CommitGraphBuilder(history, sessions);
  if (level === 'read-committed-monotonic') builder.addMonotonic();
  else if (level === 'session-read-atomic') builder.addAtomic();
  else {
    const end = builder.addCausal(budget);
    if (end === 'memory' || end === 'time') return end;
  }
  return builder.graph();
}

const none = -1;

class CommitGraphBuilder {
  readonly #history: RegisterHistory;
  readonly #edges: EdgeList;
  readonly #initial: number;
  /** Where the edges begin that the level adds; for each of them the read that shows it. */
  readonly #firstAdded: number;
  readonly #reads = new IntList();
  /** Committed transactions of each session in order. */
  readonly #sessions: readonly (readonly number[])[];
  /** Per read who wrote what it shows; `none` if it is no read of another's write. */
  readonly #writer: Int32Array;
  /** Per key the transaction of which `#reads…` speak, and two reads by it of different writers. */
  readonly #readBy: Int32Array;
  readonly #readOne: Int32Array;
  readonly #readOther: Int32Array;

  constructor(history: RegisterHistory, sessions: boolean) {
    const { count, keys, of, kind } = history.transactions;
    this.#history = history;
    this.#initial = count;
    const inOrder = sessionsOf(history);
    this.#sessions = sessions ? inOrder : inOrder.flat().map((t) => [t]);
    this.#writer = writersOf(history);
    this.#readBy = new Int32Array(keys.length).fill(none);
    this.#readOne = new Int32Array(keys.length);
    this.#readOther = new Int32Array(keys.length);
    this.#edges = new EdgeList(count + kind.length);
    for (const session of this.#sessions) {
      let before = this.#initial;
      for (const t of session) {
        this.#edges.add(before, t, relation.process);
        before = t;
      }
    }
    for (let i = 0; i < kind.length; i += 1) {
      const writer = this.#writer[i] ?? none;
      if (writer !== none && writer !== this.#initial)
        this.#edges.add(writer, of[i] ?? 0, relation.wr);
    }
    for (const [earlier, later] of history.versionOrder ?? [])
      this.#edges.add(earlier, later, relation.ww);
    this.#firstAdded = this.#edges.length;
  }

  graph(): CommitGraph {
    const { of } = this.#history.transactions;
    return {
      edges: this.#edges,
      initialVertex: this.#initial,
      reasonOf: (a, b) => {
        for (let i = 0; i < this.#reads.length; i += 1) {
          const edge = this.#firstAdded + i;
          if (this.#edges.from(edge) !== a || this.#edges.to(edge) !== b) continue;
          const read = this.#reads.at(i);
          return { reader: of[read] ?? 0, read };
        }
        return undefined;
      },
    };
  }

  /** What a transaction saw before a read had committed before what the read shows. */
  addMonotonic(): void {
    const { first, key } = this.#history.transactions;
    const writers = this.#writer;
    /** Per transaction the first read of what it wrote, by who is looked at. */
    const firstRead = new Int32Array(this.#initial + 1).fill(none);
    for (const session of this.#sessions)
      for (const t of session) {
        const [begin, end] = [first[t] ?? 0, first[t + 1] ?? 0];
        for (let i = end - 1; i >= begin; i -= 1) {
          const writer = writers[i] ?? none;
          if (writer !== none) firstRead[writer] = i;
        }
        // From the last read back: those that come later are known.
        for (let i = end - 1; i >= begin; i -= 1) {
          const writer = writers[i] ?? none;
          if (writer === none) continue;
          if (firstRead[writer] === i) this.#addSeen(t, writer);
          this.#keepNearest(t, key[i] ?? 0, i);
        }
      }
  }

  /** Who saw one write of a transaction sees all of them; and all of its own session. */
  addAtomic(): void {
    const { first, key, kind, keys } = this.#history.transactions;
    const { final } = this.#history;
    const writers = this.#writer;
    /** Per key the last writer in the session, and the session of which that speaks. */
    const lastWriter = new Int32Array(keys.length);
    const lastSession = new Int32Array(keys.length).fill(none);
    for (const [s, session] of this.#sessions.entries())
      for (const t of session) {
        const [begin, end] = [first[t] ?? 0, first[t + 1] ?? 0];
        for (let i = begin; i < end; i += 1) {
          if (writers[i] === none) continue;
          const k = key[i] ?? 0;
          this.#keepFirst(t, k, i);
          if (lastSession[k] === s) this.#add(lastWriter[k] ?? 0, i);
        }
        for (let i = begin; i < end; i += 1) {
          const writer = writers[i] ?? none;
          if (writer !== none) this.#addSeen(t, writer);
        }
        for (let i = begin; i < end; i += 1) {
          if (kind[i] !== writeKind || final[i] === 0) continue;
          lastWriter[key[i] ?? 0] = t;
          lastSession[key[i] ?? 0] = s;
        }
      }
  }

  /** What is in a transaction's causal past had committed before what it reads. */
  addCausal({ bytesMax, outOfTime }: GraphBudget): ReturnType<CausalPast['visitAll']> {
    const { count, first, keys } = this.#history.transactions;
    const writers = this.#writer;
    const writes = new LastWrites(keys.length);
    const past: CausalPast = new CausalPast(
      {
        count,
        sessions: this.#sessions,
        sourcesOf: (t, sources) => {
          for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
            const writer = writers[i] ?? none;
            if (writer !== none && writer !== count) sources.push(writer);
          }
        },
      },
      {
        visit: (t) => {
          for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
            if (writers[i] !== none) this.#addPast(t, i, past, writes);
          this.#eachWrite(t, (k) => {
            writes.add(k, past.chainOf[t] ?? 0, past.placeOf[t] ?? 0, t);
          });
        },
        forget: (t) => {
          this.#eachWrite(t, (k) => {
            writes.removeLast(k, past.chainOf[t] ?? 0);
          });
        },
      },
      bytesMax,
    );
    // A cycle of sessions and reads: there is no past to speak of, and the graph has the cycle.
    return past.visitAll(outOfTime);
  }

  /** The last writers of the key in the past of t come before who wrote what it read there. */
  #addPast(t: number, read: number, past: CausalPast, writes: LastWrites): void {
    const { key } = this.#history.transactions;
    const writer = this.#writer[read] ?? none;
    for (let head = writes.firstHead(key[read] ?? 0); head !== none; head = writes.nextHead(head)) {
      const chain = writes.chainOf(head);
      const limit = past.entry(t, chain);
      if (limit === none) continue;
      const seen = writes.lastUpTo(head, limit);
      if (seen === none) continue;
      // What the writer itself had seen comes before it anyway.
      const isKnown =
        writer !== this.#initial && past.entry(writer, chain) >= (past.placeOf[seen] ?? 0);
      if (!isKnown) this.#add(seen, read);
    }
  }

  /** Adds that `seen` committed before the writer of `read`, unless that is itself. */
  #add(seen: number, read: number): void {
    const writer = this.#writer[read] ?? none;
    if (writer === seen || seen === this.#initial) return;
    this.#edges.add(seen, writer, relation.ww);
    this.#reads.push(read);
  }

  /** For the keys that `seen` wrote and t read, as far as is kept: what t read there came after. */
  #addSeen(t: number, seen: number): void {
    if (seen === this.#initial) return;
    const { first, kind, key } = this.#history.transactions;
    const { final } = this.#history;
    for (let i = first[seen] ?? 0; i < (first[seen + 1] ?? 0); i += 1) {
      if (kind[i] !== writeKind || final[i] !== 1) continue;
      const k = key[i] ?? 0;
      if (this.#readBy[k] !== t) continue;
      const one = this.#readOne[k] ?? 0;
      const read = this.#writer[one] === seen ? (this.#readOther[k] ?? none) : one;
      if (read !== none) this.#add(seen, read);
    }
  }

  /** Of the reads of a key the last that was said, and the last of another writer. */
  #keepNearest(t: number, k: number, read: number): void {
    const before = this.#readBy[k] === t ? (this.#readOne[k] ?? none) : none;
    const isSame = before !== none && this.#writer[before] === this.#writer[read];
    if (!isSame) this.#readOther[k] = before;
    this.#readBy[k] = t;
    this.#readOne[k] = read;
  }

  /** Of the reads of a key the first that was said, and the first of another writer. */
  #keepFirst(t: number, k: number, read: number): void {
    if (this.#readBy[k] !== t) {
      this.#readBy[k] = t;
      this.#readOne[k] = read;
      this.#readOther[k] = none;
      return;
    }
    const isOther = this.#writer[this.#readOne[k] ?? 0] !== this.#writer[read];
    if (isOther && this.#readOther[k] === none) this.#readOther[k] = read;
  }

  #eachWrite(t: number, visit: (key: number) => void): void {
    const { first, kind, key } = this.#history.transactions;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
      if (kind[i] === writeKind && this.#history.final[i] === 1) visit(key[i] ?? 0);
  }
}

/** Per micro-operation who wrote what it read; `none` if it is no read of another's write. */
function writersOf({ transactions, source, committed }: RegisterHistory): Int32Array {
  const { count, kind, of } = transactions;
  const writers = new Int32Array(kind.length).fill(none);
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== readKind) continue;
    const write = source[i] ?? 0;
    if (write === initial) writers[i] = count;
    if (write < 0) continue;
    const writer = of[write] ?? 0;
    if (writer !== of[i] && committed[writer] === 1) writers[i] = writer;
  }
  return writers;
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
