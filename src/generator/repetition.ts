/** How often: counts, loops, and retries until something worked. */
import { assert } from '../base/assert.ts';
import type { ProcessId } from '../history/event.ts';
import { exhausted, followedBy, pending, pendingUntil, rewrapped } from './emission.ts';
import type { Generator } from './generator.ts';

/** At most `count` steps of `inner`; a sleep and a log count as one each. */
export function limit(count: number, inner: Generator): Generator {
  const self: Generator = {
    next(context) {
      if (count <= 0) return exhausted;
      const emission = inner.next(context);
      if (emission.kind === 'exhausted') return emission;
      if (emission.kind === 'pending') return rewrapped(emission, (then) => limit(count, then));
      return followedBy(emission, limit(count - 1, emission.then));
    },
    update(context, event) {
      if (count <= 0) return self;
      const updated = inner.update(context, event);
      return updated === inner ? self : limit(count, updated);
    },
  };
  return self;
}

/** The first step of `inner`, and no more. */
export function once(inner: Generator): Generator {
  return limit(1, inner);
}

/**
 * The first step of `inner` again and again: its state never advances (but it hears of
 * events). `repeat(of(read))` reads for ever.
 */
export function repeat(inner: Generator, times = Infinity): Generator {
  const self: Generator = {
    next(context) {
      if (times <= 0) return exhausted;
      const emission = inner.next(context);
      if (emission.kind === 'exhausted') return emission;
      if (emission.kind === 'pending') return rewrapped(emission, (then) => repeat(then, times));
      return followedBy(emission, repeat(inner, times - 1));
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : repeat(updated, times);
    },
  };
  return self;
}

/** All of `whole`, then all of it again from its beginning. */
export function cycle(whole: Generator, times = Infinity): Generator {
  return cycleAt(whole, whole, times);
}

function cycleAt(whole: Generator, current: Generator, timesLeft: number): Generator {
  const self: Generator = {
    next(context) {
      if (timesLeft <= 0) return exhausted;
      const emission = current.next(context);
      if (emission.kind !== 'exhausted')
        return rewrapped(emission, (then) => cycleAt(whole, then, timesLeft));
      if (timesLeft <= 1) return exhausted;
      const again = whole.next(context);
      // Over before it began: going round once more would go round for ever.
      if (again.kind === 'exhausted') return exhausted;
      if (again.kind === 'pending')
        return pendingUntil(again.untilNs, cycleAt(whole, again.then ?? whole, timesLeft - 1));
      return followedBy(again, cycleAt(whole, again.then, timesLeft - 1));
    },
    update(context, event) {
      const updated = current.update(context, event);
      return updated === current ? self : cycleAt(whole, updated, timesLeft);
    },
  };
  return self;
}

/**
 * `inner` until one of its own operations is ok. Operations that others do on the same
 * threads do not count.
 */
export function untilOk(inner: Generator): Generator {
  return untilOkOf(inner, []);
}

function untilOkOf(inner: Generator, open: readonly ProcessId[]): Generator {
  const self: Generator = {
    next(context) {
      const emission = inner.next(context);
      if (emission.kind !== 'op') return rewrapped(emission, (then) => untilOkOf(then, open));
      return followedBy(emission, untilOkOf(emission.then, [...open, emission.process]));
    },
    update(context, event) {
      const updated = inner.update(context, event);
      const ends = event.type !== 'invoke' && open.includes(event.process);
      if (ends && event.type === 'ok') return done;
      if (ends)
        return untilOkOf(
          updated,
          open.filter((process) => process !== event.process),
        );
      return updated === inner ? self : untilOkOf(updated, open);
    },
  };
  return self;
}

const done: Generator = { next: () => exhausted, update: () => done };

/** A step of each in turn, until the one whose turn it is has none: start, stop, start, stop. */
export function flipFlop(first: Generator, second: Generator): Generator {
  const self: Generator = {
    next(context) {
      const emission = first.next(context);
      if (emission.kind === 'exhausted') return emission;
      if (emission.kind === 'pending') return rewrapped(emission, (then) => flipFlop(then, second));
      return followedBy(emission, flipFlop(second, emission.then));
    },
    update(context, event) {
      const one = first.update(context, event);
      const other = second.update(context, event);
      return one === first && other === second ? self : flipFlop(one, other);
    },
  };
  return self;
}

/**
 * At most `max` different client processes ever. Every process that could have been chosen
 * counts: a checker's cost grows with the operations that may still take effect, and each
 * crashed process leaves one.
 */
export function processLimit(max: number, inner: Generator): Generator {
  return processLimitSeen(max, inner, new Set());
}

function processLimitSeen(max: number, inner: Generator, seen: ReadonlySet<ProcessId>): Generator {
  const self: Generator = {
    next(context) {
      const emission = inner.next(context);
      if (emission.kind === 'exhausted') return emission;
      if (emission.kind === 'pending')
        return rewrapped(emission, (then) => processLimitSeen(max, then, seen));
      let all: Set<ProcessId> | undefined;
      for (const thread of context.threads) {
        const process = context.processOf(thread);
        if (process !== 'nemesis' && !seen.has(process)) (all ??= new Set(seen)).add(process);
      }
      if ((all ?? seen).size > max) return exhausted;
      return followedBy(emission, processLimitSeen(max, emission.then, all ?? seen));
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : processLimitSeen(max, updated, seen);
    },
  };
  return self;
}

/** At most `max` client operations of `inner` open at once; `max` is at least 1. */
export function concurrencyLimit(max: number, inner: Generator): Generator {
  assert(max >= 1, `a concurrency limit of ${max} would let nothing through, ever`);
  return concurrencyLimitOpen(max, inner, []);
}

function concurrencyLimitOpen(
  max: number,
  inner: Generator,
  open: readonly ProcessId[],
): Generator {
  const self: Generator = {
    next(context) {
      const emission = inner.next(context);
      if (emission.kind !== 'op' || emission.process === 'nemesis')
        return rewrapped(emission, (then) => concurrencyLimitOpen(max, then, open));
      if (open.length >= max) return pending;
      const grown = [...open, emission.process];
      return followedBy(emission, concurrencyLimitOpen(max, emission.then, grown));
    },
    update(context, event) {
      const updated = inner.update(context, event);
      if (event.type !== 'invoke' && open.includes(event.process)) {
        const rest = open.filter((process) => process !== event.process);
        return concurrencyLimitOpen(max, updated, rest);
      }
      return updated === inner ? self : concurrencyLimitOpen(max, updated, open);
    },
  };
  return self;
}
