/**
 * The question of orders of versions as edges and choices (`order-problem.ts`): one vertex for
 * each transaction, or one for its begin and one for its commit; see `register-orders.ts`.
 */
import { noEvent, typeCode } from '../../history/columns.ts';
import { IntList } from './integers.ts';
import { likelyMoments } from './likely-moments.ts';
import type { OrderProblem } from './order-problem.ts';
import { initial, type RegisterHistory, versionBefore } from './register-versions.ts';
import type { OrderKept } from './replay.ts';
import { readKind, writeKind } from './transactions.ts';

export interface OrderQuestion {
  readonly isolation: 'serial' | 'snapshot' | 'prefix';
  readonly kept: OrderKept;
}

/** Which of two writes of a key came first is open. */
export interface OpenPair {
  readonly key: number;
  /** Transactions. */
  readonly writers: readonly [number, number];
}

const pairWidth = 4;

/** One row a chain of writes of a key. */
interface Chains {
  readonly firsts: readonly number[];
  readonly lasts: readonly number[];
  /** The last invocation in the chain. */
  readonly invoked: readonly number[];
  /** The event by which one of it had been made; empty where time does not count. */
  readonly known: readonly number[];
}

export interface Problem extends OrderProblem {
  readonly pairOf: (choice: number) => OpenPair | undefined;
  /** The members that some of the vertices are moments of. */
  readonly membersAt: (vertices: ReadonlySet<number>) => Int32Array;
}

/**
 * The question for some of the transactions; what they read from others is left out. Undefined if
 * there are more choices than that.
 */
export function problemOf(
  history: RegisterHistory,
  question: OrderQuestion,
  members: Int32Array,
  choicesMax: number,
): Problem | undefined {
  return new ProblemBuilder(history, question, members).build(choicesMax);
}

class ProblemBuilder {
  readonly #history: RegisterHistory;
  readonly #question: OrderQuestion;
  readonly #members: Int32Array;
  /** Transaction → its number among the members + 1. */
  readonly #number: Int32Array;
  readonly #known: IntList;
  /** Two chains each: first and last write of the one, and of the other. */
  readonly #pairs: IntList;
  readonly #ranks: number[] = [];
  readonly #nodes: 1 | 2;

