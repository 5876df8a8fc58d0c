/**
 * Runs checkers over a history in worker threads: independent checkers side by side, and a
 * checker that judges keys one by one over several threads, with the columns shared and not
 * copied. A checker that crashes, or runs out of time or memory, is `unknown`.
 */
import { availableParallelism } from 'node:os';
import { unreachable } from '../base/assert.ts';
import { mapName } from '../checker/catalog.ts';
import type { Checker } from '../checker/checker.ts';
import { modelMap } from '../checker/map.ts';
import { mergeVerdicts } from '../checker/merge.ts';
import { objectOf } from '../checker/object-kinds.ts';
import type { UnknownReason, Verdict } from '../checker/verdict.ts';
import type { EventColumns } from '../history/columns.ts';
import type { History, HistoryData } from '../history/history.ts';
import { type CheckBudget, type CheckJob, type CheckSource, checkersOf } from './check-job.ts';
import { CheckThreads } from './check-threads.ts';

/** A checker is asked to stop at its budget, and its thread is ended this much later. */
const graceMs = 5_000;
/** Below this many operations a second thread costs more than it saves. */
const operationsPerThread = 5_000;

/** To tell where a history stands that is not what was promised, beside the verdict itself. */
const mapTimeoutMs = 2_000;

interface Running {
  readonly threads: CheckThreads;
  readonly signal: AbortSignal;
}

/** `warmed`: threads of the caller's, who closes them. */
export async function checkHistory(
  history: History,
  source: CheckSource,
  budget: CheckBudget,
  signal: AbortSignal,
  warmed?: CheckThreads,
): Promise<readonly Verdict[]> {
  const workload = source.kind === 'workload' ? source.workload : null;
  const threads = warmed ?? new CheckThreads(workload, budget.memoryMb);
  try {
    return await check(history, source, budget, { threads, signal });
  } finally {
    if (warmed === undefined) await threads.close();
  }
}

async function check(
  history: History,
  source: CheckSource,
  budget: CheckBudget,
  running: Running,
): Promise<readonly Verdict[]> {
  const checkers = await checkersOf(source, history);
  const data = shared(history.toData());
  const limited = queue(Math.max(1, availableParallelism()));
  const verdicts = await Promise.all(
    checkers.map(async (checker, checkerIndex) => {
      const parts = partsFor(checker, history);
      const jobs = parts.map((keys): CheckJob => {
        return { source, checkerIndex, history: data, keys, budget };
      });
      const verdicts = await Promise.all(
        jobs.map((job) => limited(() => runJob(job, checker, history, running))),
      );
      return mergeVerdicts(verdicts);
    }),
  );
  const broken = verdicts.findIndex(({ valid, model }) => valid === false && model !== undefined);
  const [verdict] = verdicts.slice(broken, broken + 1);
  // A checker that knows one model only says that it is violated, not what held instead.
  const isPlaced = (verdict?.models?.holds.length ?? 0) > 0;
  if (broken < 0 || verdict === undefined || isPlaced) return verdicts;
  const standing = await standingOf(history, data, budget, running);
  return standing === undefined ? verdicts : verdicts.with(broken, { ...verdict, ...standing });
}

/** Which models a history of registers keeps, now that it does not keep what was promised. */
async function standingOf(
  history: History,
  data: HistoryData,
  budget: CheckBudget,
  running: Running,
): Promise<Pick<Verdict, 'models'> | undefined> {
  if (objectOf(history).kind !== 'registers') return undefined;
  const checker = modelMap({ realTime: true });
  const source = { kind: 'model', model: mapName, realTime: true } as const;
  const timeoutMs = Math.min(mapTimeoutMs, budget.timeoutMs);
  const limited = { ...budget, timeoutMs };
  const job: CheckJob = { source, checkerIndex: 0, history: data, keys: null, budget: limited };
  const { models } = await runJob(job, checker, history, running);
  return models === undefined ? undefined : { models };
}

/** Groups of keys of about equal weight, or null for the whole history at once. */
function partsFor(checker: Checker, history: History): readonly (readonly number[] | null)[] {
  if (!checker.perKey || history.keys.length < 2) return [null];
  const count = Math.min(
    availableParallelism(),
    history.keys.length,
    Math.ceil(history.operationCount / operationsPerThread),
  );
  if (count < 2) return [null];
  const weights = [...history.rowsByKey()].filter(([key]) => key >= 0);
  weights.sort((a, b) => b[1].length - a[1].length);
  const parts = Array.from({ length: count }, () => ({ keys: [] as number[], weight: 0 }));
  for (const [key, rows] of weights) {
    const lightest = parts.reduce((a, b) => (b.weight < a.weight ? b : a));
    lightest.keys.push(key);
    lightest.weight += rows.length;
  }
  return parts.map((part) => part.keys);
}

async function runJob(
  job: CheckJob,
  checker: Checker,
  history: History,
  { threads, signal }: Running,
): Promise<Verdict> {
  const unknown = (reason: UnknownReason): Verdict => ({
    checker: checker.name,
    operationCount: history.operationCount,
    method: checker.summary,
    valid: 'unknown',
    reason,
  });
  const proved = 'the checker did not say how far it came';
  const { timeoutMs, memoryMb } = job.budget;
  const end = await threads.run(job, timeoutMs + graceMs, signal);
  switch (end.kind) {
    case 'verdict':
      return end.verdict;
    case 'crashed':
      return unknown({ kind: 'checker-crashed', message: end.message });
    case 'memory':
      return unknown({ kind: 'memory', limitMb: memoryMb, proved });
    case 'timeout':
      return unknown({ kind: 'timeout', limitMs: timeoutMs, proved });
    default:
      return unreachable(end, 'end of a job');
  }
}

/** Runs at most `size` tasks at once, the others in turn. */
function queue(size: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await task();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

function shared(data: HistoryData): HistoryData {
  const { type, process, f, key, value, timeNs, pair } = data.events;
  const events: EventColumns = {
    type: shareable(type),
    process: shareable(process),
    f: shareable(f),
    key: shareable(key),
    value: shareable(value),
    timeNs: shareable(timeNs),
    pair: shareable(pair),
  };
  const tokens = shareable(data.values.tokens);
  const ids = shareable(data.extras.ids);
  return {
    ...data,
    events,
    values: { ...data.values, tokens },
    extras: { ...data.extras, ids },
  };
}

type Column = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** The column, or a copy if threads cannot share its memory. */
function shareable<C extends Column>(column: C): C {
  if (column.buffer instanceof SharedArrayBuffer) return column;
  const copy = new (column.constructor as new (memory: SharedArrayBuffer) => C)(
    new SharedArrayBuffer(column.byteLength),
  );
  copy.set(column);
  return copy;
}
