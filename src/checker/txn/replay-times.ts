/**
 * By when each transaction of a serial order must have run, and since when it can have: its
 * own return and invocation, and those of all that reads tie it to.
 */
import { noEvent, typeCode } from '../../history/columns.ts';
import { type Digraph, EdgeList } from '../digraph.ts';
import { initial, type RegisterHistory, writeTo } from './register-versions.ts';
import { readKind } from './transactions.ts';

export interface ReplayTimes {
  /** Event index by which the transaction must have run; `never` if there is none. */
  readonly latest: Int32Array;
  /** Event index before which it cannot have run. */
  readonly earliest: Int32Array;
  /** For each write the greatest `earliest` of those that read it; -1 if nobody did. */
  readonly neededUntil: Int32Array;
  /** Transactions that must run before others, by reads (edges may be there twice). */
  readonly before: Digraph;
}

export const never = 0x7fff_ffff;

/**
 * Undefined if reads form a cycle.
 * @param timed false if the order of events between processes means nothing
 */
export function replayTimes(history: RegisterHistory, timed: boolean): ReplayTimes | undefined {
  const { transactions, committed, external, source } = history;
  const { count, invoke, complete, outcome, of, kind } = transactions;
  const before = readOrder(history);
  const order = topological(before);
  if (order === undefined) return undefined;
  const earliest = new Int32Array(count);
  const latest = new Int32Array(count).fill(never);
  for (let t = 0; t < count; t += 1) {
    if (timed) earliest[t] = invoke[t] ?? 0;
    const returned = complete[t] ?? noEvent;
    if (timed && outcome[t] === typeCode.ok && returned !== noEvent) latest[t] = returned;
  }
  const { offsets, targets } = before;
  for (const v of order)
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
      const w = targets[edge] ?? 0;
      earliest[w] = Math.max(earliest[w] ?? 0, earliest[v] ?? 0);
    }
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const v = order[at] ?? 0;
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1)
      latest[v] = Math.min(latest[v] ?? 0, latest[targets[edge] ?? 0] ?? 0);
  }
  const neededUntil = new Int32Array(kind.length).fill(-1);
  for (let i = 0; i < kind.length; i += 1) {
    const write = source[i] ?? -1;
    const reader = of[i] ?? 0;
    if (kind[i] !== readKind || write < 0 || external[i] === 0 || committed[reader] === 0) continue;
    if (of[write] !== reader)
      neededUntil[write] = Math.max(neededUntil[write] ?? -1, earliest[reader] ?? 0);
  }
  return { latest, earliest, neededUntil, before };
}

/**
 * Writers before readers; and, where one transaction reads from two that wrote the same key,
 * the one whose write of it was not read before the other.
 */
function readOrder(history: RegisterHistory): Digraph {
  const { transactions, source, external, committed } = history;
  const { count, first, key, of } = transactions;
  const edges = new EdgeList(transactions.kind.length);
  const seen: number[] = [];
  for (let t = 0; t < count; t += 1) {
    if (committed[t] === 0) continue;
    seen.length = 0;
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
      if (external[i] === 1 && ((source[i] ?? -1) >= 0 || source[i] === initial)) seen.push(i);
    for (const read of seen) {
      const write = source[read] ?? -1;
      if (write < 0) continue;
      const writer = of[write] ?? 0;
      if (writer === t) continue;
      edges.add(writer, t, 1);
      for (const other of seen) {
        const shown = source[other] ?? -1;
        if (shown < 0 || of[shown] === writer || writeTo(transactions, writer, key[other] ?? 0) < 0)
          continue;
        edges.add(writer, of[shown] ?? 0, 1);
      }
    }
  }
  return edges.toDigraph(count);
}

function topological({ vertexCount, offsets, targets }: Digraph): Int32Array | undefined {
  const waiting = new Int32Array(vertexCount);
  for (const w of targets) waiting[w] = (waiting[w] ?? 0) + 1;
  const order = new Int32Array(vertexCount);
  let found = 0;
  for (let v = 0; v < vertexCount; v += 1)
    if (waiting[v] === 0) {
      order[found] = v;
      found += 1;
    }
  for (let at = 0; at < found; at += 1) {
    const v = order[at] ?? 0;
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
      const w = targets[edge] ?? 0;
      waiting[w] = (waiting[w] ?? 0) - 1;
      if (waiting[w] !== 0) continue;
      order[found] = w;
      found += 1;
    }
  }
  return found === vertexCount ? order : undefined;
}