  constructor(history: RegisterHistory, question: OrderQuestion, members: Int32Array) {
    this.#history = history;
    this.#question = question;
    this.#members = members;
    this.#nodes = question.isolation === 'serial' ? 1 : 2;
    this.#known = new IntList(members.length * 20);
    this.#pairs = new IntList(members.length * 8);
    this.#number = new Int32Array(history.transactions.count);
    for (const [i, t] of members.entries()) this.#number[t] = i + 1;
    const { begun, committed } = likelyMoments(history, members);
    for (const t of members) {
      if (this.#nodes === 2) this.#ranks.push(begun[t] ?? 0);
      this.#ranks.push(committed[t] ?? 0);
    }
  }

  build(choicesMax: number): Problem | undefined {
    const { transactions } = this.#history;
    if (this.#nodes === 2)
      for (let i = 0; i < this.#members.length; i += 1) this.#edge(i * 2, i * 2 + 1);
    const writers = this.#writers();
    for (const t of this.#members)
      for (let i = transactions.first[t] ?? 0; i < (transactions.first[t + 1] ?? 0); i += 1)
        if (transactions.kind[i] === readKind) this.#addRead(t, i, writers);
    if (this.#question.kept === 'process') this.#addSessions();
    if (this.#question.kept === 'realtime') this.#addRealTime();
    for (const list of writers.values()) {
      this.#addPairs(list);
      if (this.#pairs.length > choicesMax * pairWidth) return undefined;
    }
    const pairs = this.#pairs;
    const ranks = this.#ranks;
    return {
      vertexCount: ranks.length,
      known: this.#known,
      choiceCount: pairs.length / pairWidth,
      edgesOf: (choice, side, edges) => {
        // The last of the one comes before the first of the other.
        const at = choice * pairWidth;
        if (side === 0) this.#side(pairs.at(at + 1), pairs.at(at + 2), edges);
        else this.#side(pairs.at(at + 3), pairs.at(at), edges);
      },
      rank: (vertex) => ranks[vertex] ?? 0,
      membersAt: (vertices) =>
        this.#members.filter((_, i) =>
          this.#nodes === 1 ? vertices.has(i) : vertices.has(i * 2) || vertices.has(i * 2 + 1),
        ),
      pairOf: (choice) => {
        if (choice < 0 || choice * pairWidth >= pairs.length) return undefined;
        const { key, of } = transactions;
        const [a, b] = [pairs.at(choice * pairWidth), pairs.at(choice * pairWidth + 2)];
        return { key: key[a] ?? 0, writers: [of[a] ?? 0, of[b] ?? 0] };
      },
    };
  }

  /**
   * The pairs of a key's writes, in order of invocation, that can come in either order. Where
   * real time counts, a write that began after another one had been made or read came later,
   * and so whoever read the other one came before the first such writes.
   */
  #addPairs(list: readonly number[]): void {
    const timed = this.#question.kept === 'realtime';
    const chains = this.#chains(list, timed);
    const { firsts, lasts, invoked, known } = chains;
    const count = firsts.length;
    const earliest = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
    if (timed)
      for (let i = count - 1; i >= 0; i -= 1)
        // Of a chain, one may be known before another one is invoked.
        earliest[i] = Math.min(earliest[i + 1] ?? 0, Math.max(known[i] ?? 0, invoked[i] ?? 0));
    for (let i = 0; i < count; i += 1) {
      const limit = known[i] ?? Number.POSITIVE_INFINITY;
      let j = i + 1;
      for (; j < count && (invoked[j] ?? 0) <= limit; j += 1) {
        this.#pairs.push(firsts[i] ?? 0);
        this.#pairs.push(lasts[i] ?? 0);
        this.#pairs.push(firsts[j] ?? 0);
        this.#pairs.push(lasts[j] ?? 0);
      }
      const first = earliest[j] ?? 0;
      for (; j < count && (invoked[j] ?? 0) <= first; j += 1)
        this.#addOrder(lasts[i] ?? 0, firsts[j] ?? 0);
    }
  }

  /**
   * The writes of a key as chains: who reads a version and then writes the next one lets no
   * other writer of the key come between, so a chain comes before another one as a whole. Sorted by
   * the last invocation in each.
   */
  #chains(list: readonly number[], timed: boolean): Chains {
    const { of, invoke } = this.#history.transactions;
    const after =
      this.#question.isolation === 'prefix' ? new Map<number, number>() : this.#updates(list);
    const updated = new Set(after.values());
    const firsts = after.size === 0 ? list : list.filter((write) => !updated.has(write));
    const lasts: number[] = [];
    const invoked: number[] = [];
    const known: number[] = [];
    for (const head of firsts) {
      let last = head;
      let latest = invoke[of[head] ?? 0] ?? 0;
      let earliest = timed ? this.#knownBy(head) : 0;
      for (let next = after.get(head); next !== undefined; next = after.get(next)) {
        this.#addOrder(last, next);
        last = next;
        latest = Math.max(latest, invoke[of[next] ?? 0] ?? 0);
        if (timed) earliest = Math.min(earliest, this.#knownBy(next));
      }
      lasts.push(last);
      invoked.push(latest);
      if (timed) known.push(earliest);
    }
    if (after.size === 0) return { firsts, lasts, invoked, known };
    const order = firsts.map((_, i) => i).sort((a, b) => (invoked[a] ?? 0) - (invoked[b] ?? 0));
    const sorted = (column: readonly number[]): number[] => order.map((i) => column[i] ?? 0);
    return {
      firsts: sorted(firsts),
      lasts: sorted(lasts),
      invoked: sorted(invoked),
      known: timed ? sorted(known) : [],
    };
  }

  /** Write → the one that was made by who had read it; the first, if there are several. */
  #updates(list: readonly number[]): ReadonlyMap<number, number> {
    const after = new Map<number, number>();
    for (const write of list) {
      const before = versionBefore(this.#history, write);
      if (before < 0 || this.#history.final[before] === 0 || after.has(before)) continue;
      if (this.#isMember(this.#history.transactions.of[before] ?? 0)) after.set(before, write);
    }
    return after;
  }

  /** Write a came right before write b, as far as chains go. */
  #addOrder(a: number, b: number): void {
    const edges: number[] = [];
    this.#side(a, b, edges);
    for (let at = 0; at < edges.length; at += 2) this.#edge(edges[at] ?? 0, edges[at + 1] ?? 0);
  }

  /** The event by which a write had been made: its own return, or that of the first to read it. */
  #knownBy(write: number): number {
    const { transactions, readersStart, readers, external } = this.#history;
    const { of } = transactions;
    let known = this.#returnOf(of[write] ?? 0);
    for (let at = readersStart[write] ?? 0; at < (readersStart[write + 1] ?? 0); at += 1) {
      const read = readers[at] ?? 0;
      if (external[read] === 1 && this.#isMember(of[read] ?? 0))
        known = Math.min(known, this.#returnOf(of[read] ?? 0));
    }
    return known;
  }

  #returnOf(t: number): number {
    const { outcome, complete } = this.#history.transactions;
    const at = complete[t] ?? noEvent;
    return outcome[t] === typeCode.ok && at !== noEvent ? at : Number.POSITIVE_INFINITY;
  }

  #edge(from: number, to: number): void {
    this.#known.push(from);
    this.#known.push(to);
  }

  /** Final writes of the members by key. */
  #writers(): ReadonlyMap<number, readonly number[]> {
    const { transactions, final } = this.#history;
    const byKey = new Map<number, number[]>();
    for (const t of this.#members)
      for (let i = transactions.first[t] ?? 0; i < (transactions.first[t + 1] ?? 0); i += 1) {
        if (transactions.kind[i] !== writeKind || final[i] === 0) continue;
        const k = transactions.key[i] ?? 0;
        const known = byKey.get(k);
        if (known === undefined) byKey.set(k, [i]);
        else known.push(i);
      }
    return byKey;
  }

  #addRead(t: number, read: number, writers: ReadonlyMap<number, readonly number[]>): void {
    const { transactions, source, external } = this.#history;
    const { of, key } = transactions;
    if (external[read] === 0) return;
    const write = source[read] ?? 0;
    if (write === initial) {
      for (const other of writers.get(key[read] ?? 0) ?? [])
        if (of[other] !== t) this.#edge(this.#begin(t), this.#commit(of[other] ?? 0));
    } else if (write >= 0 && this.#isMember(of[write] ?? 0) && of[write] !== t)
      this.#edge(this.#commit(of[write] ?? 0), this.#begin(t));
  }

  /** What follows if write a came before write b. */
  #side(a: number, b: number, edges: number[]): void {
    const { transactions, readersStart, readers, external } = this.#history;
    const { of } = transactions;
    const [first, second] = [of[a] ?? 0, of[b] ?? 0];
    const overlap = this.#question.isolation === 'prefix';
    edges.push(this.#commit(first), overlap ? this.#commit(second) : this.#begin(second));
    for (let at = readersStart[a] ?? 0; at < (readersStart[a + 1] ?? 0); at += 1) {
      const read = readers[at] ?? 0;
      const reader = of[read] ?? 0;
      if (external[read] === 0 || reader === first || reader === second) continue;
      if (this.#isMember(reader)) edges.push(this.#begin(reader), this.#commit(second));
    }
  }

  #addSessions(): void {
    const { process, outcome } = this.#history.transactions;
    const last = new Map<number, number>();
    for (const t of this.#members) {
      const before = last.get(process[t] ?? 0);
      if (before !== undefined) this.#edge(this.#commit(before), this.#begin(t));
      if (outcome[t] === typeCode.ok) last.set(process[t] ?? 0, t);
    }
  }

  /** As in `addRealtimeEdges`: one line of moments. */
  #addRealTime(): void {
    const { outcome, complete, invoke } = this.#history.transactions;
    const returned = [...this.#members]
      .filter((t) => outcome[t] === typeCode.ok && complete[t] !== noEvent)
      .sort((a, b) => (complete[a] ?? 0) - (complete[b] ?? 0));
    let next = 0;
    let moment = -1;
    for (const t of this.#members) {
      const begun = invoke[t] ?? 0;
      const earlier = next;
      while (next < returned.length && (complete[returned[next] ?? 0] ?? 0) < begun) next += 1;
      if (next > earlier) {
        const now = this.#ranks.push(begun) - 1;
        if (moment !== -1) this.#edge(moment, now);
        moment = now;
        for (let i = earlier; i < next; i += 1) this.#edge(this.#commit(returned[i] ?? 0), moment);
      }
      if (moment !== -1) this.#edge(moment, this.#begin(t));
    }
  }

  #isMember(t: number): boolean {
    return this.#number[t] !== 0;
  }

  #begin(t: number): number {
    return ((this.#number[t] ?? 0) - 1) * this.#nodes;
  }

  #commit(t: number): number {
    return this.#begin(t) + this.#nodes - 1;
  }
}
