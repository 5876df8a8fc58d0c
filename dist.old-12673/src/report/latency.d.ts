import type { History } from '../history/history.ts';
/** Of the ok operations of one function (or of all, `f` null). Milliseconds. */
export interface LatencySummary {
  readonly f: string | null;
  readonly count: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}
/** One row a function that ever succeeded; before them, where there are several, one for all. */
export declare function latencies(history: History): readonly LatencySummary[];
/** The share of client operations that ended ok, 0 to 1; null if there were none. */
export declare function okFraction(history: History): number | null;
