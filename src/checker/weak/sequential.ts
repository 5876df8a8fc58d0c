/**
 * Sequential consistency (Lamport, "How to make a multiprocessor computer that correctly executes
 * multiprocess programs", 1979) of registers with distinct values: one order of all operations
 * that keeps the order of each process and explains each read.
 *
 * To decide it is NP-complete (Gibbons and Korach, 1997). First the order is closed under what
 * must follow; a circle refutes. Then a search: reads are taken as soon as they can be, since
 * that never hurts, and so is an update that is the last to read the value that is there, since
 * nothing else of its key can come next; only the choice of the next write is tried both ways,
 * and a value that is still to be read is not overwritten. Positions that led nowhere are
 * remembered exactly.
 */
import { causalEdges } from './causal.ts';
import { isWrite, opText, type RegisterOps, sessionsOf } from './register-ops.ts';
import { type Budget, holds, outOfTime, refuted, type WeakResult } from './result.ts';
import { thinAirRead } from './sessions.ts';
import { closeOrder } from './views.ts';

/** What a remembered position costs, beside one byte for each bit of it. */
const bytesPerPosition = 96;

export function sequential(ops: RegisterOps, budget: Budget): WeakResult {
  const invented = thinAirRead(ops);
  if (invented !== undefined) return invented;
  const edges = causalEdges(ops);
  const reads: number[] = [];
  for (let op = 0; op < ops.count; op += 1) if (ops.from[op] !== isWrite) reads.push(op);
  const closed = closeOrder(ops, edges, reads, budget);
  if (closed.kind !== 'holds') return closed;
  return new Search(
    ops,
    budget,
    (op) => edges.predecessors(op),
    (op) => edges.successors(op),
  ).run();
}

interface Choice {
  /** Operations that were done when it was made. */
  readonly done: number;
  readonly writes: readonly number[];
  next: number;
  readonly position: string;
}

class Search {
  readonly #ops: RegisterOps;
  readonly #budget: Budget;
  readonly #successors: (op: number) => readonly number[];
  readonly #waiting: Int32Array;
  readonly #unread: Int32Array;
  /** By key: the write whose value is there, or -1. */
  readonly #current: Int32Array;
  readonly #initialUnread: Int32Array;
  /** By process: how many of its operations were done, which is the first ones. */
  readonly #progress: Int32Array;
  readonly #sessionOf: Int32Array;
  readonly #done: { readonly op: number; readonly replaced: number }[] = [];
  readonly #ready = new Set<number>();
  readonly #dead = new Set<string>();
  #bytes = 0;
  #longest = 0;

