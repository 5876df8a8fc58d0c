/** What comes after depends on the keys that came before: last reads of everything touched. */
import { canonical, type Json } from '../base/json.ts';
import { rewrapped } from './emission.ts';
import type { Generator } from './generator.ts';

/**
 * `main`, then what `then` makes of the keys that ops were invoked on, in order of first use.
 * Keys of ops of the nemesis do not count.
 */
export function rememberKeys(
  main: Generator,
  then: (keys: readonly Json[]) => Generator,
): Generator {
  return remembering(main, new Map(), then);
}

function remembering(
  main: Generator,
  keys: ReadonlyMap<string, Json>,
  then: (keys: readonly Json[]) => Generator,
): Generator {
  const self: Generator = {
    next(context) {
      const emission = main.next(context);
      if (emission.kind === 'exhausted') {
        // Not before everything that was begun has ended: its keys count, and so do barriers.
        if (context.freeThreads.length < context.threads.length) return { kind: 'pending' };
        return then([...keys.values()]).next(context);
      }
      return rewrapped(emission, (next) => remembering(next, keys, then));
    },
    update(context, event) {
      const updated = main.update(context, event);
      const { key } = event;
      const name = key === undefined ? undefined : canonical(key);
      if (key === undefined || name === undefined || keys.has(name))
        return updated === main ? self : remembering(updated, keys, then);
      return remembering(updated, new Map(keys).set(name, key), then);
    },
  };
  return self;
}
