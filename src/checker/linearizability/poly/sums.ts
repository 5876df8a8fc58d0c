/** Operations on a counter, as its algorithms read them. */
import type { Timeline } from './timeline.ts';

export const counterCode = { add: 1, addAndGet: 2, read: 3, fetchAndIncrement: 4 } as const;

/** Operations on a counter; `result` is NaN where nobody knows or asks. */
export interface Sums {
  readonly timeline: Timeline;
  readonly initial: number;
  readonly amount: Float64Array;
  readonly result: Float64Array;
  /** True if additions answer the sum before them, and not the one that they made. */
  readonly isFetched: boolean;
  /** What every addition adds, or 0 if there is none, or NaN if they differ. */
  readonly step: number;
}
