/**
 * PRAM and causal memory: each process has a view of its own, an order of writes and of its own
 * reads that explains what it read. With distinct values the view exists exactly if closing its
 * order under one rule leads to no circle: a write of the key that comes before a read of another
 * write's value comes before that other write.
 *
 * - PRAM (Lipton and Sandberg, 1988): views keep the order of each process.
 * - Causal memory (Ahamad et al., 1995): views keep the causal order.
 *
 * In the views of others an update is a write; what it read is explained in that of its process.
 * The rule decides with updates too: what comes before one of the process's own reads or updates
 * comes before the next, so that each needs only its source to be the last write before it.
 */
import { CausalPast, causalEdges, pastMegabytes } from './causal.ts';
import { sessionsToExplain } from './explained.ts';
import { OrderEdges } from './order.ts';
import {
  eventOf,
  initialWrite,
  isWrite,
  opText,
  type RegisterOps,
  sessionsOf,
} from './register-ops.ts';
import { type Budget, cycleResult, holds, outOfTime, refuted, type WeakResult } from './result.ts';
import { thinAirRead } from './sessions.ts';

export function pram(ops: RegisterOps, budget: Budget): WeakResult {
  return eachView(ops, budget, (session) => {
    const edges = new OrderEdges(ops.count);
    const own = new Set(session);
    for (const other of sessionsOf(ops)) {
      const kept = other.filter((op) => ops.writes[op] === 1 || own.has(op));
      for (const [i, op] of kept.entries()) {
        const earlier = kept[i - 1];
        if (earlier !== undefined) edges.add(earlier, op, () => 'the same process did it first');
      }
    }
    for (const op of session) {
      const source = ops.from[op] ?? isWrite;
      if (source >= 0) edges.add(source, op, () => 'that is the value it read');
    }
    return edges;
  });
}

export function causalMemory(ops: RegisterOps, budget: Budget): WeakResult {
  const whole = causalEdges(ops);
  const circle = whole.cycle();
  if (circle !== undefined)
    return (
      thinAirRead(ops) ??
      cycleResult(ops, whole, circle, 'cyclic-causality', 'Causes come before effects.')
    );
  return eachView(ops, budget, (session) => {
    const last = session.at(-1) ?? 0;
    const past = new Set([...whole.before(last), last]);
    const edges = new OrderEdges(ops.count);
    for (const op of past)
      for (const earlier of whole.predecessors(op))
        edges.add(earlier, op, () => whole.reason(earlier, op));
    return edges;
  });
}

function eachView(
  ops: RegisterOps,
  budget: Budget,
  viewOf: (session: readonly number[]) => OrderEdges,
): WeakResult {
  const invented = thinAirRead(ops);
  if (invented !== undefined) return invented;
  for (const session of sessionsToExplain(ops)) {
    const reads = session.filter((op) => ops.from[op] !== isWrite);
    const result = closeOrder(ops, viewOf(session), reads, budget);
    if (result.kind !== 'holds') return result;
  }
  return holds;
}

/**
 * Closes an order under the rule above for these reads; adds what follows to `edges`.
 * Holds if there is no circle, which for the reads of one process means that a view exists.
 */
export function closeOrder(
  ops: RegisterOps,
  edges: OrderEdges,
  reads: readonly number[],
  budget: Budget,
): WeakResult {
  const sessions = sessionsOf(ops);
  const memoryMb = pastMegabytes(ops, sessions);
  if (memoryMb > budget.memoryMb) {
    const proved = 'nothing was shown for this many processes';
    return { kind: 'open', reason: { kind: 'memory', limitMb: budget.memoryMb, proved } };
  }
  for (let grew = true; grew; ) {
    grew = false;
    const order = edges.sorted();
    if (order === undefined)
      return cycleResult(
        ops,
        edges,
        edges.cycle() ?? [],
        'stale-read',
        'An order that explains what was read has no circle.',
      );
    const past = new CausalPast(ops, sessions, order, edges);
    for (const [i, read] of reads.entries()) {
      if (i % 64 === 0 && budget.expired())
        return outOfTime(budget, 'no violation was found until then');
      const source = ops.from[read] ?? initialWrite;
      // Of each process, the last write counts: those before it come before it.
      for (const write of past.lastWrites(read)) {
        if (write === source) continue;
        if (source === initialWrite)
          return refuted(
            ops,
            'stale-read',
            edges.proofOf(edges.path(write, read)),
            `${opText(ops, read)} returned the initial value, but ${opText(ops, write)} must come before it: ${pathText(ops, edges, write, read)}.`,
          );
        if (past.has(source, write)) continue;
        const isNew = edges.add(
          write,
          source,
          () => `it comes before ${opText(ops, read)}, which did not return its value`,
          edges.proofOf(edges.path(write, read)),
        );
        grew ||= isNew;
      }
    }
  }
  return holds;
}

function pathText(ops: RegisterOps, edges: OrderEdges, from: number, to: number): string {
  return `events ${edges
    .path(from, to)
    .map((op) => eventOf(ops, op))
    .join(' → ')}`;
}
