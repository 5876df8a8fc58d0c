/**
 * Appends that nobody read have an order that nobody knows. Serializability does not mind: a
 * serial order of the transactions orders them too. Levels below it may, so there an order is
 * looked for that the level allows.
 */
import { componentsOf } from '../../base/graph.ts';
import { type AppendGraph, appendGraphOf, type TailOrder } from './append-graph.ts';
import type { AppendHistory } from './append-versions.ts';
import { snapshotOrder } from './cycles.ts';
import { relation } from './relations.ts';

export const orderMatters: ReadonlySet<string> = new Set([
  'consistent-view',
  'snapshot-isolation',
  'strong-session-snapshot-isolation',
  'strong-snapshot-isolation',
]);

/** Edges looked at in all graphs that are tried. */
const effortMax = 60_000_000;
/** More unread appends of one key than this are not permuted. */
const permutedMax = 4;

/** True if there is such an order; false if none was found. */
export function canBeOrdered(
  lists: AppendHistory,
  found: AppendGraph,
  level: string,
  outOfTime: () => boolean,
): boolean {
  const base = relation.ww | relation.wr | relation.rw;
  const session = level.startsWith('strong-session') ? relation.process : 0;
  const mask = base | (level === 'strong-snapshot-isolation' ? relation.realtime : session);
  if (componentsOf(found.graph, mask).count === found.graph.vertexCount) return true;
  const realTime = (mask & relation.realtime) !== 0;
  const tried = (order?: TailOrder): ((transaction: number) => number) | undefined =>
    snapshotOrder(appendGraphOf(lists, realTime, order), mask);
  const first = tried();
  if (first === undefined) return false;
  if (tried((_, writers) => byRank(writers, first)) !== undefined) return true;
  let rank = first;
  const fixed = new Map<number, readonly number[]>();
  let effort = 0;
  for (const [key, writers] of found.unordered) {
    let next: typeof rank | undefined;
    for (const order of ordersOf(byRank(writers, rank))) {
      effort += found.graph.targets.length;
      if (effort > effortMax || outOfTime()) return false;
      fixed.set(key, order);
      next = tried((k) => fixed.get(k));
      if (next !== undefined) break;
    }
    if (next === undefined) return false;
    rank = next;
  }
  return true;
}

function byRank(
  writers: readonly number[],
  rank: (transaction: number) => number,
): readonly number[] {
  return writers.toSorted((a, b) => rank(a) - rank(b));
}

/** The order itself, and if it is short all others. */
function* ordersOf(items: readonly number[]): Generator<readonly number[]> {
  if (items.length > permutedMax) yield items;
  else yield* permutations(items);
}

function* permutations(items: readonly number[]): Generator<readonly number[]> {
  if (items.length <= 1) yield items;
  for (const [i, item] of items.entries())
    if (items.length > 1)
      for (const rest of permutations([...items.slice(0, i), ...items.slice(i + 1)]))
        yield [item, ...rest];
}
