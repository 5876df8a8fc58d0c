/**
 * Who is there, who is free, and under which number each thread runs: the state behind
 * every context. Whoever runs a generator (the interpreter, the simulation) owns one.
 */
import { assert } from '../base/assert.ts';
import { type Prng, Random } from '../base/prng.ts';
import type { ProcessId } from '../history/event.ts';
import type { GeneratorContext, ThreadId } from './generator.ts';

export class Roster {
  readonly threads: readonly ThreadId[];
  readonly clientCount: number;
  /** The process of each client thread. */
  readonly #processes: number[];
  readonly #busy = new Set<ThreadId>();
  /** Free threads in random order (ascending without a source of chance). */
  readonly #free: ThreadId[];
  #snapshot: readonly ThreadId[] | undefined;
  readonly #random: Random | undefined;

  /** Without `chance`, free threads are listed in ascending order: for literal tests. */
  constructor(clientCount: number, options: { nemesis: boolean; chance?: Prng | undefined }) {
    assert(
      Number.isInteger(clientCount) && clientCount >= 0,
      `a run needs a whole number of client threads, got ${clientCount}`,
    );
    this.clientCount = clientCount;
    this.#processes = Array.from({ length: clientCount }, (_, thread) => thread);
    this.threads = options.nemesis ? [...this.#processes, 'nemesis'] : [...this.#processes];
    this.#random = options.chance === undefined ? undefined : new Random(options.chance);
    this.#free = [];
    for (const thread of this.threads) this.#insert(thread);
  }

  get busyCount(): number {
    return this.#busy.size;
  }

  /** Free threads; the same array until the next change. */
  get freeThreads(): readonly ThreadId[] {
    this.#snapshot ??= this.#free.slice();
    return this.#snapshot;
  }

  isFree(thread: ThreadId): boolean {
    return !this.#busy.has(thread);
  }

  processOf(thread: ThreadId): ProcessId {
    if (thread === 'nemesis') return 'nemesis';
    const process = this.#processes[thread];
    assert(process !== undefined, `there is no thread ${thread}`);
    return process;
  }

  threadOf(process: ProcessId): ThreadId {
    return process === 'nemesis' ? 'nemesis' : process % this.clientCount;
  }

  context(nowNs: number): GeneratorContext {
    return new RosterContext(this, nowNs);
  }

  begin(thread: ThreadId): void {
    assert(!this.#busy.has(thread), `thread ${thread} has an operation open`);
    const at = this.#free.indexOf(thread);
    assert(at >= 0, `there is no thread ${thread}`);
    this.#busy.add(thread);
    if (this.#random === undefined) this.#free.splice(at, 1);
    else {
      const last = this.#free.pop();
      if (last !== undefined && at < this.#free.length) this.#free[at] = last;
    }
    this.#snapshot = undefined;
  }

  end(thread: ThreadId): void {
    assert(this.#busy.delete(thread), `thread ${thread} has no operation open`);
    this.#insert(thread);
    this.#snapshot = undefined;
  }

  /** Gives a client thread its next process number, after an operation of unknown outcome. */
  renumber(thread: ThreadId): void {
    if (thread === 'nemesis') return;
    this.#processes[thread] = Number(this.processOf(thread)) + this.clientCount;
  }

  /** One step of a shuffle: if the others are in random order, so are all. */
  #insert(thread: ThreadId): void {
    const free = this.#free;
    if (this.#random === undefined) {
      const rank = (other: ThreadId): number => (other === 'nemesis' ? Infinity : other);
      const at = free.findIndex((other) => rank(other) > rank(thread));
      free.splice(at < 0 ? free.length : at, 0, thread);
      return;
    }
    const at = this.#random.int(free.length + 1);
    const moved = free[at];
    free.push(thread);
    if (moved === undefined) return;
    free[at] = thread;
    free[free.length - 1] = moved;
  }
}

class RosterContext implements GeneratorContext {
  readonly nowNs: number;
  readonly #roster: Roster;

  constructor(roster: Roster, nowNs: number) {
    this.#roster = roster;
    this.nowNs = nowNs;
  }

  get threads(): readonly ThreadId[] {
    return this.#roster.threads;
  }

  get freeThreads(): readonly ThreadId[] {
    return this.#roster.freeThreads;
  }

  processOf(thread: ThreadId): ProcessId {
    return this.#roster.processOf(thread);
  }

  threadOf(process: ProcessId): ThreadId {
    return this.#roster.threadOf(process);
  }
}
