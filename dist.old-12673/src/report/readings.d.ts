import type { RunReport } from './report.ts';
export interface Reading {
  /** As a gate names it: `latency.p99`. */
  readonly figure: string;
  readonly text: string;
}
/** @param figures as they stand left of the comparison in a gate. */
export declare function readings(
  figures: readonly string[],
  { summary, history }: RunReport,
): readonly Reading[];
