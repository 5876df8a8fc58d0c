/** What comes after depends on what came before: last reads of everything touched. */
import { canonical, type Json } from '../base/json.ts';
import type { HistoryEvent } from '../history/event.ts';
import { rewrapped } from './emission.ts';
import type { Generator } from './generator.ts';

/** What is known of the load when it is over. */
export interface Remembered {
  /** Those that ops were invoked on, in order of first use. Ops of the nemesis do not count. */
  readonly keys: readonly Json[];
  /** The completions that were to be remembered, in order. */
  readonly completions: readonly HistoryEvent[];
}

interface Memory {
  readonly keys: ReadonlyMap<string, Json>;
  /** The newest first: adding to it copies nothing, however long the run. */
  readonly completions: Chain | undefined;
}

interface Chain {
  readonly event: HistoryEvent;
  readonly before: Chain | undefined;
}

/**
 * `main`, then what `then` makes of what was remembered of it: the keys, and those completions
 * of clients that `isRemembered`.
 */
export function remember(
  main: Generator,
  isRemembered: (completion: HistoryEvent) => boolean,
  then: (remembered: Remembered) => Generator,
): Generator {
  const none: Memory = { keys: new Map(), completions: undefined };
  return remembering(main, none, { isRemembered, then });
}

interface Rules {
  readonly isRemembered: (completion: HistoryEvent) => boolean;
  readonly then: (remembered: Remembered) => Generator;
}

function remembering(main: Generator, memory: Memory, rules: Rules): Generator {
  const self: Generator = {
    next(context) {
      const emission = main.next(context);
      if (emission.kind === 'exhausted') {
        // Not before everything that was begun has ended: its keys count, and so do barriers.
        if (context.freeThreads.length < context.threads.length) return { kind: 'pending' };
        const { keys, completions } = memory;
        return rules
          .then({ keys: [...keys.values()], completions: listOf(completions) })
          .next(context);
      }
      return rewrapped(emission, (next) => remembering(next, memory, rules));
    },
    update(context, event) {
      const updated = main.update(context, event);
      const next = added(memory, event, rules);
      return updated === main && next === memory ? self : remembering(updated, next, rules);
    },
  };
  return self;
}

function added(memory: Memory, event: HistoryEvent, { isRemembered }: Rules): Memory {
  if (event.process === 'nemesis') return memory;
  const { key } = event;
  const name = key === undefined ? undefined : canonical(key);
  const isNew = key !== undefined && name !== undefined && !memory.keys.has(name);
  const keys = isNew ? new Map(memory.keys).set(name, key) : memory.keys;
  const isKept = event.type !== 'invoke' && isRemembered(event);
  if (!isNew && !isKept) return memory;
  const completions = isKept ? { event, before: memory.completions } : memory.completions;
  return { keys, completions };
}

function listOf(newest: Chain | undefined): readonly HistoryEvent[] {
  const events: HistoryEvent[] = [];
  for (let link = newest; link !== undefined; link = link.before) events.push(link.event);
  return events.toReversed();
}
