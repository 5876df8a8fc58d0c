/** Operations on a counter, as its algorithms read them. */
import type { Timeline } from './timeline.ts';

export const counterCode = { add: 1, addAndGet: 2, read: 3 } as const;

/** Operations on a counter; `result` is NaN where nobody knows or asks. */
export interface Sums {
  readonly timeline: Timeline;
  readonly initial: number;
  readonly amount: Float64Array;
  readonly result: Float64Array;
  /** What every addition adds, or 0 if there is none, or NaN if they differ. */
  readonly step: number;
}
