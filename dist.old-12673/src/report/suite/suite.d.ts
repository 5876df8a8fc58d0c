import { type JsonObject } from '../../base/json.ts';
import type { Shard } from '../../plan/suite.ts';
export declare const suiteFormat = 'dsx-suite/1';
/**
 * `passed`: as expected. `failed`: an anomaly or a missed gate that was not expected, or none
 * where one was. `unknown`: it cannot be told. `error`: dsx or the cluster failed. `not-run`:
 * the suite ended before.
 */
export declare const outcomes: readonly ['passed', 'failed', 'unknown', 'error', 'not-run'];
export type Outcome = (typeof outcomes)[number];
export interface SuiteResult {
  readonly name: string;
  /** The same for all repetitions of a test. */
  readonly group: string;
  readonly settings: JsonObject;
  /** `valid`, `anomaly`, or names of anomalies joined with ` or `. */
  readonly expect: string;
  readonly outcome: Outcome;
  /** What happened, in a sentence. */
  readonly text: string;
  /** Names of the anomalies found in the last run, each once. */
  readonly anomalies: readonly string[];
  /** Runs that were made, and how many of them showed what was expected. */
  readonly runs: number;
  readonly hits: number;
  /** Of the last run; null if there was none. */
  readonly seed: number | null;
  readonly folder: string | null;
  readonly command: string | null;
  readonly operations: number;
  readonly durationMs: number;
}
export interface SuiteReport {
  readonly format: typeof suiteFormat;
  readonly name: string;
  readonly dsxVersion: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly seed: number;
  /** The tests of one suite have one digest, whatever the shard. */
  readonly digest: string;
  /** Of the whole suite. */
  readonly testCount: number;
  /** Null: all of it. */
  readonly shard: Shard | null;
  /** False while tests are still to come: the suite was interrupted, or failed fast. */
  readonly complete: boolean;
  /** In the order of the file. */
  readonly results: readonly SuiteResult[];
}
export type OutcomeCounts = Readonly<Record<Outcome, number>>;
export declare function outcomeCounts(results: readonly SuiteResult[]): OutcomeCounts;
/** `8 passed, 1 failed`. */
export declare function countsText(counts: OutcomeCounts): string;
/** `3 tests: 2 passed, 1 failed`. */
export declare function suiteHeadline({ results }: SuiteReport): string;
export interface SuiteGroup {
  readonly name: string;
  readonly results: readonly SuiteResult[];
  /** The worst of its results. */
  readonly outcome: Outcome;
  readonly runs: number;
  readonly hits: number;
}
/** Repetitions of a test together, in order. */
export declare function groupsOf(results: readonly SuiteResult[]): readonly SuiteGroup[];
/** `4 of 5 runs valid`; empty where there was but one run. */
export declare function hitText({ runs, hits, results }: SuiteGroup): string;
/**
 * Shards of one suite as one report.
 * @throws UsageError if they do not belong together, or one is there twice
 */
export declare function mergeShards(
  parts: readonly {
    readonly file: string;
    readonly report: SuiteReport;
  }[],
): SuiteReport;
/** Reads `suite.json`. @throws UsageError saying what it is not */
export declare function suiteReportFrom(value: unknown, file: string): SuiteReport;
/** What a suite with results that are not all there says of itself; empty if they are. */
export declare function incompleteText(report: SuiteReport): string;