  constructor(
    ops: RegisterOps,
    budget: Budget,
    predecessors: (op: number) => readonly number[],
    successors: (op: number) => readonly number[],
  ) {
    this.#ops = ops;
    this.#budget = budget;
    this.#successors = successors;
    this.#waiting = new Int32Array(ops.count);
    this.#unread = new Int32Array(ops.count);
    this.#initialUnread = new Int32Array(ops.keyCount);
    this.#current = new Int32Array(ops.keyCount).fill(-1);
    const sessions = sessionsOf(ops);
    this.#progress = new Int32Array(sessions.length);
    this.#sessionOf = new Int32Array(ops.count);
    for (const [s, session] of sessions.entries())
      for (const op of session) this.#sessionOf[op] = s;
    for (let op = 0; op < ops.count; op += 1) {
      this.#waiting[op] = predecessors(op).length;
      if (this.#waiting[op] === 0) this.#ready.add(op);
      this.#countUnread(op, 1);
    }
  }

  run(): WeakResult {
    const choices: Choice[] = [];
    this.#takeForced();
    for (let steps = 0; ; steps += 1) {
      if (this.#done.length === this.#ops.count) return holds;
      this.#longest = Math.max(this.#longest, this.#done.length);
      const proved = `${this.#longest} of ${this.#ops.count} operations were put in an order`;
      if (steps % 64 === 0 && this.#budget.expired()) return outOfTime(this.#budget, proved);
      if (this.#bytes > this.#budget.memoryMb * 2 ** 20)
        return { kind: 'open', reason: { kind: 'memory', limitMb: this.#budget.memoryMb, proved } };
      const possible = this.#possibleWrites();
      // Where there is no choice, the last one that there was is to blame.
      const position = possible.length > 1 ? this.#position() : '';
      const writes = position !== '' && this.#dead.has(position) ? [] : possible;
      choices.push({ done: this.#done.length, writes, next: 0, position });
      if (!this.#advance(choices)) return this.#refutation();
    }
  }

  /** Takes the next untried write, going back where there is none. False: all was tried. */
  #advance(choices: Choice[]): boolean {
    for (let choice = choices.at(-1); choice !== undefined; choice = choices.at(-1)) {
      while (this.#done.length > choice.done) this.#undo();
      const write = choice.writes[choice.next];
      if (write !== undefined) {
        choice.next += 1;
        this.#do(write);
        this.#takeForced();
        return true;
      }
      if (choice.position !== '' && !this.#dead.has(choice.position)) {
        this.#dead.add(choice.position);
        this.#bytes += choice.position.length * 2 + bytesPerPosition;
      }
      choices.pop();
    }
    return false;
  }

  #possibleWrites(): readonly number[] {
    return [...this.#ready]
      .filter((op) => {
        if (this.#ops.from[op] !== isWrite) return false;
        return this.#unreadOf(this.#ops.key[op] ?? 0) === 0;
      })
      .toSorted((a, b) => a - b);
  }

  /** How many have yet to read the value that a key has now. */
  #unreadOf(key: number): number {
    const current = this.#current[key] ?? -1;
    return (current < 0 ? this.#initialUnread[key] : this.#unread[current]) ?? 0;
  }

  /** Takes reads and updates that can be taken. */
  #takeForced(): void {
    for (let took = true; took; ) {
      took = false;
      for (const op of this.#ready) {
        const source = this.#ops.from[op] ?? isWrite;
        const key = this.#ops.key[op] ?? 0;
        if (source === isWrite || source !== (this.#current[key] ?? -1)) continue;
        // An update must leave nobody behind who has yet to read what it overwrites.
        if (this.#ops.writes[op] === 1 && this.#unreadOf(key) !== 1) continue;
        this.#do(op);
        took = true;
      }
    }
  }

  #do(op: number): void {
    const key = this.#ops.key[op] ?? 0;
    this.#done.push({ op, replaced: this.#current[key] ?? -1 });
    this.#advanceProcess(op, 1);
    this.#ready.delete(op);
    if (this.#ops.writes[op] === 1) this.#current[key] = op;
    this.#countUnread(op, -1);
    for (const later of this.#successors(op)) {
      this.#waiting[later] = (this.#waiting[later] ?? 0) - 1;
      if (this.#waiting[later] === 0) this.#ready.add(later);
    }
  }

  #undo(): void {
    const last = this.#done.pop();
    if (last === undefined) return;
    const { op, replaced } = last;
    for (const later of this.#successors(op)) {
      if (this.#waiting[later] === 0) this.#ready.delete(later);
      this.#waiting[later] = (this.#waiting[later] ?? 0) + 1;
    }
    this.#advanceProcess(op, -1);
    this.#ready.add(op);
    if (this.#ops.writes[op] === 1) this.#current[this.#ops.key[op] ?? 0] = replaced;
    this.#countUnread(op, 1);
  }

  #advanceProcess(op: number, by: number): void {
    const s = this.#sessionOf[op] ?? 0;
    this.#progress[s] = (this.#progress[s] ?? 0) + by;
  }

  #countUnread(read: number, by: number): void {
    const source = this.#ops.from[read] ?? isWrite;
    const key = this.#ops.key[read] ?? 0;
    if (source >= 0) this.#unread[source] = (this.#unread[source] ?? 0) + by;
    else if (source !== isWrite) this.#initialUnread[key] = (this.#initialUnread[key] ?? 0) + by;
  }

  /** What was done, by process in its order, and what each key holds: the future depends on no more. */
  #position(): string {
    return `${this.#progress.join(' ')}|${this.#current.join(' ')}`;
  }

  #refutation(): WeakResult {
    const involved = Array.from({ length: this.#ops.count }, (_, op) => op);
    const reads = involved.filter((op) => this.#ops.from[op] !== isWrite).slice(0, 3);
    return refuted(
      this.#ops,
      'non-sequential',
      involved,
      `All orders of these ${this.#ops.count} operations were tried that keep the order of each process; none explains what was read (${reads.map((op) => opText(this.#ops, op)).join('; ')}${reads.length < this.#ops.readCount ? '; …' : ''}). The longest that does covers ${this.#longest}.`,
    );
  }
}
