/** One thread writes 0, 1, 2, … to an object, each after the one before is acknowledged; the others read. */
import { exhausted, pending } from './emission.ts';
import type { Generator } from './generator.ts';

/** After the last of so many values, or after a write of unknown outcome, there are only reads. */
export function singleWriter(countMax = Infinity): Generator {
  return writing(0, countMax);
}

/**
 * @param value the next to be written; after an unknown outcome there is none: that write may
 *   still take effect, after a later one, and whoever saw it would be wrongly accused
 */
function writing(value: number, countMax: number): Generator {
  const self: Generator = {
    next(context) {
      const [thread] = context.freeThreads;
      if (context.threads.length === 0) return exhausted;
      if (thread === undefined) return pending;
      const writes = thread === context.threads[0] && value < countMax;
      const op = writes ? { f: 'write', value } : { f: 'read', value: null };
      const process = context.processOf(thread);
      return { kind: 'op', op, process, atNs: context.nowNs, then: self };
    },
    update(_context, { f, type }) {
      if (f !== 'write' || type === 'invoke' || type === 'fail') return self;
      return writing(type === 'ok' ? value + 1 : Infinity, countMax);
    },
  };
  return self;
}
