/** `dsx shrink RUN`: the smallest faults and load that still fail, found by running them. */
import { basename } from 'node:path';
import { shellWord } from '../base/text.ts';
import { parseDurationMs, parseNumber } from '../plan/parse.ts';
import { aimsAtLeaders } from '../plan/replay.ts';
import type { RunReport } from '../report/report.ts';
import {
  type ShrinkReport,
  shrinkFormat,
  shrinkText,
  sizeOf,
  trialLine,
} from '../report/shrink.ts';
import { provisionsOf } from '../runner/needs.ts';
import { createRunStore, type RunStore, type StoredRun } from '../store/run-store.ts';
import { writeAtomic } from '../store/write-atomic.ts';
import { exitCodes } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { emitReports, parseReporters } from './reporters.ts';
import { exitCodeOf } from './run-planned.ts';
import { type WantedAnomaly, wantedAnomaly } from './same-anomaly.ts';
import { sandboxExitCode } from './sandbox.ts';
import type { Planned } from './settings.ts';
import { Search, type Settled, type Start } from './shrink-search.ts';
import { type Shown, ShrinkSession } from './shrink-session.ts';
import { replayPlan } from './stored-plan.ts';
import { createSeriesWatcher, type SeriesWatcher } from './watch.ts';

export interface ShrinkArguments {
  readonly run: string;
  readonly out: string;
  readonly anomaly: string | null;
  readonly budget: string;
  readonly tries: string;
  readonly confirm: string;
  readonly reporters: string | null;
  readonly json: boolean;
  readonly keepData: boolean;
}

/** The plan as it was is tried more often than a smaller one: without it there is nothing. */
const firstTriesFactor = 3;
/** Of the budget, for the hit rate at the end. */
const confirmShare = 0.2;

interface Limits {
  readonly tries: number;
  readonly confirm: number;
  readonly searchEndMs: number;
  readonly endMs: number;
}

interface Job {
  readonly run: StoredRun;
  readonly store: RunStore;
  readonly planned: Planned;
  readonly starts: readonly Start[];
  readonly wanted: WantedAnomaly;
  readonly limits: Limits;
  readonly startedMs: number;
}

export async function shrinkCommand(given: ShrinkArguments): Promise<number> {
  const reporters = parseReporters(given.reporters ?? undefined, given.json);
  const budgetMs = parseDurationMs('--budget', given.budget);
  const tries = parseNumber('tries', given.tries, { min: 1, integer: true });
  const confirm = parseNumber('confirm', given.confirm, { min: 0, integer: true });
  const store = createRunStore(given.out);
  const run = store.read(given.run);
  const wanted = wantedAnomaly(run, given.anomaly);
  const planned = await replayPlan(run);
  const starts = startsOf(planned, await replayPlan(run, true));
  const elsewhere = await sandboxExitCode(planned, await provisionsOf(planned.plan));
  if (elsewhere !== undefined) return elsewhere;
  const startedMs = performance.now();
  const endMs = startedMs + budgetMs;
  const searchEndMs = confirm === 0 ? endMs : endMs - confirmShare * budgetMs;
  const limits = { tries, confirm, searchEndMs, endMs };
  const watcher = createSeriesWatcher(given.json);
  const { checker, type, model } = wanted;
  watcher.say(
    `shrinking ${run.id}: ${type} (${checker}, ${model})\nfor ${given.budget} at most; Ctrl-C stops with the best so far`,
  );
  const job = { run, store, planned, starts, wanted, limits, startedMs };
  const found = await interruptible((signal) => {
    const about = { shrunkFrom: run.id };
    const { keepData } = given;
    return shrink(
      job,
      new ShrinkSession({ planned, wanted, store, about, watcher, signal, keepData }),
      watcher,
    );
  }).finally(() => {
    watcher.done();
  });
  if (given.json) process.stdout.write(`${JSON.stringify(found.report, null, 2)}\n`);
  else {
    if (found.best !== null) {
      emitReports(found.best.report, reporters);
      process.stdout.write('\n');
    }
    process.stdout.write(`${shrinkText(found.report)}\n`);
  }
  if (found.best !== null) return exitCodeOf(found.best.report.summary);
  return found.report.stoppedBy === 'interrupt' ? exitCodes.failed : exitCodes.unknown;
}

/** Who leads is up to the nodes: if faults were aimed at it, they are so again before all else. */
function startsOf(same: Planned, aimed: Planned): readonly Start[] {
  // A gate that is missed or met says nothing about the anomaly.
  const start = ({ plan }: Planned, what: string): Start => ({
    plan: { ...plan, gates: [] },
    what,
  });
  const asItWas = start(same, 'the run as it was');
  const isSame = same.plan.script.every(({ fault }, i) => fault === aimed.plan.script[i]?.fault);
  if (isSame) return [asItWas];
  return [start(aimed, 'the run as it was, faults of leaders on whoever leads'), asItWas];
}

interface Found {
  readonly report: ShrinkReport;
  readonly best: Shown | null;
}

async function shrink(job: Job, session: ShrinkSession, watcher: SeriesWatcher): Promise<Found> {
  const { limits, store, starts, startedMs } = job;
  const effort = { tries: limits.tries, endMs: limits.searchEndMs };
  const search = new Search(session, effort, (record) => {
    watcher.say(`${clock(performance.now() - startedMs)}  ${trialLine(record)}`);
  });
  const firstTries = Math.ceil((limits.tries * firstTriesFactor) / starts.length);
  for (const start of starts) {
    const first = await search.first(start, firstTries);
    if (first === null) continue;
    await search.rest(start.plan, first);
    watcher.say('how often it shows …');
    break;
  }
  const settled = await search.settle({ tries: limits.confirm, endMs: limits.endMs });
  const best = settled?.shown ?? null;
  const report = reportOf(job, session, search, settled);
  const folder = best?.report.folder ?? null;
  if (folder !== null) {
    store.pointLatestAt(basename(folder));
    writeAtomic(`${folder}/shrink.json`, [`${JSON.stringify(report, null, 2)}\n`]);
  }
  return { best, report };
}

/** `1:05`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function reportOf(
  { run, wanted, planned, startedMs }: Job,
  session: ShrinkSession,
  { trials, isStopped }: Search,
  settled: Settled | null,
): ShrinkReport {
  const { checker, type, model } = wanted;
  const stopped = session.isInterrupted ? 'interrupt' : 'budget';
  const recorded = (run.json('verdict.json') as { readonly operations?: number }).operations ?? 0;
  return {
    format: shrinkFormat,
    from: run.id,
    anomaly: { checker, type, model },
    recorded: sizeOf(planned.plan, recorded),
    ...(settled === null
      ? { run: null, command: null, smallest: null, faults: [] }
      : smallestOf(settled.shown.report)),
    trials,
    runCount: session.runCount,
    tookMs: performance.now() - startedMs,
    stoppedBy: isStopped ? stopped : null,
    hitRate: settled?.hitRate ?? null,
    tooRare: settled?.tooRare ?? [],
  };
}

function smallestOf({ summary, folder }: RunReport) {
  const { plan, operationCount } = summary;
  const leaders = aimsAtLeaders(plan) ? ' --leaders' : '';
  return {
    run: folder,
    command: folder === null ? null : `dsx replay ${shellWord(folder)}${leaders} --repeat 10`,
    smallest: sizeOf(plan, operationCount),
    faults: plan.script,
  };
}
