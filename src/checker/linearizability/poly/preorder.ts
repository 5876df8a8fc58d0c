/**
 * Objects whose results fix the order of their operations, up to ties that commute: then a
 * history is linearizable if and only if no operation returned before one of lower rank was
 * invoked. One pass over the events.
 */
import { eventsOf, type Timeline } from './timeline.ts';

/** Two operations in the wrong order: `early` returned before `late` was invoked. */
export interface Inversion {
  readonly early: number;
  readonly late: number;
}

/** `rank`: by operation; NaN for those that are left out. Equal ranks commute. */
export function inversion(timeline: Timeline, rank: Float64Array): Inversion | undefined {
  const events = eventsOf(timeline);
  let greatest = Number.NEGATIVE_INFINITY;
  let early = -1;
  for (const event of events) {
    if (event > 0) {
      if ((rank[event - 1] ?? 0) < greatest) return { early, late: event - 1 };
    } else if (event < 0 && (rank[-event - 1] ?? 0) > greatest) {
      early = -event - 1;
      greatest = rank[early] ?? 0;
    }
  }
  return undefined;
}
