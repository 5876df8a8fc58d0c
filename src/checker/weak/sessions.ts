/**
 * Coherence, and the four session guarantees (Terry et al., "Session guarantees for weakly
 * consistent replicated data", 1994), for registers whose versions show only as distinct values.
 *
 * A value stands for its write. Each rule says that one version of a key is not newer than
 * another; it is violated if these go round in a circle, so that no order of versions is left.
 * Guarantees are judged from where one process sits, as each may see versions in an order of
 * its own:
 *
 * - monotonic reads: what it reads does not get older;
 * - read your writes: what it reads is not older than its own writes, which have their order;
 * - monotonic writes: what it reads does not get older, where each process's writes have the
 *   order in which it made them;
 * - writes follow reads: the same, where each write is newer than what its author had read.
 *
 * Coherence (sequential consistency of each key by itself) asks for one order for all.
 */
import { OrderEdges } from './order.ts';
import {
  initialWrite,
  isWrite,
  opText,
  type RegisterOps,
  sessionsOf,
  thinAir,
} from './register-ops.ts';
import { type Budget, cycleResult, holds, outOfTime, refuted, type WeakResult } from './result.ts';

type Rule = 'monotonic-reads' | 'read-your-writes' | 'monotonic-writes' | 'writes-follow-reads';

export function thinAirRead(ops: RegisterOps): WeakResult | undefined {
  const read = ops.from.indexOf(thinAir);
  if (read < 0) return undefined;
  return refuted(
    ops,
    'thin-air-read',
    [read],
    `Nobody wrote what ${opText(ops, read)} returned, or the write failed.`,
  );
}

export function coherent(ops: RegisterOps): WeakResult {
  const invented = thinAirRead(ops);
  if (invented !== undefined) return invented;
  const edges = new OrderEdges(ops.count + ops.keyCount);
  initialFirst(ops, edges);
  for (const session of sessionsOf(ops)) {
    const last = new Map<number, number>();
    for (const op of session) {
      const key = ops.key[op] ?? 0;
      const earlier = last.get(key);
      last.set(key, op);
      if (earlier === undefined) continue;
      const result = link(ops, edges, earlier, op);
      if (result !== undefined) return result;
    }
  }
  const cycle = edges.cycle();
  if (cycle === undefined) return holds;
  return cycleResult(
    ops,
    edges,
    cycle,
    'cyclic-versions',
    'The versions of one key have one order.',
  );
}

export function sessionGuarantee(ops: RegisterOps, rule: Rule, budget: Budget): WeakResult {
  const invented = thinAirRead(ops);
  if (invented !== undefined) return invented;
  const sessions = sessionsOf(ops);
  for (const session of sessions) {
    if (!session.some((op) => ops.from[op] !== isWrite)) continue;
    if (budget.expired()) return outOfTime(budget, 'the processes judged so far show no violation');
    const reads = rule === 'writes-follow-reads' ? ops.count : 0;
    const edges = new OrderEdges(ops.count + ops.keyCount + reads);
    initialFirst(ops, edges);
    const writers = rule === 'read-your-writes' ? [session] : sessions;
    if (rule === 'read-your-writes' || rule === 'monotonic-writes')
      for (const writer of writers)
        addSuccessive(
          ops,
          edges,
          writer.filter((op) => ops.from[op] === isWrite),
        );
    if (rule === 'writes-follow-reads')
      for (const writer of writers) addReadThenWrite(ops, edges, writer);
    const result =
      rule === 'read-your-writes'
        ? addOwnWrites(ops, edges, session)
        : addSuccessive(
            ops,
            edges,
            session.filter((op) => ops.from[op] !== isWrite),
          );
    if (result !== undefined) return { ...result, type: rule };
    const cycle = edges.cycle();
    if (cycle === undefined) continue;
    const type = rule === 'monotonic-reads' ? 'non-monotonic-read' : rule;
    const who = `process ${ops.process[session[0] ?? 0] ?? 0}`;
    return cycleResult(
      ops,
      edges,
      overReads(ops, edges, cycle),
      type,
      `As ${who} sees them, the versions of one key have one order.`,
    );
  }
  return holds;
}

type Violated = Extract<WeakResult, { kind: 'violated' }>;

