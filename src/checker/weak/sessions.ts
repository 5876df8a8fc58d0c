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
 *
 * An update counts as a read and right after it a write. For coherence nothing comes between
 * what it read and what it wrote, so that a write and the updates that stem from it move as one
 * block (Cantin, Lipasti and Smith, "The complexity of verifying memory coherence", 2003).
 */
import { sessionsToExplain } from './explained.ts';
import { OrderEdges } from './order.ts';
import {
  isWrite,
  opText,
  type RegisterOps,
  sessionsOf,
  thinAir,
  thinAirText,
} from './register-ops.ts';
import { type Budget, cycleResult, holds, outOfTime, refuted, type WeakResult } from './result.ts';

type Rule = 'monotonic-reads' | 'read-your-writes' | 'monotonic-writes' | 'writes-follow-reads';

export function thinAirRead(ops: RegisterOps): WeakResult | undefined {
  const read = ops.from.indexOf(thinAir);
  if (read < 0) return undefined;
  return refuted(ops, 'thin-air-read', [read], thinAirText(ops, read));
}

export function coherent(ops: RegisterOps): WeakResult {
  const invented = thinAirRead(ops);
  if (invented !== undefined) return invented;
  const edges = new OrderEdges(ops.count + ops.keyCount);
  initialFirst(ops, edges);
  for (let op = 0; op < ops.count; op += 1)
    if (isUpdate(ops, op)) edges.add(versionRead(ops, op), op, () => 'it overwrote that value');
  for (const session of sessionsOf(ops)) {
    const last = new Map<number, number>();
    for (const op of session) {
      const key = ops.key[op] ?? 0;
      const earlier = last.get(key);
      last.set(key, op);
      if (earlier === undefined) continue;
      const result = link(ops, edges, [earlier, versionAfter], [op, versionAtStart]);
      if (result !== undefined) return result;
    }
  }
  const claim = 'The versions of one key have one order.';
  const cycle = edges.cycle();
  if (cycle !== undefined) return cycleResult(ops, edges, cycle, 'cyclic-versions', claim);
  return ops.updateCount === 0 ? holds : blocksInOrder(ops, edges);
}

/**
 * Whether blocks of a version and all updates that stem from it, one from the other, have an
 * order. Each block by itself goes forward in `edges`, in which there is no circle.
 */
function blocksInOrder(ops: RegisterOps, edges: OrderEdges): WeakResult {
  const vertexCount = ops.count + ops.keyCount;
  const next = new Int32Array(vertexCount).fill(-1);
  for (let op = 0; op < ops.count; op += 1) {
    if (!isUpdate(ops, op)) continue;
    const version = versionRead(ops, op);
    const other = next[version] ?? -1;
    next[version] = op;
    if (other < 0) continue;
    return refuted(
      ops,
      'lost-update',
      [version, other, op],
      `${opText(ops, other)} and ${opText(ops, op)} both overwrote ${version < ops.count ? `the value of ${opText(ops, version)}` : 'the initial value'}. Only one of them can have been the next after it.`,
    );
  }
  const head = headsOf(ops, next);
  const blocks = new OrderEdges(vertexCount);
  for (let v = 0; v < vertexCount; v += 1)
    for (const w of edges.successors(v)) {
      const [from, to] = [head[v] ?? v, head[w] ?? w];
      if (from === to) continue;
      blocks.add(
        from,
        to,
        () =>
          [stemText(ops, next, from, v), stemText(ops, next, to, w)]
            .filter((text) => text !== '')
            .concat(
              `${versionText(ops, v)} comes before ${versionText(ops, w)}, as ${edges.reason(v, w)}`,
            )
            .join('; '),
        [v, w, ...edges.shownBy(v, w)].filter((op) => op < ops.count),
      );
    }
  const cycle = blocks.cycle();
  if (cycle === undefined) return holds;
  return cycleResult(
    ops,
    blocks,
    cycle,
    'cyclic-versions',
    'The versions of one key have one order, in which each cas comes right after the value that it found.',
  );
}

/** By version, the one at which its block begins. */
function headsOf(ops: RegisterOps, next: Int32Array): Int32Array {
  const head = Int32Array.from(next, (_, v) => v);
  for (let v = 0; v < head.length; v += 1) {
    if (v < ops.count && ops.from[v] !== isWrite) continue;
    for (let later = next[v] ?? -1; later >= 0; later = next[later] ?? -1) head[later] = v;
  }
  return head;
}

