/** `dsx hunt`: one seed after the other, until something breaks. */
import { messageOf, TargetError } from '../base/errors.ts';
import { durationText, plural } from '../base/text.ts';
import { parseDurationMs, parseNumber } from '../plan/parse.ts';
import type { RunReport, RunSummary } from '../report/report.ts';
import { headline } from '../report/words.ts';
import { provisionsOf } from '../runner/needs.ts';
import { runTest } from '../runner/run-test.ts';
import { createRunStore, type RunStore } from '../store/run-store.ts';
import { readConfig } from './config-file.ts';
import { exitCodes, worstExitCode } from './exit-codes.ts';
import { interruptible, isAborted } from './interrupt.ts';
import { emitReports, parseReporters } from './reporters.ts';
import { exitCodeOf, seedMax, seedOf } from './run-planned.ts';
import { sandboxExitCode } from './sandbox.ts';
import { type Planned, planOf } from './settings.ts';
import { settingsOf } from './test-command.ts';
import type { WhatToTest } from './test-flags.ts';
import { createSeriesWatcher, type SeriesWatcher } from './watch.ts';

export interface HuntArguments extends WhatToTest {
  readonly budget: string;
  readonly count: string | null;
  readonly keepRuns: boolean;
}

/** A cluster that fails so often in a row will not be better the next time. */
const failuresMax = 3;

interface Hunt {
  readonly first: Planned;
  next(i: number): Promise<Planned>;
  readonly store: RunStore;
  readonly watcher: SeriesWatcher;
  readonly signal: AbortSignal;
  readonly countMax: number;
  readonly endMs: number;
  readonly keepData: boolean;
  readonly keepRuns: boolean;
}

export async function huntCommand(given: HuntArguments): Promise<number> {
  const config = readConfig(given.configFile);
  const settings = settingsOf(given, config);
  const seed = seedOf(given.seed ?? config.text['seed']);
  const budgetMs = parseDurationMs('--budget', given.budget);
  const countMax =
    given.count === null ? Infinity : parseNumber('count', given.count, { min: 1, integer: true });
  const reporters = parseReporters(given.reporters ?? config.text['reporter'], given.json);
  const first = await planOf(settings, seed);
  const elsewhere = await sandboxExitCode(first, await provisionsOf(first.plan));
  if (elsewhere !== undefined) return elsewhere;
  const watcher = createSeriesWatcher(given.json);
  for (const note of first.notes) watcher.say(note);
  const startedMs = performance.now();
  const hunted = await interruptible((signal) =>
    hunt({
      first,
      next: (i) => planOf(settings, (seed + i) % (seedMax + 1)),
      store: createRunStore(given.out ?? config.text['out'] ?? 'histories/runs'),
      watcher,
      signal,
      countMax,
      endMs: startedMs + budgetMs,
      keepData: settings.flags.has('keep-data'),
      keepRuns: given.keepRuns,
    }),
  ).finally(() => {
    watcher.done();
  });
  const { broken } = hunted;
  if (broken !== null) emitReports(broken, reporters);
  else if (given.json) process.stdout.write(`${JSON.stringify(nothingJson(hunted, seed))}\n`);
  process.stderr.write(`${endText(hunted, performance.now() - startedMs)}\n`);
  if (broken !== null) return exitCodeOf(broken.summary);
  if (hunted.isInterrupted || hunted.codes.length === 0) return exitCodes.failed;
  return worstExitCode(hunted.codes);
}

interface Hunted {
  readonly broken: RunReport | null;
  readonly isInterrupted: boolean;
  /** Of each run that did not break. */
  readonly codes: readonly number[];
  readonly unknownCount: number;
  readonly operationCount: number;
  readonly faultCount: number;
}

async function hunt(job: Hunt): Promise<Hunted> {
  const { watcher, signal, countMax, endMs } = job;
  const codes: number[] = [];
  const sums = { operationCount: 0, faultCount: 0, unknownCount: 0 };
  const hunted = (broken: RunReport | null): Hunted => ({
    ...{ broken, codes, ...sums, isInterrupted: isAborted(signal) },
  });
  let failures = 0;
  for (let i = 0; i < countMax && !isAborted(signal) && performance.now() < endMs; i += 1) {
    const planned = i === 0 ? job.first : await job.next(i);
    const report = await runOne(job, planned).catch((thrown: unknown) => thrown);
    if (isAborted(signal)) break;
    if (isReport(report)) {
      const { summary } = report;
      failures = 0;
      watcher.say(`seed ${planned.plan.seed}: ${headline(summary).text}`);
      if (isBroken(summary)) return hunted(report);
      sums.operationCount += summary.operationCount;
      sums.faultCount += summary.faults.length;
      sums.unknownCount += summary.valid === 'unknown' ? 1 : 0;
      codes.push(exitCodeOf(summary));
      continue;
    }
    failures += 1;
    // What cannot even be run once says so at once.
    if (!(report instanceof TargetError) || i === 0 || failures >= failuresMax) throw report;
    watcher.say(`seed ${planned.plan.seed}: failed: ${messageOf(report)}`);
    codes.push(exitCodes.failed);
  }
  return hunted(null);
}

function isReport(value: unknown): value is RunReport {
  return typeof value === 'object' && value !== null && 'summary' in value;
}

function isBroken({ valid, gates = [] }: RunSummary): boolean {
  return valid === false || gates.some(({ passed }) => !passed);
}

/** A run in which all went well is removed, unless its user keeps them all. */
async function runOne(job: Hunt, planned: Planned): Promise<RunReport> {
  const { store, watcher, keepData, keepRuns } = job;
  // Each run listens to a signal of its own, which goes when the run does.
  const signal = AbortSignal.any([job.signal]);
  let id = '';
  const capturing: RunStore = {
    ...store,
    create: (plan, about) => {
      const writer = store.create(plan, about);
      ({ id } = writer);
      return writer;
    },
  };
  const report = await runTest({ ...planned, watcher, signal, keepData, store: capturing });
  const { summary } = report;
  if (summary.valid === true && !isBroken(summary) && !keepRuns) store.remove(id);
  return report;
}

function endText(hunted: Hunted, tookMs: number): string {
  const { broken, codes, operationCount, faultCount, unknownCount, isInterrupted } = hunted;
  const runs = codes.length + (broken === null ? 0 : 1);
  const effort = `${plural(runs, 'run')}, ${durationText(tookMs)}`;
  if (broken !== null)
    return `found in run ${runs}, with seed ${broken.summary.plan.seed} (${effort})`;
  const untold = unknownCount === 0 ? '' : `; ${unknownCount} cannot be told`;
  const looked = `${effort}: ${plural(operationCount, 'operation')}, ${plural(faultCount, 'fault')}${untold}`;
  return isInterrupted ? `ended by hand; nothing broke in ${looked}` : `nothing broke in ${looked}`;
}

function nothingJson(hunted: Hunted, seed: number): object {
  const { codes, operationCount: operations, faultCount: faults, unknownCount } = hunted;
  const failed = codes.filter((code) => code === exitCodes.failed).length;
  const valid = unknownCount + failed === 0 && codes.length > 0 ? true : 'unknown';
  return { valid, seed, runs: codes.length, unknown: unknownCount, failed, operations, faults };
}
