/**
 * Causal consistency of registers with distinct values, by the bad patterns of Bouajjani, Enea,
 * Guerraoui and Hamza ("On verifying causal consistency", POPL 2017). The causal order is what
 * the order of each process and who read from whom give together.
 *
 * - CC: the causal order has no circle, and no read of a value has a causally later write of
 *   the key in its past (or, if it read the initial value, any write of the key).
 * - CCv (convergence): and what each read shows to be written last fits in one order for all.
 */
import { OrderEdges } from './order.ts';
import { initialWrite, isWrite, opText, type RegisterOps, sessionsOf } from './register-ops.ts';
import { type Budget, cycleResult, holds, outOfTime, refuted, type WeakResult } from './result.ts';
import { thinAirRead } from './sessions.ts';

/** The causal order, by the edges that make it. */
export function causalEdges(ops: RegisterOps): OrderEdges {
  const edges = new OrderEdges(ops.count);
  for (const session of sessionsOf(ops))
    for (const [i, op] of session.entries()) {
      const earlier = session[i - 1];
      if (earlier !== undefined) edges.add(earlier, op, () => 'the same process did it first');
    }
  for (let op = 0; op < ops.count; op += 1) {
    const source = ops.from[op] ?? isWrite;
    if (source >= 0) edges.add(source, op, () => 'that is the value it read');
  }
  return edges;
}

export function causal(ops: RegisterOps, budget: Budget, converges = false): WeakResult {
  const invented = thinAirRead(ops);
  if (invented !== undefined) return invented;
  const edges = causalEdges(ops);
  const order = edges.sorted();
  if (order === undefined)
    return cycleResult(
      ops,
      edges,
      edges.cycle() ?? [],
      'cyclic-causality',
      'Causes come before effects.',
    );
  const sessions = sessionsOf(ops);
  if (pastMegabytes(ops, sessions) > budget.memoryMb) {
    const proved = 'only the absence of causal circles was shown';
    return { kind: 'open', reason: { kind: 'memory', limitMb: budget.memoryMb, proved } };
  }
  const past = new CausalPast(ops, sessions, order, edges);
  for (let read = 0; read < ops.count; read += 1) {
    if (read % 256 === 0 && budget.expired())
      return outOfTime(budget, `the first ${read} operations show no violation`);
    const source = ops.from[read] ?? isWrite;
    if (source === isWrite) continue;
    for (const write of past.lastWrites(read)) {
      if (write === source) continue;
      if (source === initialWrite)
        return refuted(
          ops,
          'stale-read',
          past.path(write, read),
          `${opText(ops, read)} returned the initial value, but ${opText(ops, write)} is in its causal past: ${past.why(write, read)}.`,
        );
      if (past.has(write, source))
        return refuted(
          ops,
          'stale-read',
          [...past.path(source, write), ...past.path(write, read)],
          `${opText(ops, read)} returned the value of ${opText(ops, source)}. But that causally precedes ${opText(ops, write)} (${past.why(source, write)}), which is in the causal past of the read (${past.why(write, read)}).`,
        );
    }
  }
  return converges ? arbitrated(ops, edges, past, budget) : holds;
}

/** Whether what each read shows to be the newest fits in one order with the causal one. */
function arbitrated(
  ops: RegisterOps,
  edges: OrderEdges,
  past: CausalPast,
  budget: Budget,
): WeakResult {
  // Paths are causal ones: they must not go over what is added here.
  const shown: { read: number; write: number; path: readonly number[] }[] = [];
  for (let read = 0; read < ops.count; read += 1) {
    if (read % 256 === 0 && budget.expired())
      return outOfTime(
        budget,
        'causal consistency holds; one order of all writes was not looked for',
      );
    const source = ops.from[read] ?? isWrite;
    if (source < 0) continue;
    for (const write of past.lastWrites(read))
      if (write !== source) shown.push({ read, write, path: past.path(write, read) });
  }
  for (const { read, write, path } of shown)
    edges.add(
      write,
      ops.from[read] ?? write,
      () =>
        `${opText(ops, read)} had both in its causal past and returned the latter, so that is the newer`,
      path,
    );
  const cycle = edges.cycle();
  if (cycle === undefined) return holds;
  return cycleResult(
    ops,
    edges,
    cycle,
    'divergence',
    'Writes are arbitrated in one order that contains the causal one.',
  );
}

