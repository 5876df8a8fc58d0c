/**
 * Runs checkers over a history in worker threads: independent checkers side by side, and a
 * checker that judges keys one by one over several threads, with the columns shared and not
 * copied. A checker that crashes, or runs out of time or memory, is `unknown`.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { mapName } from '../checker/catalog.js';
import { modelMap } from '../checker/map.js';
import { mergeVerdicts } from '../checker/merge.js';
import { objectOf } from '../checker/object-kinds.js';
import { checkersOf } from './check-job.js';

/** A checker is asked to stop at its budget, and its thread is ended this much later. */
const graceMs = 5_000;
/** Below this many operations a second thread costs more than it saves. */
const operationsPerThread = 5_000;
/** To tell where a history stands that is not what was promised, beside the verdict itself. */
const mapTimeoutMs = 2_000;
export async function checkHistory(history, source, budget, signal) {
  const checkers = await checkersOf(source, history);
  const data = shared(history.toData());
  const limited = queue(Math.max(1, availableParallelism()));
  const verdicts = await Promise.all(
    checkers.map(async (checker, checkerIndex) => {
      const parts = partsFor(checker, history);
      const jobs = parts.map((keys) => {
        return { source, checkerIndex, history: data, keys, budget };
      });
      const verdicts = await Promise.all(
        jobs.map((job) => limited(() => runJob(job, checker, history, signal))),
      );
      return mergeVerdicts(verdicts);
    }),
  );
  const broken = verdicts.findIndex(({ valid, model }) => valid === false && model !== undefined);
  const [verdict] = verdicts.slice(broken, broken + 1);
  // A checker that knows one model only says that it is violated, not what held instead.
  const isPlaced = (verdict?.models?.holds.length ?? 0) > 0;
  if (broken < 0 || verdict === undefined || isPlaced) return verdicts;
  const standing = await standingOf(history, data, budget, signal);
  return standing === undefined ? verdicts : verdicts.with(broken, { ...verdict, ...standing });
}
/** Which models a history of registers keeps, now that it does not keep what was promised. */
async function standingOf(history, data, budget, signal) {
  if (objectOf(history).kind !== 'registers') return undefined;
  const checker = modelMap({ realTime: true });
  const source = { kind: 'model', model: mapName, realTime: true };
  const timeoutMs = Math.min(mapTimeoutMs, budget.timeoutMs);
  const limited = { ...budget, timeoutMs };
  const job = { source, checkerIndex: 0, history: data, keys: null, budget: limited };
  const { models } = await runJob(job, checker, history, signal);
  return models === undefined ? undefined : { models };
}
/** Groups of keys of about equal weight, or null for the whole history at once. */
function partsFor(checker, history) {
  if (!checker.perKey || history.keys.length < 2) return [null];
  const count = Math.min(
    availableParallelism(),
    history.keys.length,
    Math.ceil(history.operationCount / operationsPerThread),
  );
  if (count < 2) return [null];
  const weights = [...history.rowsByKey()].filter(([key]) => key >= 0);
  weights.sort((a, b) => b[1].length - a[1].length);
  const parts = Array.from({ length: count }, () => ({ keys: [], weight: 0 }));
  for (const [key, rows] of weights) {
    const lightest = parts.reduce((a, b) => (b.weight < a.weight ? b : a));
    lightest.keys.push(key);
    lightest.weight += rows.length;
  }
  return parts.map((part) => part.keys);
}
async function runJob(job, checker, history, signal) {
  const unknown = (reason) => ({
    checker: checker.name,
    operationCount: history.operationCount,
    method: checker.summary,
    valid: 'unknown',
    reason,
  });
  // From source the thread needs the loader too; the built program is plain JavaScript.
  const fromSource = import.meta.url.endsWith('.ts');
  const script = new URL(`./check-worker.${fromSource ? 'ts' : 'js'}`, import.meta.url);
  const worker = new Worker(script, {
    workerData: job,
    execArgv: fromSource ? ['--import', 'tsx'] : [],
    // The history itself is outside this limit where it is shared; the rest is inside.
    resourceLimits: { maxOldGenerationSizeMb: job.budget.memoryMb + 256 },
  });
  const limitMs = job.budget.timeoutMs + graceMs;
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const proved = 'the checker did not say how far it came';
        resolve(unknown({ kind: 'timeout', limitMs: job.budget.timeoutMs, proved }));
      }, limitMs);
      const settle = (verdict) => {
        clearTimeout(timer);
        resolve(verdict);
      };
      worker.once('message', (answer) => {
        if (answer.kind === 'verdict') settle(answer.verdict);
        else settle(unknown({ kind: 'checker-crashed', message: answer.message }));
      });
      worker.once('error', (error) => {
        const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        const proved = 'the checker did not say how far it came';
        if (outOfMemory) settle(unknown({ kind: 'memory', limitMb: job.budget.memoryMb, proved }));
        else settle(unknown({ kind: 'checker-crashed', message: error.message }));
      });
      const aborted = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      if (signal.aborted) aborted();
      else signal.addEventListener('abort', aborted, { once: true });
    });
  } finally {
    await worker.terminate();
  }
}
/** Runs at most `size` tasks at once, the others in turn. */
function queue(size) {
  let running = 0;
  const waiting = [];
  return async (task) => {
    if (running >= size) await new Promise((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await task();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
function shared(data) {
  const { type, process, f, key, value, timeNs, pair } = data.events;
  const events = {
    type: new Uint8Array(sharedBytes(type)),
    process: new Int32Array(sharedBytes(process)),
    f: new Uint16Array(sharedBytes(f)),
    key: new Int32Array(sharedBytes(key)),
    value: new Int32Array(sharedBytes(value)),
    timeNs: new Float64Array(sharedBytes(timeNs)),
    pair: new Int32Array(sharedBytes(pair)),
  };
  const tokens = new Int32Array(sharedBytes(data.values.tokens));
  return { ...data, events, values: { ...data.values, tokens } };
}
function sharedBytes(column) {
  const copy = new SharedArrayBuffer(column.byteLength);
  new Uint8Array(copy).set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  return copy;
}
