/**
 * Appends that nobody read have an order that nobody knows. Serializability does not mind: a
 * serial order of the transactions orders them too. Levels below it may, so there an order is
 * searched for that the level allows, of begins and commits (as in `register-orders.ts`).
 */

import { componentsOf } from '../digraph.ts';
import type { AppendGraph } from './append-graph.ts';
import type { AppendHistory } from './append-versions.ts';
import { IntList } from './integers.ts';
import { searchOrder } from './order-search.ts';
import { anti, relation } from './relations.ts';

export const orderMatters: ReadonlySet<string> = new Set([
  'consistent-view',
  'parallel-snapshot-isolation',
  'snapshot-isolation',
  'strong-session-snapshot-isolation',
  'strong-snapshot-isolation',
]);

/** More pairs of unread appends than this are not searched. */
const pairsMax = 1_000_000;

export interface TailBudget {
  readonly bytesMax: number;
  readonly outOfTime: () => boolean;
}

/** True if there is an order that the level allows; false if none was found. */
export function canBeOrdered(
  { transactions }: AppendHistory,
  { graph, unordered, transactionCount }: AppendGraph,
  level: string,
  { bytesMax, outOfTime }: TailBudget,
): boolean {
  const base = relation.ww | relation.wr | relation.rw;
  const session = level.startsWith('strong-session') ? relation.process : 0;
  const mask = base | (level === 'strong-snapshot-isolation' ? relation.realtime : session);
  if (componentsOf(graph, mask).count === graph.vertexCount) return true;
  // A transaction begins at vertex 2t and commits at 2t + 1; a helper is one vertex.
  const helper = (v: number): number => v + transactionCount;
  const begin = (v: number): number => (v < transactionCount ? v * 2 : helper(v));
  const commit = (v: number): number => (v < transactionCount ? v * 2 + 1 : helper(v));
  const known = new IntList();
  for (let t = 0; t < transactionCount; t += 1) {
    known.push(begin(t));
    known.push(commit(t));
  }
  const { offsets, targets, relations, vertexCount } = graph;
  const missed = missedThrough(graph, transactionCount);
  for (let v = 0; v < vertexCount; v += 1)
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
      const bits = relations[edge] ?? 0;
      if ((bits & ~mask) !== 0) continue;
      const w = targets[edge] ?? 0;
      const isAnti = v < transactionCount ? (bits & anti) !== 0 : missed.has(v);
      known.push(isAnti ? begin(v) : commit(v));
      known.push(isAnti ? commit(w) : begin(w));
    }
  const pairs = new IntList();
  for (const writers of unordered.values())
    for (const [i, a] of writers.entries())
      for (const b of writers.slice(i + 1)) {
        pairs.push(a);
        pairs.push(b);
        if (pairs.length > pairsMax * 2) return false;
      }
  const problem = {
    vertexCount: vertexCount + transactionCount,
    known,
    choiceCount: pairs.length / 2,
    edgesOf: (choice: number, side: 0 | 1, edges: number[]): void => {
      const [a, b] = [pairs.at(choice * 2 + side), pairs.at(choice * 2 + 1 - side)];
      edges.push(commit(a), begin(b));
    },
    rank: (vertex: number): number =>
      vertex < transactionCount * 2 ? (transactions.invoke[vertex >> 1] ?? 0) : vertex,
  };
  return searchOrder(problem, bytesMax, outOfTime).acyclic === true;
}

/** Helpers that anti-dependencies lead to. */
function missedThrough(
  { offsets, targets, relations }: AppendGraph['graph'],
  transactionCount: number,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (let edge = 0; edge < (offsets[transactionCount] ?? 0); edge += 1)
    if ((targets[edge] ?? 0) >= transactionCount && ((relations[edge] ?? 0) & anti) !== 0)
      found.add(targets[edge] ?? 0);
  return found;
}
