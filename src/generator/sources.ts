/** Where ops come from: the leaves of every generator. */
import type { Prng } from '../base/prng.ts';
import { exhausted, followedBy, nothing, pending, pendingUntil } from './emission.ts';
import type { Emission, Generator, GeneratorContext, OpRequest } from './generator.ts';

/** Each of these once, in this order, on whatever thread is free. */
export function of(...ops: readonly OpRequest[]): Generator {
  return opsFrom(ops, 0);
}

function opsFrom(ops: readonly OpRequest[], position: number): Generator {
  const op = ops[position];
  if (op === undefined) return nothing;
  const self: Generator = {
    next(context) {
      return stepNow(context, op, opsFrom(ops, position + 1));
    },
    update() {
      return self;
    },
  };
  return self;
}

/** Whatever `draw` gives, for ever. `draw` is pure: it returns the source for the next draw. */
export function repeatedly(
  source: Prng,
  draw: (source: Prng) => readonly [op: OpRequest, next: Prng],
): Generator {
  return unfold(source, draw);
}

/**
 * Whatever `draw` makes of a state, for ever; it also returns the state for the next draw.
 * Pure: `unfold(0, (n) => [{ f: 'add', value: n }, n + 1])` adds 0, 1, 2, …
 */
export function unfold<State>(
  state: State,
  draw: (state: State) => readonly [op: OpRequest, next: State],
): Generator {
  const self: Generator = {
    next(context) {
      // Not drawn until somebody can take it: a busy system is asked again and again.
      if (context.freeThreads.length === 0) return pending;
      const [op, rest] = draw(state);
      return stepNow(context, op, unfold(rest, draw));
    },
    update() {
      return self;
    },
  };
  return self;
}

function stepNow(context: GeneratorContext, op: OpRequest, then: Generator): Emission {
  const thread = context.freeThreads[0];
  if (thread === undefined) return pending;
  return { kind: 'op', op, process: context.processOf(thread), atNs: context.nowNs, then };
}

/**
 * Keeps one thread busy for so long, once. In a sequence for the nemesis it is a pause; among
 * clients it holds up one of them only, unless a barrier (`phases`) follows.
 */
export function sleep(lengthNs: number): Generator {
  const self: Generator = {
    next(context) {
      const thread = context.freeThreads[0];
      if (thread === undefined) return pending;
      const atNs = context.nowNs;
      const process = context.processOf(thread);
      return { kind: 'sleep', process, atNs, untilNs: atNs + lengthNs, then: nothing };
    },
    update() {
      return self;
    },
  };
  return self;
}

/** Tells the people who watch, once. */
export function log(message: string): Generator {
  const self: Generator = {
    next(context) {
      const thread = context.freeThreads[0];
      if (thread === undefined) return pending;
      const process = context.processOf(thread);
      return { kind: 'log', message, process, atNs: context.nowNs, then: nothing };
    },
    update() {
      return self;
    },
  };
  return self;
}

/**
 * One after the other: each begins when the one before has nothing more to ask for, even if
 * operations of it are still open (`phases` waits for them). Only the current one hears of
 * events.
 */
export function sequence(...generators: readonly Generator[]): Generator {
  return sequenceFrom(generators, 0, generators[0] ?? nothing);
}

function sequenceFrom(
  generators: readonly Generator[],
  position: number,
  current: Generator,
): Generator {
  const self: Generator = {
    next(context) {
      let at = position;
      let state = current;
      for (;;) {
        const emission = state.next(context);
        if (emission.kind === 'pending') {
          const then = emission.then ?? (at === position ? undefined : state);
          if (then === undefined) return emission;
          return pendingUntil(emission.untilNs, sequenceFrom(generators, at, then));
        }
        if (emission.kind !== 'exhausted')
          return followedBy(emission, sequenceFrom(generators, at, emission.then));
        at += 1;
        const following = generators[at];
        if (following === undefined) return exhausted;
        state = following;
      }
    },
    update(context, event) {
      const updated = current.update(context, event);
      return updated === current ? self : sequenceFrom(generators, position, updated);
    },
  };
  return self;
}
