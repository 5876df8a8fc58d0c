/** Changing what a generator says, and watching what it hears. */
import { InvariantError } from '../base/errors.ts';
import type { HistoryEvent } from '../history/event.ts';
import { rewrapped } from './emission.ts';
import type { Emission, Generator, GeneratorContext, OpRequest } from './generator.ts';

/** Every op changed by `change`. Sleeps and logs pass. */
export function map(
  change: (op: OpRequest, context: GeneratorContext) => OpRequest,
  inner: Generator,
): Generator {
  const self: Generator = {
    next(context) {
      const emission = inner.next(context);
      if (emission.kind !== 'op') return rewrapped(emission, (then) => map(change, then));
      return { ...emission, op: change(emission.op, context), then: map(change, emission.then) };
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : map(change, updated);
    },
  };
  return self;
}

/** Functions under other names: `fMap({ start: 'start-partition' }, …)`. */
export function fMap(names: Readonly<Record<string, string>>, inner: Generator): Generator {
  return map((op) => {
    const f = names[op.f];
    return f === undefined ? op : { ...op, f };
  }, inner);
}

const mostSkipped = 100_000;

/**
 * Only the ops that `isWanted`. Sleeps and logs pass.
 * @throws InvariantError after 100,000 unwanted ops in a row: it would look for ever.
 */
export function filter(
  isWanted: (op: OpRequest, context: GeneratorContext) => boolean,
  inner: Generator,
): Generator {
  const self: Generator = {
    next(context) {
      let state = inner;
      for (let skipped = 0; skipped < mostSkipped; skipped += 1) {
        const emission: Emission = state.next(context);
        if (emission.kind === 'op' && !isWanted(emission.op, context)) {
          state = emission.then;
          continue;
        }
        return rewrapped(emission, (then) => filter(isWanted, then));
      }
      throw new InvariantError(
        `filter rejected ${mostSkipped} ops in a row; the generator in it seems to have none that is wanted`,
      );
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : filter(isWanted, updated);
    },
  };
  return self;
}

/** `react` decides what `inner` becomes at each event, in place of its own `update`. */
export function onUpdate(
  react: (inner: Generator, context: GeneratorContext, event: HistoryEvent) => Generator,
  inner: Generator,
): Generator {
  const self: Generator = {
    next: (context) => rewrapped(inner.next(context), (then) => onUpdate(react, then)),
    update(context, event) {
      const updated = react(inner, context, event);
      return updated === inner ? self : onUpdate(react, updated);
    },
  };
  return self;
}

/** Tells `sink` of every question with its answer, and of every event. For finding mistakes. */
export function trace(label: string, sink: (line: string) => void, inner: Generator): Generator {
  const self: Generator = {
    next(context) {
      const emission = inner.next(context);
      sink(`${label} next at ${context.nowNs} ns: ${emissionText(emission)}`);
      return rewrapped(emission, (then) => trace(label, sink, then));
    },
    update(context, event) {
      sink(`${label} update at ${context.nowNs} ns: ${JSON.stringify(event)}`);
      const updated = inner.update(context, event);
      return updated === inner ? self : trace(label, sink, updated);
    },
  };
  return self;
}

/** An emission (or what should have been one) in one line, without what follows it. */
export function emissionText(emission: unknown): string {
  if (typeof emission !== 'object' || emission === null) return String(emission);
  try {
    return JSON.stringify({ ...emission, then: undefined });
  } catch {
    return 'an object that cannot be printed';
  }
}
