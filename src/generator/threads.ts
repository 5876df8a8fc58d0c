/**
 * Narrowed contexts: what a generator sees that was given only some of the threads.
 *
 * They are made several times per operation, so the lists in them are made only when asked
 * for, and only once between two changes: a filter remembers its answer for the very list
 * that it was last asked about.
 */
import { assert } from '../base/assert.ts';
import type { ProcessId } from '../history/event.ts';
import type { GeneratorContext, ThreadId } from './generator.ts';

/** Some of the threads. One object for the life of a generator; it remembers its last answers. */
export class ThreadFilter {
  readonly has: (thread: ThreadId) => boolean;
  #allThreads: readonly ThreadId[] | undefined;
  #threads: readonly ThreadId[] = [];
  #allFree: readonly ThreadId[] | undefined;
  #free: readonly ThreadId[] = [];

  constructor(has: (thread: ThreadId) => boolean) {
    this.has = has;
  }

  narrow(context: GeneratorContext): GeneratorContext {
    return new NarrowContext(context, this);
  }

  threads(all: readonly ThreadId[]): readonly ThreadId[] {
    if (all !== this.#allThreads) {
      this.#threads = this.#filtered(all);
      this.#allThreads = all;
    }
    return this.#threads;
  }

  free(all: readonly ThreadId[]): readonly ThreadId[] {
    if (all !== this.#allFree) {
      this.#free = this.#filtered(all);
      this.#allFree = all;
    }
    return this.#free;
  }

  #filtered(all: readonly ThreadId[]): readonly ThreadId[] {
    const kept: ThreadId[] = [];
    for (const thread of all) if (this.has(thread)) kept.push(thread);
    return kept;
  }
}

class NarrowContext implements GeneratorContext {
  readonly nowNs: number;
  readonly #outer: GeneratorContext;
  readonly #filter: ThreadFilter;

  constructor(outer: GeneratorContext, filter: ThreadFilter) {
    this.nowNs = outer.nowNs;
    this.#outer = outer;
    this.#filter = filter;
  }

  get threads(): readonly ThreadId[] {
    return this.#filter.threads(this.#outer.threads);
  }

  get freeThreads(): readonly ThreadId[] {
    return this.#filter.free(this.#outer.freeThreads);
  }

  processOf(thread: ThreadId): ProcessId {
    return this.#outer.processOf(thread);
  }

  threadOf(process: ProcessId): ThreadId {
    return this.#outer.threadOf(process);
  }
}

/** Threads dealt out: each to one part, or to none. */
export interface Allotment {
  /** The part of a thread, or -1. */
  partOf(thread: ThreadId): number;
  readonly parts: readonly ThreadFilter[];
}

/** Deals out threads by their position in the context; deals again only if the threads change. */
export type Allot = (context: GeneratorContext) => Allotment;

/**
 * @param divide the part of each of `threads`, by position; -1 for none.
 */
export function allotting(
  divide: (threads: readonly ThreadId[]) => { partCount: number; parts: readonly number[] },
): Allot {
  let known: readonly ThreadId[] | undefined;
  let allotment: Allotment | undefined;
  return (context) => {
    const { threads } = context;
    if (allotment === undefined || threads !== known) {
      const { partCount, parts } = divide(threads);
      assert(parts.length === threads.length, 'every thread needs a part');
      // The nemesis has slot 0, client thread t has slot t + 1.
      const bySlot: number[] = [];
      for (const [position, thread] of threads.entries())
        bySlot[slotOf(thread)] = parts[position] ?? -1;
      const partOf = (thread: ThreadId): number => bySlot[slotOf(thread)] ?? -1;
      allotment = {
        partOf,
        parts: Array.from(
          { length: partCount },
          (_, part) => new ThreadFilter((thread) => partOf(thread) === part),
        ),
      };
      known = threads;
    }
    return allotment;
  };
}

/** A small number for each thread, for use as an index. */
export function slotOf(thread: ThreadId): number {
  return thread === 'nemesis' ? 0 : thread + 1;
}
