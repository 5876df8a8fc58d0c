/** `dsx check FILE…`: read, judge, say, and exit with the verdict. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HistoryError, messageOf, UsageError } from '../base/errors.ts';
import { nsToMs } from '../base/units.ts';
import { mapName } from '../checker/catalog.ts';
import { worst } from '../checker/verdict.ts';
import type { KeyNotation } from '../history/format/independent-keys.ts';
import { historyFormatOf } from '../history/format/read-history.ts';
import type { History } from '../history/history.ts';
import { type Gate, parseGates } from '../plan/gate.ts';
import { parseNumber } from '../plan/parse.ts';
import type { RunPlan } from '../plan/plan.ts';
import { checkJson } from '../report/check-json.ts';
import { checkText } from '../report/check-text.ts';
import { faultCoverage } from '../report/coverage.ts';
import { gateObstacle, gateResults } from '../report/gates.ts';
import type { MessageSummary } from '../report/report.ts';
import { checkHistory } from '../runner/check.ts';
import type { CheckBudget, CheckSource } from '../runner/check-job.ts';
import { CheckThreads } from '../runner/check-threads.ts';
import { isGoldenFolder } from '../store/golden.ts';
import { readHistoryFile } from '../store/read-file.ts';
import { checkGoldenFolder } from './check-golden.ts';
import { verdictExitCode, worstExitCode } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { paintFor } from './paint.ts';

export interface CheckRequest {
  /** Null: the model of the run that the file belongs to. */
  readonly model: string | null;
  readonly format: string;
  /** How keys of independent objects are written. */
  readonly keys: KeyNotation;
  /** Numeric goals, with commas between them; empty: none. */
  readonly gates: string;
  readonly json: boolean;
  readonly timeoutSeconds: string;
  readonly memoryMb: string;
}

/** Exit code over all files: 255 beats 1 beats 2 beats 0. */
export async function checkFiles(files: readonly string[], request: CheckRequest): Promise<number> {
  const codes: number[] = [];
  for (const file of files) codes.push(await checkFile(file, request));
  return worstExitCode(codes);
}

async function checkFile(path: string, request: CheckRequest): Promise<number> {
  const budget = {
    timeoutMs: 1000 * parseNumber('check-timeout', request.timeoutSeconds, { min: 0.001 }),
    memoryMb: parseNumber('check-memory', request.memoryMb, { min: 16 }),
  };
  const gates = parseGates(request.gates);
  if (isGoldenFolder(path)) {
    if (gates.length > 0)
      throw new UsageError(`${path} holds many histories; --gate is for one history or run`);
    if (request.model !== null)
      throw new UsageError(`${path} says itself what is expected; leave out --model`);
    return checkGoldenFolder(path, budget, request.json);
  }
  const file = historyFileIn(path);
  const plan = planBeside(file);
  // A thread starts while the file is read.
  const threads = new CheckThreads(plan?.workload ?? null, budget.memoryMb);
  threads.warm(1);
  try {
    return await judge({ file, plan, gates, budget, threads }, request);
  } finally {
    await threads.close();
  }
}

interface FileJob {
  /** The history. */
  readonly file: string;
  /** Of the run that it belongs to. */
  readonly plan: RunPlan | null;
  readonly gates: readonly Gate[];
  readonly budget: CheckBudget;
  readonly threads: CheckThreads;
}

async function judge(
  { file, plan, gates, budget, threads }: FileJob,
  request: CheckRequest,
): Promise<number> {
  const read = readHistoryFile(file, historyFormatOf(request.format), { keys: request.keys });
  const source = sourceFor(plan, request.model, read.realTime);
  const messages = plan === null ? null : messagesBeside(file);
  refuseUnmeasurable(gates, { file, history: read.history, messages });
  const startedMs = performance.now();
  const verdicts = await interruptible((signal) =>
    checkHistory(read.history, source, budget, signal, threads),
  );
  const checkMs = performance.now() - startedMs;
  const checked = {
    verdicts,
    history: read.history,
    checkMs,
    warnings: read.warnings,
    file,
    format: read.format,
    model: source.model,
    gates: gateResults(gates, {
      history: read.history,
      verdicts,
      faults: faultCoverage(read.history),
      messages,
      timeLimitMs: plan?.timeLimitMs ?? spanMs(read.history),
    }),
  };
  const text = request.json
    ? JSON.stringify(checkJson(checked))
    : checkText(checked, paintFor(process.stdout), process.stdout.columns || 80);
  process.stdout.write(`${text}\n`);
  const isGateMissed = checked.gates.some(({ passed }) => !passed);
  return verdictExitCode(worst(verdicts.map((verdict) => verdict.valid)), 'valid', isGateMissed);
}

/** What no checking can tell is said before any. */
function refuseUnmeasurable(
  gates: readonly Gate[],
  {
    file,
    ...facts
  }: { readonly file: string; readonly history: History; readonly messages: MessageSummary | null },
): void {
  for (const gate of gates) {
    const obstacle = gateObstacle(gate, facts);
    if (obstacle !== undefined)
      throw new UsageError(`--gate ${gate.text} cannot be measured in ${file}: ${obstacle}`);
  }
}

/** From the first invocation to the last. */
function spanMs({ operations, events }: History): number {
  const timeAt = (row: number): number => events.timeNs[operations.invoke[row] ?? 0] ?? 0;
  return Math.max(1e-6, nsToMs(timeAt(operations.count - 1) - timeAt(0)));
}

function historyFileIn(path: string): string {
  if (!existsSync(path))
    throw new UsageError(
      `there is no file ${path}.\nrun folders are in histories/runs; see: dsx list runs`,
    );
  if (!statSync(path).isDirectory()) return path;
  const file = join(path, 'history.jsonl');
  if (existsSync(file)) return file;
  throw new UsageError(`the folder ${path} holds no history.jsonl; name a history file or a run`);
}

/** A run knows its workload. Of anything else, whatever can be checked is, unless a model is named. */
function sourceFor(plan: RunPlan | null, model: string | null, realTime: boolean): CheckSource {
  if (plan !== null && (model === null || model === plan.model))
    return {
      kind: 'workload',
      workload: plan.workload,
      model: plan.model,
      options: plan.options,
      availability: plan.availability,
    };
  return { kind: 'model', model: model ?? mapName, realTime };
}

/** What was counted while the run went on; null if nothing was, or it did not end. */
function messagesBeside(file: string): MessageSummary | null {
  const path = join(file, '..', 'verdict.json');
  if (!existsSync(path)) return null;
  try {
    const verdict = JSON.parse(readFileSync(path, 'utf8')) as { messages?: MessageSummary | null };
    return verdict.messages ?? null;
  } catch (thrown) {
    throw new HistoryError(`${path} is damaged: ${messageOf(thrown)}`);
  }
}

function planBeside(file: string): RunPlan | null {
  const path = join(file, '..', 'run.json');
  if (!file.endsWith('history.jsonl') || !existsSync(path)) return null;
  try {
    const run = JSON.parse(readFileSync(path, 'utf8')) as { plan?: RunPlan };
    return run.plan ?? null;
  } catch (thrown) {
    throw new HistoryError(`${path} is damaged (${messageOf(thrown)}); give --model instead`);
  }
}
