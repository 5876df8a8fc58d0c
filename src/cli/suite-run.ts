/** Runs the tests of a suite, several at once, and judges each by what was expected of it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listed } from '../base/text.ts';
import {
  type Expectation,
  expectationText,
  type SuiteTest,
  seedOf,
  wordsOf,
} from '../plan/suite.ts';
import type { Outcome, SuiteResult } from '../report/suite/suite.ts';
import { type ChildResult, runChild } from './child-test.ts';
import { evidenceOf } from './evidence.ts';
import { exitCodes } from './exit-codes.ts';
import { anomalyTypes } from './run-rows.ts';
import { configText } from './suite-file.ts';

export interface SuiteJob {
  /** Those to run, in order. */
  readonly tests: readonly SuiteTest[];
  readonly seed: number;
  /** How many at once. */
  readonly jobs: number;
  readonly failFast: boolean;
  readonly runsFolder: string;
  /** Where its file is: paths of systems are meant from there. */
  readonly suiteFolder: string;
  /** Where the suite keeps the configuration of each test. */
  readonly folder: string;
  /** Why a test cannot be run here, and is passed over; undefined: it can. */
  obstacle(test: SuiteTest): string | undefined;
  /** What the system of a test says of its version; undefined: nothing. */
  version(test: SuiteTest): Promise<string | undefined>;
  /** The longest that a test may take. */
  limitMs(test: SuiteTest): number;
  readonly signal: AbortSignal;
  /** Called with each result as it comes, and with all results as they then stand. */
  finished(result: SuiteResult, all: readonly SuiteResult[]): void;
}

/** Results in the order of the tests; `not-run` for what the suite did not come to. */
export async function runSuite(job: SuiteJob): Promise<readonly SuiteResult[]> {
  const results = job.tests.map(notRun);
  const waiting = [...job.tests.entries()];
  let isOver = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      if (isOver || job.signal.aborted) return;
      const next = waiting.shift();
      if (next === undefined) return;
      const [position, test] = next;
      const result = await runOne(job, position, test);
      results[position] = result;
      if (job.failFast && result.outcome !== 'passed') isOver = true;
      job.finished(result, results);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, job.jobs) }, worker));
  return results;
}

export function notRun(test: SuiteTest): SuiteResult {
  const { name, group, settings, expect, finding } = test;
  const nothing = { anomalies: [], runs: 0, hits: 0, operations: 0, durationMs: 0 };
  return {
    ...{ name, group, settings, expect: expectationText(expect), outcome: 'not-run' },
    ...nothing,
    ...{ text: 'not run', seed: null, folder: null, command: null },
    ...(finding === null ? {} : { finding }),
  };
}

/** A test that expects an anomaly is tried with further seeds until it shows. */
async function runOne(job: SuiteJob, position: number, test: SuiteTest): Promise<SuiteResult> {
  const startedMs = performance.now();
  const obstacle = job.obstacle(test);
  if (obstacle !== undefined) return { ...notRun(test), text: obstacle };
  let last = notRun(test);
  for (let attempt = 0; attempt < test.tries; attempt += 1) {
    const seed = seedOf(test, job.seed, attempt);
    const configFile = writeConfig(job, position, { test, seed });
    const { signal, runsFolder } = job;
    const limitMs = job.limitMs(test);
    const runStartedMs = performance.now();
    const child = await runChild({ configFile, runsFolder, limitMs, signal });
    const endedMs = performance.now();
    if (signal.aborted) return { ...last, outcome: 'not-run', text: 'interrupted' };
    const judged = judge(test.expect, child);
    const runs = last.runs + 1;
    const hits = last.hits + (judged.outcome === 'passed' ? 1 : 0);
    const text = runs === 1 ? judged.text : `${judged.text} (run ${runs} of at most ${test.tries})`;
    const durationMs = performance.now() - startedMs;
    last = { ...last, ...judged, ...factsOf(child), text, runs, hits, seed, durationMs };
    if (test.finding !== null)
      last = { ...last, ...(await shownBy(job, test, child)), runMs: endedMs - runStartedMs };
    // What else could be wrong does not go away with another seed.
    if (judged.outcome === 'passed' || judged.outcome === 'error') return last;
  }
  return last;
}

/** What a page of findings tells besides the outcome. */
async function shownBy(job: SuiteJob, test: SuiteTest, { verdict }: ChildResult) {
  const evidence = verdict === null ? undefined : await evidenceOf(verdict, test.expect);
  const version = await job.version(test);
  return {
    ...(evidence === undefined ? {} : { evidence }),
    ...(version === undefined ? {} : { version }),
  };
}

function writeConfig(
  job: SuiteJob,
  position: number,
  { test, seed }: { readonly test: SuiteTest; readonly seed: number },
): string {
  const folder = join(job.folder, 'tests');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${String(position + 1).padStart(3, '0')}.yaml`);
  const expect = test.expect.kind === 'valid' ? 'valid' : 'anomaly';
  writeFileSync(file, configText({ ...test.settings, seed, expect }, job.suiteFolder));
  return file;
}

function factsOf({ verdict }: ChildResult): Pick<SuiteResult, 'folder' | 'command' | 'operations'> {
  const text = (name: string): string | null => {
    const value = verdict?.[name];
    return typeof value === 'string' ? value : null;
  };
  const operations = verdict?.['operations'];
  return {
    folder: text('folder'),
    command: text('command'),
    operations: typeof operations === 'number' ? operations : 0,
  };
}

interface Judged {
  readonly outcome: Outcome;
  readonly text: string;
  readonly anomalies: readonly string[];
}

/** `valid` is said only of a run that said so itself. */
export function judge(expect: Expectation, child: ChildResult): Judged {
  const { exitCode, verdict, said } = child;
  const known: readonly number[] = [exitCodes.valid, exitCodes.anomaly, exitCodes.unknown];
  if (verdict === null || !known.includes(exitCode))
    return { outcome: 'error', text: errorText(child), anomalies: [] };
  const anomalies = anomalyTypes(verdict);
  const found = wordsOf(verdict['headline'] ?? '');
  if (exitCode === exitCodes.unknown) return { outcome: 'unknown', text: found, anomalies };
  if (exitCode === exitCodes.anomaly) {
    const text =
      expect.kind === 'valid' || anomalies.length > 0
        ? found
        : `expected ${expectationText(expect)}, found none: ${found}`;
    return { outcome: 'failed', text: said === '' ? text : `${text}\n${said}`, anomalies };
  }
  if (expect.kind !== 'named') return { outcome: 'passed', text: found, anomalies };
  if (expect.types.some((type) => anomalies.includes(type)))
    return { outcome: 'passed', text: found, anomalies };
  return {
    outcome: 'failed',
    text: `expected ${expectationText(expect)}, found ${listed(anomalies)}: ${found}`,
    anomalies,
  };
}

function errorText({ exitCode, said }: ChildResult): string {
  const lines = said.split('\n').map((line) => line.replace(/^dsx: /, ''));
  return said === '' ? `dsx test ended with ${exitCode} and said nothing` : lines.join('\n');
}

const codes: Readonly<Record<Outcome, number>> = {
  passed: exitCodes.valid,
  failed: exitCodes.anomaly,
  unknown: exitCodes.unknown,
  error: exitCodes.failed,
  'not-run': exitCodes.valid,
};

/**
 * Of each result. What was not run has none of its own: either a failure ended the suite, or
 * its user did, which is another code.
 */
export function outcomeCode({ outcome }: SuiteResult): number {
  return codes[outcome];
}
