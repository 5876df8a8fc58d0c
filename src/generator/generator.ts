/**
 * A schedule that unfolds as the run goes: a value, not a coroutine (the idea is that of
 * jepsen.generator). It can be tested with no clock, no process and no sleep: `simulate.ts`.
 *
 * Threads are what the interpreter has: client threads 0, 1, … and the nemesis thread.
 * Processes are what they run as: thread t starts as process t and, after an operation of
 * unknown outcome, becomes t + threadCount, then t + 2 threadCount, and so on.
 */
import type { Json } from '../base/json.ts';
import type { HistoryEvent, ProcessId } from '../history/event.ts';

export type ThreadId = number | 'nemesis';

/**
 * The world as a generator may know it. Handed fresh to each call, cheap to narrow, and good
 * for that call only: a generator that keeps one will read the future in it.
 */
export interface GeneratorContext {
  /** Nanoseconds since the run began. */
  readonly nowNs: number;
  /** Client threads that exist for this generator, ascending, and perhaps the nemesis. */
  readonly threads: readonly ThreadId[];
  /**
   * Of those, the ones with no operation open, in random order: whoever takes the first one
   * spreads the load over all of them. Always taking the lowest would send a light load to
   * the first node alone.
   */
  readonly freeThreads: readonly ThreadId[];
  /** The process that a thread runs as now. */
  processOf(thread: ThreadId): ProcessId;
  /** The thread that runs this process (its number modulo the number of client threads). */
  threadOf(process: ProcessId): ThreadId;
}

/** What is asked for. Not yet stamped with an index and a time. */
export interface OpRequest {
  readonly f: string;
  readonly value?: Json;
  readonly key?: Json;
  readonly final?: boolean;
}

export type Emission =
  /**
   * Do this on that process now, or at `atNs` if that is later. `then` follows it.
   *
   * A step for later is not kept: when its time comes the generator is asked once more. So
   * `atNs` must come from the generator's state; `nowNs + 10 s` would be put off for ever.
   */
  | {
      readonly kind: 'op';
      readonly op: OpRequest;
      readonly process: ProcessId;
      readonly atNs: number;
      readonly then: Generator;
    }
  /** Keep that process busy until `untilNs`. Not in the history. */
  | {
      readonly kind: 'sleep';
      readonly process: ProcessId;
      readonly untilNs: number;
      readonly atNs: number;
      readonly then: Generator;
    }
  /** Tell the people who watch. Not in the history. */
  | {
      readonly kind: 'log';
      readonly message: string;
      readonly process: ProcessId;
      readonly atNs: number;
      readonly then: Generator;
    }
  /**
   * Nothing yet. Ask again after the next event, or at `untilNs` if that is given. `then` is
   * what to ask, where asking changed it (a clock that started to run); else the same again.
   */
  | { readonly kind: 'pending'; readonly untilNs?: number; readonly then?: Generator }
  /** Nothing, ever. */
  | { readonly kind: 'exhausted' };

/**
 * Both functions are pure. The interpreter may ask, throw the answer away because a
 * completion came first, and ask again with a newer context.
 */
export interface Generator {
  next(context: GeneratorContext): Emission;
  /** Told of every event (invocation and completion), so that it can retry, stop, change phase. */
  update(context: GeneratorContext, event: HistoryEvent): Generator;
}
