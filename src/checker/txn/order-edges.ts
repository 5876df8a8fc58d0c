/**
 * Edges of session and of real time between transactions.
 *
 * Real time is one line of moments: a transaction that returned leads to the next moment at
 * which one was invoked, each moment leads to the next, and to what was invoked then. So `a`
 * leads to `b` through moments exactly if a returned before b was invoked, with three edges
 * a transaction; edges between transactions would be one for each pair at the seams.
 */

import { noEvent, typeCode } from '../../history/columns.ts';
import type { EdgeList } from '../digraph.ts';
import { relation } from './relations.ts';
import type { Transactions } from './transactions.ts';

/**
 * Adds an edge from each committed transaction to the next one of its process, if that may
 * have taken effect.
 */
export function addProcessEdges(edges: EdgeList, transactions: Transactions): void {
  const { count, process, outcome } = transactions;
  const last = new Map<number, number>();
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] === typeCode.fail) continue;
    const who = process[t] ?? 0;
    const before = last.get(who);
    if (before !== undefined) edges.add(before, t, relation.process);
    if (outcome[t] === typeCode.ok) last.set(who, t);
  }
}

/** Adds the moments as vertices from `firstMoment` on. Returns how many there are. */
export function addRealtimeEdges(
  edges: EdgeList,
  transactions: Transactions,
  firstMoment: number,
): number {
  const { count, outcome, invoke, complete } = transactions;
  const returned = inOrderOfReturn(transactions);
  const okCount = returned.length;
  let moments = 0;
  let next = 0;
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] === typeCode.fail) continue;
    const begun = invoke[t] ?? 0;
    const earlier = next;
    while (next < okCount && (complete[returned[next] ?? 0] ?? 0) < begun) next += 1;
    if (next > earlier) {
      const moment = firstMoment + moments;
      if (moments > 0) edges.add(moment - 1, moment, relation.realtime);
      for (let i = earlier; i < next; i += 1)
        edges.add(returned[i] ?? 0, moment, relation.realtime);
      moments += 1;
    }
    if (moments > 0) edges.add(firstMoment + moments - 1, t, relation.realtime);
  }
  return moments;
}

/** Committed transactions by the event index of their completion. */
export function inOrderOfReturn({ count, outcome, complete }: Transactions): Int32Array {
  let last = -1;
  for (let t = 0; t < count; t += 1) last = Math.max(last, complete[t] ?? 0);
  /** Transaction + 1 by event. */
  const byEvent = new Int32Array(last + 1);
  let okCount = 0;
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] !== typeCode.ok || complete[t] === noEvent) continue;
    byEvent[complete[t] ?? 0] = t + 1;
    okCount += 1;
  }
  const returned = new Int32Array(okCount);
  let next = 0;
  for (const t of byEvent) {
    if (t === 0) continue;
    returned[next] = t - 1;
    next += 1;
  }
  return returned;
}
