/**
 * Counters to which additions add different amounts: the test by intervals, as in Jepsen's
 * counter checker, here for subtractions too. Whatever returned before a read began counts,
 * whatever was invoked before it returned may count. A result outside of these bounds is a
 * violation; if no read leaves anything open, the history is linearizable.
 */

import { linearizable, notApplicable, type PolyResult, violation } from './result.ts';
import { counterCode, type Sums } from './sums.ts';
import { eventsOf } from './timeline.ts';

export function checkBounds(sums: Sums): PolyResult {
  const { timeline, initial, amount, result } = sums;
  const { count, code, row } = timeline;
  const least = new Float64Array(count);
  const most = new Float64Array(count);
  // Sums so far of what returned, and of what was invoked and may still count, by sign.
  let certain = initial;
  let [openUp, openDown] = [0, 0];
  let [upInvoked, downInvoked] = [0, 0];
  let isOpen = false;
  for (const event of eventsOf(timeline)) {
    if (event === 0) continue;
    const op = event > 0 ? event - 1 : -event - 1;
    const own = amount[op] ?? 0;
    const [up, down] = [Math.max(own, 0), Math.min(own, 0)];
    if (code[op] === counterCode.addAndGet) isOpen = true;
    if (event > 0) {
      // What is invoked until the read returns is added then.
      least[op] = certain + openDown - downInvoked;
      most[op] = certain + openUp - upInvoked;
      [upInvoked, downInvoked] = [upInvoked + up, downInvoked + down];
      [openUp, openDown] = [openUp + up, openDown + down];
      continue;
    }
    certain += own;
    [openUp, openDown] = [openUp - up, openDown - down];
    if (code[op] !== counterCode.read) continue;
    const bounds = [(least[op] ?? 0) + downInvoked, (most[op] ?? 0) + upInvoked] as const;
    const value = result[op] ?? 0;
    if (value < bounds[0] || value > bounds[1])
      return violation(
        'sum-out-of-bounds',
        'sum-out-of-bounds',
        { reader: row[op] ?? 0 },
        {
          facts: { value, least: bounds[0], most: bounds[1] },
          standalone: false,
        },
      );
    if (bounds[0] !== bounds[1]) isOpen = true;
  }
  if (!isOpen) return linearizable;
  return notApplicable('additions of different sizes, and a read concurrent with some of them');
}
