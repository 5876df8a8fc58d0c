/**
 * A counting semaphore.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `acquire` | how many, or null: 1 | anything but `false` | as many permits are free |
 * | `acquire` | the same | `false` | fewer are free (a guard) |
 * | `release` | how many, or null: 1 | anything | as many are held |
 */
import { UsageError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { notAnOpOf, numberOf } from './input.ts';
import { type Illegal, illegal, type Model } from './model.ts';

/** The state is the number of permits that are free. */
export function semaphore(permits: Json): Model<number> {
  if (typeof permits !== 'number' || !Number.isInteger(permits) || permits < 1)
    throw new UsageError(
      `semaphore: expected a number of permits, found ${JSON.stringify(permits)}; write it as in semaphore:3`,
    );
  return {
    name: 'semaphore',
    summary: `a semaphore with ${permits} permits`,
    init: permits,
    step(free, op): number | Illegal {
      if (op.f !== 'acquire' && op.f !== 'release')
        return notAnOpOf('semaphore', op, ['acquire', 'release']);
      const count = numberOf(op, 1);
      const next = op.f === 'acquire' ? free - count : free + count;
      const can = next >= 0 && next <= permits;
      if (op.f === 'acquire' && op.output === false) return can ? illegal : free;
      if (can) return next;
      return op.output === undefined ? free : illegal;
    },
    fingerprint: (free) => free,
    isPure: (op) => op.f === 'acquire' && op.output === false,
    describeOp: (op) =>
      `${op.f} ${numberOf(op, 1)}${op.f === 'acquire' && op.output === false ? ', refused' : ''}`,
    describeState: (free) => `${free} of ${permits} permits free`,
  };
}
