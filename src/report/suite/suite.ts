/**
 * What a suite has shown so far: `suite.json`, and what all its reports are made of. A stable
 * shape: fields are added, never renamed.
 */
import { UsageError } from '../../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { listed, plural } from '../../base/text.ts';
import type { Evidence, Finding } from '../../plan/finding.ts';
import type { Shard } from '../../plan/suite.ts';

export const suiteFormat = 'dsx-suite/1';

/**
 * `passed`: as expected. `failed`: an anomaly or a missed gate that was not expected, or none
 * where one was. `unknown`: it cannot be told. `error`: dsx or the cluster failed. `not-run`:
 * the suite ended before.
 */
export const outcomes = ['passed', 'failed', 'unknown', 'error', 'not-run'] as const;
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
  /** What it shows, in a suite of findings. */
  readonly finding?: Finding;
  /** The first anomaly of the last run. */
  readonly evidence?: Evidence;
  /** What the system says of its version. */
  readonly version?: string;
  /** From the start of dsx to the verdict, of the last run. */
  readonly runMs?: number;
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

export function outcomeCounts(results: readonly SuiteResult[]): OutcomeCounts {
  const counts = { passed: 0, failed: 0, unknown: 0, error: 0, 'not-run': 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

/** `8 passed, 1 failed`. */
export function countsText(counts: OutcomeCounts): string {
  const parts = outcomes.flatMap((outcome) =>
    counts[outcome] === 0 ? [] : [`${counts[outcome]} ${outcome.replace('-', ' ')}`],
  );
  return parts.length === 0 ? 'no test' : parts.join(', ');
}

export interface SuiteGroup {
  readonly name: string;
  readonly results: readonly SuiteResult[];
  /** The worst of its results. */
  readonly outcome: Outcome;
  readonly runs: number;
  readonly hits: number;
}

/** What a reader must see first comes first. */
const severity: readonly Outcome[] = ['error', 'failed', 'unknown', 'not-run', 'passed'];

/** Repetitions of a test together, in order. */
export function groupsOf(results: readonly SuiteResult[]): readonly SuiteGroup[] {
  const byName = new Map<string, SuiteResult[]>();
  for (const result of results) {
    const some = byName.get(result.group);
    if (some === undefined) byName.set(result.group, [result]);
    else some.push(result);
  }
  return [...byName].map(([name, some]) => ({
    name,
    results: some,
    outcome: severity.find((one) => some.some(({ outcome }) => outcome === one)) ?? 'passed',
    runs: some.reduce((sum, { runs }) => sum + runs, 0),
    hits: some.reduce((sum, { hits }) => sum + hits, 0),
  }));
}

/** `4 of 5 runs valid`; empty where there was but one run. */
export function hitText({ runs, hits, results }: SuiteGroup): string {
  const [first] = results;
  if (runs < 2 || first === undefined) return '';
  const share = Math.round((100 * hits) / runs);
  return `${first.expect} in ${hits} of ${plural(runs, 'run')} (${share} %)`;
}

/**
 * Shards of one suite as one report.
 * @throws UsageError if they do not belong together, or one is there twice
 */
export function mergeShards(
  parts: readonly { readonly file: string; readonly report: SuiteReport }[],
): SuiteReport {
  const [first] = parts;
  if (first === undefined)
    throw new UsageError('there is nothing to merge: name the suite.json of each shard');
  const { count } = shardOf(first.report);
  const byIndex = new Map<number, SuiteReport>();
  for (const { file, report } of parts) {
    const own = shardOf(report);
    if (report.digest !== first.report.digest || report.testCount !== first.report.testCount)
      throw new UsageError(
        `${file} is of another suite than ${first.file}: other tests or other settings.\nshards of one suite are made from the same file with the same --grep and --repeat`,
      );
    if (own.count !== count)
      throw new UsageError(`${file} is one of ${own.count} shards, ${first.file} one of ${count}`);
    if (byIndex.has(own.index))
      throw new UsageError(`${file} is shard ${own.index}/${own.count}, which is there already`);
    byIndex.set(own.index, report);
  }
  return joined(first.report, byIndex, count);
}

function shardOf({ shard }: SuiteReport): Shard {
  return shard ?? { index: 1, count: 1 };
}

function joined(
  first: SuiteReport,
  byIndex: ReadonlyMap<number, SuiteReport>,
  count: number,
): SuiteReport {
  const results: SuiteResult[] = [];
  for (let position = 0; position < first.testCount; position += 1) {
    const index = (position % count) + 1;
    const result = byIndex.get(index)?.results[Math.floor(position / count)];
    results.push(result ?? missing(index, count));
  }
  const reports = [...byIndex.values()];
  return {
    ...first,
    shard: null,
    startedAt: reports.map((report) => report.startedAt).toSorted()[0] ?? first.startedAt,
    durationMs: Math.max(...reports.map((report) => report.durationMs)),
    complete: reports.length === count && reports.every((report) => report.complete),
    results,
  };
}

/** A shard that is not there may hold a failure: that must not look like a pass. */
function missing(index: number, count: number): SuiteResult {
  const name = `a test of the missing shard ${index}/${count}`;
  const nothing = { settings: {}, anomalies: [], runs: 0, hits: 0, operations: 0, durationMs: 0 };
  const unknown = { expect: 'valid', seed: null, folder: null, command: null };
  const text = `the results of shard ${index}/${count} were not given`;
  return { name, group: name, outcome: 'not-run', text, ...nothing, ...unknown };
}

/** Reads `suite.json`. @throws UsageError saying what it is not */
export function suiteReportFrom(value: unknown, file: string): SuiteReport {
  if (!isObject(value) || value['format'] !== suiteFormat)
    throw new UsageError(
      `${file} is not what dsx suite writes: expected {"format": "${suiteFormat}", …}`,
    );
  const { results } = value;
  if (!isArray(results) || !results.every(isResult))
    throw new UsageError(`${file}: expected a list of results with name, group and outcome`);
  for (const name of ['testCount', 'durationMs', 'seed'])
    if (typeof value[name] !== 'number') throw new UsageError(`${file}: ${name} is not a number`);
  for (const name of ['name', 'digest', 'startedAt'])
    if (typeof value[name] !== 'string') throw new UsageError(`${file}: ${name} is not a text`);
  return value as unknown as SuiteReport;
}

function isResult(value: Json): boolean {
  if (!isObject(value)) return false;
  const { name, group, outcome, runs, hits } = value;
  return (
    [name, group].every((word) => typeof word === 'string') &&
    [runs, hits].every((count) => typeof count === 'number') &&
    outcomes.some((one) => one === outcome)
  );
}

/** What a suite with results that are not all there says of itself; empty if they are. */
export function incompleteText(report: SuiteReport): string {
  if (report.complete) return '';
  const names = report.results.filter(({ outcome }) => outcome === 'not-run');
  const first = names.slice(0, 3).map(({ name }) => name);
  if (first.length === 0) return 'not all was run';
  const rest = names.length - first.length;
  const all = rest > 0 ? [...first, `${rest} more`] : first;
  return `not all was run: ${listed(all)}`;
}