/** What `CausalPast` takes. */
export function pastMegabytes(ops: RegisterOps, sessions: readonly (readonly number[])[]): number {
  return (ops.count * sessions.length * 4) / 2 ** 20;
}

/**
 * For each operation, how much of each session lies in its past, itself included: a vector clock.
 * Writes of a session must follow each other in `edges`.
 */
export class CausalPast {
  readonly #ops: RegisterOps;
  readonly #edges: OrderEdges;
  readonly #width: number;
  readonly #clock: Int32Array;
  readonly #session: Int32Array;
  readonly #position: Int32Array;
  /** By session, then key: positions of writes, ascending, with the writes. */
  readonly #writes: readonly ReadonlyMap<
    number,
    readonly (readonly [position: number, op: number])[]
  >[];

  constructor(
    ops: RegisterOps,
    sessions: readonly (readonly number[])[],
    order: readonly number[],
    edges: OrderEdges,
  ) {
    this.#ops = ops;
    this.#edges = edges;
    const width = sessions.length;
    this.#width = width;
    this.#clock = new Int32Array(ops.count * width);
    this.#session = new Int32Array(ops.count);
    this.#position = new Int32Array(ops.count);
    this.#writes = sessions.map((session, s) => {
      const byKey = new Map<number, [number, number][]>();
      for (const [position, op] of session.entries()) {
        this.#session[op] = s;
        this.#position[op] = position;
        if (ops.writes[op] !== 1) continue;
        const key = ops.key[op] ?? 0;
        const writes = byKey.get(key);
        if (writes === undefined) byKey.set(key, [[position, op]]);
        else writes.push([position, op]);
      }
      return byKey;
    });
    for (const op of order) {
      for (const earlier of edges.predecessors(op))
        for (let s = 0; s < width; s += 1) {
          const seen = this.#clock[earlier * width + s] ?? 0;
          if (seen > (this.#clock[op * width + s] ?? 0)) this.#clock[op * width + s] = seen;
        }
      this.#clock[op * width + (this.#session[op] ?? 0)] = (this.#position[op] ?? 0) + 1;
    }
  }

  /** True if `earlier` is in the causal past of `op`. */
  has(op: number, earlier: number): boolean {
    const s = this.#session[earlier] ?? 0;
    return (
      earlier !== op && (this.#clock[op * this.#width + s] ?? 0) > (this.#position[earlier] ?? 0)
    );
  }

  /** Of each session, the last write of the read's key that is in its causal past, not itself. */
  lastWrites(read: number): readonly number[] {
    const found: number[] = [];
    const key = this.#ops.key[read] ?? 0;
    for (let s = 0; s < this.#width; s += 1) {
      const writes = this.#writes[s]?.get(key);
      const seen =
        s === this.#session[read]
          ? (this.#position[read] ?? 0)
          : (this.#clock[read * this.#width + s] ?? 0);
      if (writes === undefined || seen === 0) continue;
      let [low, high] = [0, writes.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((writes[middle]?.[0] ?? 0) < seen) low = middle + 1;
        else high = middle;
      }
      const last = writes[low - 1];
      if (last !== undefined) found.push(last[1]);
    }
    return found;
  }

  /** The causal path from one to the other, by event. */
  why(from: number, to: number): string {
    return `events ${this.path(from, to)
      .map((op) => this.#ops.invoked[op] ?? 0)
      .join(' → ')}`;
  }

  /** The operations of that path, both ends included. */
  path(from: number, to: number): readonly number[] {
    return this.#edges.path(from, to, (op) => this.has(to, op));
  }
}
