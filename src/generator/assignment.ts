/** Who: which threads a generator is given. */
import { assert } from '../base/assert.ts';
import type { ProcessId } from '../history/event.ts';
import { exhausted, pending, replaced, rewrapped, Soonest } from './emission.ts';
import type { Generator, GeneratorContext, ThreadId } from './generator.ts';
import { type Allot, type Allotment, allotting, slotOf, ThreadFilter } from './threads.ts';

/** `inner` on those threads only; it sees no others and hears of no others. */
export function onThreads(has: (thread: ThreadId) => boolean, inner: Generator): Generator {
  return filtered(new ThreadFilter(has), inner);
}

function filtered(filter: ThreadFilter, inner: Generator): Generator {
  const self: Generator = {
    next(context) {
      return rewrapped(inner.next(filter.narrow(context)), (then) => filtered(filter, then));
    },
    update(context, event) {
      if (!filter.has(context.threadOf(event.process))) return self;
      const updated = inner.update(filter.narrow(context), event);
      return updated === inner ? self : filtered(filter, updated);
    },
  };
  return self;
}

const isClient = (thread: ThreadId): boolean => thread !== 'nemesis';
const isNemesis = (thread: ThreadId): boolean => thread === 'nemesis';

/** `inner` on the client threads and, if given, `forNemesis` on the nemesis. */
export function clients(inner: Generator, forNemesis?: Generator): Generator {
  if (forNemesis === undefined) return onThreads(isClient, inner);
  return dealt(clientsThenNemesis(), [inner, forNemesis]);
}

/** `inner` on the nemesis and, if given, `forClients` on the client threads. */
export function nemesis(inner: Generator, forClients?: Generator): Generator {
  if (forClients === undefined) return onThreads(isNemesis, inner);
  return dealt(clientsThenNemesis(), [forClients, inner]);
}

function clientsThenNemesis(): Allot {
  return allotting((threads) => ({
    partCount: 2,
    parts: threads.map((thread) => (isNemesis(thread) ? 1 : 0)),
  }));
}

/** So many threads, for this generator. */
export type Reservation = readonly [threadCount: number, generator: Generator];

/**
 * The first client threads that it is given for the first generator, the next ones for the
 * second, and all that remain (the nemesis too, if it is among them) for the last: so slow
 * writes cannot use up the threads that are to read.
 */
export function reserve(...parts: readonly [...Reservation[], Generator]): Generator {
  const reservations = parts.slice(0, -1) as readonly Reservation[];
  const rest = parts.at(-1) as Generator;
  const bounds: number[] = [];
  for (const [threadCount] of reservations) {
    assert(
      Number.isInteger(threadCount) && threadCount >= 0,
      `reserve needs whole numbers of threads, got ${threadCount}`,
    );
    bounds.push((bounds.at(-1) ?? 0) + threadCount);
  }
  const allot = allotting((threads) => {
    let position = -1;
    const partAt = (thread: ThreadId): number => {
      if (isNemesis(thread)) return reservations.length;
      position += 1;
      const part = bounds.findIndex((bound) => position < bound);
      return part < 0 ? reservations.length : part;
    };
    return { partCount: reservations.length + 1, parts: threads.map(partAt) };
  });
  return dealt(allot, [...reservations.map(([, generator]) => generator), rest]);
}

/** Each part of the threads with its own generator. */
function dealt(allot: Allot, states: readonly Generator[]): Generator {
  const self: Generator = {
    next(context) {
      const soonest = new Soonest(states, context);
      askParts(context, allot(context), (part, narrow) =>
        soonest.offer(part, states[part]?.next(narrow) ?? exhausted),
      );
      return soonest.answer((changed) => dealt(allot, changed));
    },
    update(context, event) {
      const allotment = allot(context);
      const part = allotment.partOf(context.threadOf(event.process));
      const state = states[part];
      const filter = allotment.parts[part];
      if (state === undefined || filter === undefined) return self;
      const updated = state.update(filter.narrow(context), event);
      return updated === state ? self : dealt(allot, replaced(states, part, updated));
    },
  };
  return self;
}

/**
 * Asks each part once, until one answers with a step that is due (`ask` returns true). The
 * part of the first free thread is asked first, and that thread is a random one, so parts get
 * steps in proportion to their free threads. Parts with no free thread come last: they have
 * no step, but they may be exhausted, or say when to ask again.
 */
export function askParts(
  context: GeneratorContext,
  allotment: Allotment,
  ask: (part: number, narrow: GeneratorContext) => boolean,
): void {
  let asked: Set<number> | undefined;
  for (const thread of context.freeThreads) {
    const part = allotment.partOf(thread);
    const filter = allotment.parts[part];
    if (filter === undefined || asked?.has(part) === true) continue;
    if (ask(part, filter.narrow(context))) return;
    (asked ??= new Set()).add(part);
  }
  for (const [part, filter] of allotment.parts.entries())
    if (asked?.has(part) !== true && ask(part, filter.narrow(context))) return;
}

/** A copy of `each` for every thread; each copy sees that thread alone. */
export function eachThread(each: Generator): Generator {
  const filters: ThreadFilter[] = [];
  const filterOf = (thread: ThreadId): ThreadFilter =>
    (filters[slotOf(thread)] ??= new ThreadFilter((other) => other === thread));
  return eachThreadOf({ fresh: each, filterOf }, []);
}

interface Copies {
  readonly fresh: Generator;
  /** The thread alone. Made when first needed. */
  readonly filterOf: (thread: ThreadId) => ThreadFilter;
}

function eachThreadOf(copies: Copies, states: readonly (Generator | undefined)[]): Generator {
  const stateOf = (thread: ThreadId): Generator => states[slotOf(thread)] ?? copies.fresh;
  const self: Generator = {
    next(context) {
      const asked = context.freeThreads;
      const soonest = new Soonest(asked.map(stateOf), context);
      for (const [i, thread] of asked.entries()) {
        const emission = stateOf(thread).next(copies.filterOf(thread).narrow(context));
        if (soonest.offer(i, emission)) break;
      }
      const answer = soonest.answer((changed) => {
        const copy = states.slice();
        for (const [i, thread] of asked.entries()) copy[slotOf(thread)] = changed[i];
        return eachThreadOf(copies, copy);
      });
      // A busy thread's copy cannot be asked yet: it may have more to do.
      const isOver = answer.kind === 'exhausted';
      return isOver && asked.length < context.threads.length ? pending : answer;
    },
    update(context, event) {
      const thread = context.threadOf(event.process);
      const state = stateOf(thread);
      const updated = state.update(copies.filterOf(thread).narrow(context), event);
      return updated === state
        ? self
        : eachThreadOf(copies, replaced(states, slotOf(thread), updated));
    },
  };
  return self;
}

/**
 * A copy of `each` for every process: like `eachThread`, but a thread that goes on under a
 * new number begins anew.
 */
export function eachProcess(each: Generator): Generator {
  const perProcess = (process: ProcessId | undefined, current: Generator): Generator => {
    const self: Generator = {
      next(context) {
        const thread = context.threads[0];
        const now = thread === undefined ? undefined : context.processOf(thread);
        const state = now === process || process === undefined ? current : each;
        return rewrapped(state.next(context), (then) => perProcess(now, then));
      },
      update(context, event) {
        if (process !== undefined && event.process !== process) return self;
        const updated = current.update(context, event);
        return updated === current ? self : perProcess(event.process, updated);
      },
    };
    return self;
  };
  return eachThread(perProcess(undefined, each));
}
