/** Which: several generators for the same threads. */
import { drawInt, type Prng, shuffle } from '../base/prng.ts';
import { exhausted, Soonest, updatedEach } from './emission.ts';
import type { Emission, Generator, GeneratorContext } from './generator.ts';

/** The soonest step of all; chance decides between equals. It ends when all have. */
export function any(source: Prng, ...generators: readonly Generator[]): Generator {
  return anyOf(source, generators, 'all');
}

/** Like `any`, but ends as soon as one of them has nothing more. */
export function shortestAny(source: Prng, ...generators: readonly Generator[]): Generator {
  return anyOf(source, generators, 'one');
}

function anyOf(source: Prng, states: readonly Generator[], endsWith: 'all' | 'one'): Generator {
  const self: Generator = {
    next(context) {
      const [order, rest] = shuffle(source, [...states.keys()]);
      const soonest = new Soonest(states, context);
      for (const index of order) {
        const emission = states[index]?.next(context) ?? exhausted;
        if (emission.kind === 'exhausted' && endsWith === 'one') return exhausted;
        if (soonest.offer(index, emission) && endsWith === 'all') break;
      }
      return soonest.answer((changed, isStep) => anyOf(isStep ? rest : source, changed, endsWith));
    },
    update(context, event) {
      const updated = updatedEach(states, (state) => state.update(context, event));
      return updated === states ? self : anyOf(source, updated, endsWith);
    },
  };
  return self;
}

/**
 * A step of one of them, each as likely as the others, while they last. If the chosen one has
 * nothing just now the next one is asked: one that waits must not hold up the rest.
 */
export function mix(source: Prng, generators: readonly Generator[]): Generator {
  return mixOf(source, generators);
}

function mixOf(source: Prng, states: readonly Generator[]): Generator {
  const self: Generator = {
    next(context) {
      return nextOfMix(source, states, context);
    },
    update(context, event) {
      const updated = updatedEach(states, (state) => state.update(context, event));
      return updated === states ? self : mixOf(source, updated);
    },
  };
  return self;
}

function nextOfMix(
  source: Prng,
  states: readonly Generator[],
  context: GeneratorContext,
): Emission {
  if (states.length === 0) return exhausted;
  const [chosen, rest] = drawInt(source, states.length);
  const soonest = new Soonest(states, context);
  let ended: number[] | undefined;
  for (let i = 0; i < states.length; i += 1) {
    const index = (chosen + i) % states.length;
    const emission = states[index]?.next(context) ?? exhausted;
    if (emission.kind === 'exhausted') (ended ??= []).push(index);
    if (soonest.offer(index, emission)) break;
  }
  return soonest.answer((changed, isStep) => {
    // Those that ended leave, so that the draw is among those that still have something.
    const left =
      isStep && ended !== undefined ? changed.filter((_, i) => !ended.includes(i)) : changed;
    return mixOf(isStep ? rest : source, left);
  });
}
