/** `dsx report [RUN]`: where the report is, opened if there is a screen; or made anew. */
import { spawn } from 'node:child_process';
import { relative } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { isArray, isObject } from '../base/json.ts';
import type { History } from '../history/history.ts';
import type { GateResult, RunReport, RunSummary } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import { headline } from '../report/words.ts';
import { checkHistory } from '../runner/check.ts';
import { dsxVersion } from '../runner/version.ts';
import { type ReportFolder, writeReportFiles } from '../store/report-files.ts';
import { createRunStore, type StoredRun } from '../store/run-store.ts';
import { writeAtomic } from '../store/write-atomic.ts';
import { exitCodes } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { emitReports, parseReporters } from './reporters.ts';
import { storedPlan } from './stored-plan.ts';

export interface ReportArguments {
  readonly run: string;
  readonly out: string;
  readonly render: boolean;
  readonly open: boolean;
  readonly reporters: string | null;
}

export async function reportCommand(given: ReportArguments): Promise<number> {
  const reporters = given.reporters === null ? [] : parseReporters(given.reporters, false);
  const run = createRunStore(given.out).read(given.run);
  const file = run.path('report.html');
  if (given.render || reporters.length > 0 || !run.has('report.html')) {
    const report = await interruptible((signal) => rebuilt(run, signal));
    sayDifference(run, report.summary);
    if (given.render || !run.has('report.html')) writeReportFiles(folderOf(run), report);
    emitReports(report, reporters);
    if (reporters.length > 0) return exitCodes.valid;
  }
  process.stdout.write(`${relative(process.cwd(), file)}\n`);
  if (given.open) open(file);
  return exitCodes.valid;
}

function folderOf(run: StoredRun): ReportFolder {
  const writeParts = (name: string, parts: Iterable<string>): void => {
    writeAtomic(run.path(name), parts);
  };
  return {
    folder: run.folder,
    writeParts,
    writeText: (name, text) => {
      writeParts(name, [text]);
    },
  };
}

/**
 * A report from the files of a run. The history is judged again, by this dsx; what only the run
 * itself could see (messages, crashes of nodes, times) is taken from its verdict.
 */
async function rebuilt(run: StoredRun, signal: AbortSignal): Promise<RunReport> {
  const plan = storedPlan(run);
  const { history } = run.history();
  const source = {
    kind: 'workload',
    workload: plan.workload,
    model: plan.model,
    options: plan.options,
    availability: plan.availability,
  } as const;
  const budget = { timeoutMs: plan.checkTimeoutMs, memoryMb: plan.checkMemoryMb };
  const startedMs = performance.now();
  const verdicts = await checkHistory(history, source, budget, signal);
  const about = run.about();
  const recorded = run.json('verdict.json');
  const known = isObject(recorded) ? recorded : {};
  const { durationMs } = known;
  const summary = summarize({
    dsxVersion,
    plan,
    startedAt: typeof about['startedAt'] === 'string' ? about['startedAt'] : '',
    durationMs: typeof durationMs === 'number' ? durationMs : spanMs(history),
    checkMs: performance.now() - startedMs,
    verdicts,
    history,
    stats: null,
    troubles: [],
  });
  return { summary: { ...summary, ...seenByRun(known, summary) }, history, folder: run.folder };
}

/** A run that was cut short has no verdict; its history says how long it was. */
function spanMs({ events, eventCount }: History): number {
  return (events.timeNs[eventCount - 1] ?? 0) / 1e6;
}

function seenByRun(
  known: Readonly<Record<string, unknown>>,
  summary: RunSummary,
): Partial<RunSummary> {
  const { messages, warnings, command, gates } = known;
  const old = isArray(warnings) ? warnings.filter((one) => typeof one === 'string') : [];
  return {
    warnings: [...new Set([...old, ...summary.warnings])],
    ...(isObject(messages) ? { messages: messages as unknown as RunSummary['messages'] } : {}),
    // A figure of messages cannot be measured any more.
    ...(isArray(gates) && gates.length > 0
      ? { gates: gates as unknown as readonly GateResult[] }
      : {}),
    ...(typeof command === 'string' ? { command } : {}),
  };
}

function sayDifference(run: StoredRun, summary: RunSummary): void {
  const recorded = run.json('verdict.json');
  if (!isObject(recorded) || recorded['valid'] === summary.valid) return;
  const before = recorded['headline'];
  process.stderr.write(
    `dsx: this dsx judges the history differently than the run did\n  then: ${typeof before === 'string' ? before : 'nothing'}\n  now:  ${headline(summary).text}\n`,
  );
}

/** Only where somebody looks: a terminal, and a screen besides. */
function open(file: string): void {
  const hasScreen =
    process.platform === 'darwin' ||
    [process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].some((one) => (one ?? '') !== '');
  if (!process.stdout.isTTY || !hasScreen) return;
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [file], { detached: true, stdio: 'ignore' });
  child.on('error', (error) => {
    process.stderr.write(`the report could not be opened: ${messageOf(error)}\n`);
  });
  child.unref();
}
