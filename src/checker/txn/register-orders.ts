/**
 * Serializability and snapshot isolation of transactions on registers, as a question of orders
 * of versions: of two writers of a key one came first, and whoever read the first one's
 * version came before the second (the polygraph of Papadimitriou, 1979).
 *
 * Serializability orders transactions. Snapshot isolation orders begins and commits: a
 * transaction begins after those commit that it reads from or overwrites, and before those
 * commit whose writes it missed (BC-polygraphs, Zhang et al., "Viper", 2023). With begin and
 * commit as one vertex the second is the first. Prefix consistency is snapshot isolation where
 * writers of a key may overlap: of two the one commits before the other, and need not before
 * the other begins (Cerone, Bernardi and Gotsman, 2015).
 */
import { IntList } from './integers.ts';
import { type OrderAnswer, searchOrder } from './order-search.ts';
import { type OpenPair, type OrderQuestion, problemOf } from './register-problem.ts';
import { type RegisterHistory, versionBefore } from './register-versions.ts';

export interface OrderFinding {
  readonly answer: OrderAnswer['acyclic'];
  /** If there is no order: a set of transactions among which there is none. */
  readonly transactions: readonly number[];
  /** True if none of them can be left out. */
  readonly minimal: boolean;
  /** Of these, the writers that can come in neither order, if the contradiction is theirs. */
  readonly pair: OpenPair | undefined;
}

export interface OrderBudget {
  /** Whether to look for a small set of transactions that have no order, if there is none. */
  readonly explained: boolean;
  readonly bytesMax: number;
  readonly outOfTime: () => boolean;
}

/** A choice with the edges of its side, roughly. */
const bytesPerChoice = 160;
/** Rounds of leaving out transactions, to find a smaller set. */
const shrinkRoundsMax = 400;

/** Undefined if there are too many pairs of writers for the memory. */
export function findOrder(
  history: RegisterHistory,
  question: OrderQuestion,
  { explained, bytesMax, outOfTime }: OrderBudget,
): OrderFinding | undefined {
  const all = new IntList();
  const { committed, transactions } = history;
  for (let t = 0; t < transactions.count; t += 1) if (committed[t] === 1) all.push(t);
  const members = all.trimmed();
  const problem = problemOf(history, question, members, bytesMax / bytesPerChoice);
  if (problem === undefined) return undefined;
  const answer = searchOrder(problem, bytesMax / 2, outOfTime);
  if (answer.acyclic !== false)
    return { answer: answer.acyclic, transactions: [], minimal: false, pair: undefined };
  if (!explained) return { answer: false, transactions: [], minimal: false, pair: undefined };
  const core = answer.core();
  const sets = core === undefined ? [] : [withChains(history, problem.membersAt(core))];
  const { kept: small, minimal } = shrunk(history, question, [...sets, members], {
    explained,
    bytesMax,
    outOfTime,
  });
  const last = problemOf(history, question, small, Number.POSITIVE_INFINITY);
  const why = last === undefined ? answer : searchOrder(last, bytesMax / 2, outOfTime);
  const conflict = why.acyclic === false ? why.conflict : -1;
  return { answer: false, transactions: [...small], minimal, pair: last?.pairOf(conflict) };
}

/**
 * The same with those that made the version that one read and another overwrote, having read
 * it; and with those that came between two in a chain of such versions.
 */
function withChains(history: RegisterHistory, some: Int32Array): Int32Array {
  const { transactions, readersStart, readers } = history;
  const { first, of } = transactions;
  const all = new Set(some);
  const isRead = (write: number, by: number): boolean => {
    for (let at = readersStart[write] ?? 0; at < (readersStart[write + 1] ?? 0); at += 1) {
      const reader = of[readers[at] ?? 0] ?? 0;
      if (reader !== by && all.has(reader)) return true;
    }
    return false;
  };
  for (const t of all)
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
      const between: number[] = [];
      let write = versionBefore(history, i);
      if (write >= 0 && isRead(write, t)) all.add(of[write] ?? 0);
      while (write >= 0 && !all.has(of[write] ?? 0)) {
        between.push(of[write] ?? 0);
        write = versionBefore(history, write);
      }
      if (write >= 0) for (const other of between) all.add(other);
    }
  return Int32Array.from(all).sort();
}

/**
 * Leaves out transactions, many at a time and then fewer, while there is still no order. Begins
 * with the first of some sets, each part of the next, that has none; the last one has none.
 */
function shrunk(
  history: RegisterHistory,
  question: OrderQuestion,
  sets: readonly Int32Array[],
  { bytesMax, outOfTime }: OrderBudget,
): { readonly kept: Int32Array; readonly minimal: boolean } {
  let rounds = 0;
  const isBad = (some: Int32Array): boolean => {
    const problem = problemOf(history, question, some, bytesMax / bytesPerChoice);
    return problem !== undefined && searchOrder(problem, bytesMax / 2, outOfTime).acyclic === false;
  };
  let kept = sets.slice(0, -1).find(isBad) ?? sets.at(-1) ?? new Int32Array(0);
  for (let size = kept.length >> 1; size >= 1; size = size === 1 ? 0 : size >> 1) {
    for (let at = 0; at < kept.length; ) {
      rounds += 1;
      if (rounds > shrinkRoundsMax || outOfTime()) return { kept, minimal: false };
      const rest = kept.filter((_, i) => i < at || i >= at + size);
      if (rest.length > 0 && rest.length < kept.length && isBad(rest)) kept = rest;
      else at += size;
    }
  }
  return { kept, minimal: true };
}
