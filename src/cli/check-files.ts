/** `dsx check FILE…`: read, judge, say, and exit with the verdict. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HistoryError, messageOf, UsageError } from '../base/errors.ts';
import { mapName } from '../checker/catalog.ts';
import { worst } from '../checker/verdict.ts';
import type { KeyNotation } from '../history/format/independent-keys.ts';
import { historyFormatOf } from '../history/format/read-history.ts';
import { parseNumber } from '../plan/parse.ts';
import type { RunPlan } from '../plan/plan.ts';
import { checkJson } from '../report/check-json.ts';
import { checkText } from '../report/check-text.ts';
import { checkHistory } from '../runner/check.ts';
import type { CheckSource } from '../runner/check-job.ts';
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
  if (isGoldenFolder(path)) {
    if (request.model !== null)
      throw new UsageError(`${path} says itself what is expected; leave out --model`);
    return checkGoldenFolder(path, budget, request.json);
  }
  const file = historyFileIn(path);
  const read = readHistoryFile(file, historyFormatOf(request.format), { keys: request.keys });
  const source = sourceFor(file, request.model, read.realTime);
  const startedMs = performance.now();
  const verdicts = await interruptible((signal) =>
    checkHistory(read.history, source, budget, signal),
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
  };
  const text = request.json
    ? JSON.stringify(checkJson(checked))
    : checkText(checked, paintFor(process.stdout), process.stdout.columns || 80);
  process.stdout.write(`${text}\n`);
  return verdictExitCode(worst(verdicts.map((verdict) => verdict.valid)), 'valid');
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
function sourceFor(file: string, model: string | null, realTime: boolean): CheckSource {
  const plan = planBeside(file);
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
