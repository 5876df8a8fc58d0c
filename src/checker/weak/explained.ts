/**
 * Processes whose view of a register history is seen without a search.
 *
 * Where one read of many is wrong, the other processes' views are those of a correct register.
 * So the writes are put in the order of a linearizable one, each at the earliest point at which
 * its value can have been there (Gibbons and Korach, "Testing shared memories", 1997). If that
 * order extends the causal order, a process whose operations fit into it, each read where the
 * value that it returned is the last one written, has a view in causal memory, and so in every
 * model that each process's view decides. What does not fit is left to the model's own algorithm.
 */
import { initialWrite, isWrite, type RegisterOps, sessionsOf } from './register-ops.ts';

/**
 * The sessions with reads or updates that are not seen to have a view that keeps the causal order:
 * all that a model is still to be asked about that each process's view decides.
 * Of operations without reads of values that nobody wrote.
 */
export function sessionsToExplain(ops: RegisterOps): readonly (readonly number[])[] {
  const sessions = sessionsOf(ops);
  const order = new WriteOrder(ops);
  const keepsCauses = sessions.every((session) => order.keepsCauses(session));
  return sessions.filter(
    (session) =>
      session.some((op) => ops.from[op] !== isWrite) && !(keepsCauses && order.explains(session)),
  );
}

const none = -1;

class WriteOrder {
  readonly #ops: RegisterOps;
  /** By write: how many writes come before it. */
  readonly #rank: Int32Array;
  /** By rank: the rank of the next write of the key; past all of them if there is none. */
  readonly #next: Int32Array;
  /** By key: the rank of its first write. */
  readonly #first: Int32Array;

  constructor(ops: RegisterOps) {
    this.#ops = ops;
    const points = earliestPoints(ops);
    const writes: number[] = [];
    for (let op = 0; op < ops.count; op += 1) if (ops.writes[op] === 1) writes.push(op);
    // Updates may share a point with what they read, which was invoked before most of the time.
    writes.sort((a, b) => (points[a] ?? 0) - (points[b] ?? 0) || a - b);
    this.#rank = new Int32Array(ops.count).fill(none);
    this.#next = new Int32Array(writes.length);
    this.#first = new Int32Array(ops.keyCount).fill(writes.length);
    for (let rank = writes.length - 1; rank >= 0; rank -= 1) {
      const write = writes[rank] ?? 0;
      const key = ops.key[write] ?? 0;
      this.#rank[write] = rank;
      this.#next[rank] = this.#first[key] ?? 0;
      this.#first[key] = rank;
    }
  }

  /** Whether each of its writes comes after all writes that it did or saw before. */
  keepsCauses(session: readonly number[]): boolean {
    let last = none;
    for (const op of session) {
      const source = this.#rank[this.#ops.from[op] ?? none] ?? none;
      last = Math.max(last, source);
      if (this.#ops.writes[op] !== 1) continue;
      const rank = this.#rank[op] ?? none;
      if (rank <= last) return false;
      last = rank;
    }
    return true;
  }

  /** Whether its operations fit between the writes, each as early as it can be; causes are kept. */
  explains(session: readonly number[]): boolean {
    let place = none;
    for (const op of session) {
      const source = this.#ops.from[op] ?? isWrite;
      const rank = this.#rank[op] ?? none;
      if (this.#ops.writes[op] === 1) {
        // That it comes after the place so far is what `keepsCauses` says.
        if (source !== isWrite && this.#overwritten(op, source) !== rank) return false;
        place = rank;
      } else {
        place = Math.max(place, this.#rank[source] ?? none);
        if (place >= this.#overwritten(op, source)) return false;
      }
    }
    return true;
  }

  /** The rank of the first write that overwrote what an operation found. */
  #overwritten(op: number, source: number): number {
    return source === initialWrite
      ? (this.#first[this.#ops.key[op] ?? 0] ?? 0)
      : (this.#next[this.#rank[source] ?? 0] ?? 0);
  }
}

/**
 * By write, the event up to which its value cannot be proved to be there: the first at which
 * somebody who wrote or read it had returned or, if all were under way together at some time, the
 * last invocation. Never outside of the write itself.
 */
function earliestPoints({ count, invoked, returned, from, writes }: RegisterOps): Float64Array {
  const firstReturn = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const lastInvoke = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const add = (op: number, write: number): void => {
    firstReturn[write] = Math.min(firstReturn[write] ?? 0, returned[op] ?? 0);
    lastInvoke[write] = Math.max(lastInvoke[write] ?? 0, invoked[op] ?? 0);
  };
  for (let op = 0; op < count; op += 1) {
    if (writes[op] === 1) add(op, op);
    const source = from[op] ?? isWrite;
    if (source >= 0) add(op, source);
  }
  return firstReturn.map((end, op) => {
    const point = Math.min(end, lastInvoke[op] ?? 0);
    return Math.max(invoked[op] ?? 0, Math.min(point, returned[op] ?? 0));
  });
}