function initialFirst(ops: RegisterOps, edges: OrderEdges): void {
  for (let op = 0; op < ops.count; op += 1)
    if (ops.from[op] === isWrite)
      edges.add(ops.count + (ops.key[op] ?? 0), op, () => 'it was there before any write');
}

/** The version that an operation shows: a write's own, a read's source. */
function versionOf(ops: RegisterOps, op: number): number {
  const source = ops.from[op] ?? isWrite;
  if (source === isWrite) return op;
  return source === initialWrite ? ops.count + (ops.key[op] ?? 0) : source;
}

/** The version of `later` is not older. Returns a violation if that is a read before its write. */
function link(
  ops: RegisterOps,
  edges: OrderEdges,
  earlier: number,
  later: number,
): Violated | undefined {
  const [from, to] = [versionOf(ops, earlier), versionOf(ops, later)];
  if (from !== to) {
    edges.add(from, to, () => followed(ops, earlier, later));
    return undefined;
  }
  if (ops.from[later] !== isWrite) return undefined;
  return refuted(
    ops,
    'future-read',
    [earlier, later],
    `${opText(ops, earlier)} came before the write of that value, which the same process made later: ${opText(ops, later)}.`,
  ) as Violated;
}

function addSuccessive(
  ops: RegisterOps,
  edges: OrderEdges,
  session: readonly number[],
): Violated | undefined {
  const last = new Map<number, number>();
  for (const op of session) {
    const key = ops.key[op] ?? 0;
    const earlier = last.get(key);
    last.set(key, op);
    const result = earlier === undefined ? undefined : link(ops, edges, earlier, op);
    if (result !== undefined) return result;
  }
  return undefined;
}

/**
 * Every version read before a write is older than it. Vertices beyond the versions, one for each
 * read, stand for "this read and all before it", so that edges stay as few as operations.
 */
function addReadThenWrite(ops: RegisterOps, edges: OrderEdges, session: readonly number[]): void {
  const base = ops.count + ops.keyCount;
  const lastRead = new Map<number, number>();
  const ownLater = new Map<number, number[]>();
  for (const op of session) {
    const key = ops.key[op] ?? 0;
    if (ops.from[op] === isWrite) {
      const read = lastRead.get(key);
      if (read !== undefined) edges.add(base + read, op, () => '');
      for (const early of ownLater.get(key) ?? []) {
        const version = versionOf(ops, early);
        if (version !== op) edges.add(version, op, () => followed(ops, early, op));
      }
      continue;
    }
    const source = ops.from[op] ?? isWrite;
    if (source > op && ops.process[source] === ops.process[op]) {
      // It read what its own process wrote only later: that is for others to judge.
      const early = ownLater.get(key);
      if (early === undefined) ownLater.set(key, [op]);
      else early.push(op);
      continue;
    }
    edges.add(versionOf(ops, op), base + op, () => '');
    const before = lastRead.get(key);
    if (before !== undefined) edges.add(base + before, base + op, () => '');
    lastRead.set(key, op);
  }
}

/** A cycle without the vertices that stand for reads; the edges over them get their reasons. */
function overReads(ops: RegisterOps, edges: OrderEdges, cycle: readonly number[]): number[] {
  const base = ops.count + ops.keyCount;
  const first = Math.max(
    0,
    cycle.findIndex((v) => v < base),
  );
  const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
  const kept: number[] = [];
  for (const [i, v] of turned.entries()) {
    if (v >= base) continue;
    kept.push(v);
    const read = (turned[i + 1] ?? v) - base;
    const next = turned.slice(i + 1).find((later) => later < base) ?? turned[0] ?? v;
    if (read >= 0) edges.add(v, next, () => followed(ops, read, next));
  }
  return kept;
}

function followed(ops: RegisterOps, earlier: number, later: number): string {
  return `${opText(ops, earlier)} was followed by ${opText(ops, later)}`;
}

function addOwnWrites(
  ops: RegisterOps,
  edges: OrderEdges,
  session: readonly number[],
): Violated | undefined {
  const lastWrite = new Map<number, number>();
  for (const op of session) {
    const key = ops.key[op] ?? 0;
    if (ops.from[op] === isWrite) {
      lastWrite.set(key, op);
      continue;
    }
    const own = lastWrite.get(key);
    const result = own === undefined ? undefined : link(ops, edges, own, op);
    if (result !== undefined) return result;
  }
  return undefined;
}