/** How a version stems from the first of its block; empty if it is that. */
function stemText(ops: RegisterOps, next: Int32Array, first: number, version: number): string {
  if (first === version) return '';
  const events: number[] = [];
  for (let v = next[first] ?? -1; v >= 0; v = v === version ? -1 : (next[v] ?? -1))
    events.push(ops.invoked[v] ?? 0);
  return `what ${versionText(ops, version)} left stems from ${versionText(ops, first)} by cas after cas (events ${events.join(', ')}), with nothing between`;
}

function versionText(ops: RegisterOps, version: number): string {
  return version < ops.count ? opText(ops, version) : 'the initial value';
}

export function sessionGuarantee(ops: RegisterOps, rule: Rule, budget: Budget): WeakResult {
  const invented = thinAirRead(ops);
  if (invented !== undefined) return invented;
  const sessions = sessionsOf(ops);
  for (const session of sessionsToExplain(ops)) {
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
          writer.filter((op) => ops.writes[op] === 1),
          versionWritten,
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
            versionRead,
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
    if (ops.writes[op] === 1)
      edges.add(ops.count + (ops.key[op] ?? 0), op, () => 'it was there before any write');
}

function isUpdate(ops: RegisterOps, op: number): boolean {
  return ops.writes[op] === 1 && ops.from[op] !== isWrite;
}

type VersionOf = (ops: RegisterOps, op: number) => number;

/** Of a read or update: the version that it found. */
function versionRead(ops: RegisterOps, op: number): number {
  const source = ops.from[op] ?? isWrite;
  return source < 0 ? ops.count + (ops.key[op] ?? 0) : source;
}

/** What an operation shows first: a write its own, others what they found. */
function versionAtStart(ops: RegisterOps, op: number): number {
  return ops.from[op] === isWrite ? op : versionRead(ops, op);
}

/** What an operation leaves: what it wrote, or found if it wrote nothing. */
function versionAfter(ops: RegisterOps, op: number): number {
  return ops.writes[op] === 1 ? op : versionRead(ops, op);
}

function versionWritten(_: RegisterOps, op: number): number {
  return op;
}

/** The version of the latter is not older. Returns a violation if that is a read before its write. */
function link(
  ops: RegisterOps,
  edges: OrderEdges,
  [earlier, former]: readonly [op: number, version: VersionOf],
  [later, latter]: readonly [op: number, version: VersionOf],
): Violated | undefined {
  const [from, to] = [former(ops, earlier), latter(ops, later)];
  if (from !== to) {
    edges.add(from, to, () => followed(ops, earlier, later), [earlier, later]);
    return undefined;
  }
  if (to !== later) return undefined;
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
  version: VersionOf,
): Violated | undefined {
  const last = new Map<number, number>();
  for (const op of session) {
    const key = ops.key[op] ?? 0;
    const earlier = last.get(key);
    last.set(key, op);
    const result =
      earlier === undefined ? undefined : link(ops, edges, [earlier, version], [op, version]);
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
    const source = ops.from[op] ?? isWrite;
    if (source > op && ops.process[source] === ops.process[op]) {
      // It read what its own process wrote only later: that is for others to judge.
      const early = ownLater.get(key);
      if (early === undefined) ownLater.set(key, [op]);
      else early.push(op);
    } else if (source !== isWrite) {
      edges.add(versionRead(ops, op), base + op, () => '');
      const before = lastRead.get(key);
      if (before !== undefined) edges.add(base + before, base + op, () => '');
      lastRead.set(key, op);
    }
    if (ops.writes[op] !== 1) continue;
    const read = lastRead.get(key);
    if (read !== undefined) edges.add(base + read, op, () => '');
    for (const early of ownLater.get(key) ?? []) {
      const version = versionRead(ops, early);
      if (version !== op) edges.add(version, op, () => followed(ops, early, op), [early]);
    }
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
    if (read >= 0) edges.add(v, next, () => followed(ops, read, next), [read]);
  }
  return kept;
}

function followed(ops: RegisterOps, earlier: number, later: number): string {
  if (earlier === later) return 'it overwrote that value';
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
    const own = lastWrite.get(key);
    if (ops.writes[op] === 1) lastWrite.set(key, op);
    if (own === undefined || ops.from[op] === isWrite) continue;
    const result = link(ops, edges, [own, versionWritten], [op, versionRead]);
    if (result !== undefined) return result;
  }
  return undefined;
}
