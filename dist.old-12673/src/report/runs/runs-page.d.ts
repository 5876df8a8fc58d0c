import type { Validity } from '../../checker/verdict.ts';
/** One run as a row. Empty texts and zeros where a run was cut short. */
export interface RunRow {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly workload: string;
  readonly system: string;
  readonly nemeses: string;
  readonly model: string;
  readonly seed: number;
  /** Null: there is no verdict. */
  readonly valid: Validity | null;
  readonly anomalies: readonly string[];
  readonly operations: number;
  readonly durationMs: number;
  /** The verdict in a sentence, or why there is none. */
  readonly text: string;
  readonly hasReport: boolean;
}
export interface RunFile {
  /** With folders: `nodes/n1/stderr.log`. */
  readonly name: string;
  readonly sizeBytes: number;
}
export declare function runsPage(rows: readonly RunRow[], root: string): string;
export declare function runPage(run: RunRow, files: readonly RunFile[]): string;
/** What differs is marked. */
export declare function comparePage(runs: readonly RunRow[]): string;
export declare function errorPage(title: string, text: string): string;
