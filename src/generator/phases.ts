/** Barriers: one thing after the other has quite ended. */
import { pendingUntil, rewrapped } from './emission.ts';
import type { Generator } from './generator.ts';
import { sequence } from './sources.ts';

/**
 * Waits until no thread that it is given has an operation open; then it is `inner`. A thread
 * whose operation ended in `info` is free: the wait is for answers, not for effects.
 */
export function synchronize(inner: Generator): Generator {
  const self: Generator = {
    next(context) {
      if (context.freeThreads.length < context.threads.length) return pendingUntil(undefined);
      const emission = inner.next(context);
      // The barrier has fallen, even if nothing goes through it at once.
      if (emission.kind === 'pending')
        return pendingUntil(emission.untilNs, emission.then ?? inner);
      return rewrapped(emission, (then) => then);
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : synchronize(updated);
    },
  };
  return self;
}

/** One after the other, each beginning when every operation of the one before has ended. */
export function phases(...generators: readonly Generator[]): Generator {
  return sequence(...generators.map(synchronize));
}

/**
 * `first`, a barrier, `second`. (Not called `then`: a module that exports a `then` is taken
 * for a promise by `await import`, and never arrives.)
 */
export function andThen(first: Generator, second: Generator): Generator {
  return sequence(first, synchronize(second));
}
