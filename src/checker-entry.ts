/**
 * The library door `dsx/checker`: histories and checkers for any Node program, with no command
 * line, process or file behind them.
 *
 *     const history = historyOf([
 *       { type: 'invoke', process: 0, f: 'write', value: 1 },
 *       { type: 'ok', process: 0, f: 'write', value: 1 },
 *     ]);
 *     const verdict = linearizable('register').check(history, {
 *       timeoutMs: 10_000, memoryMb: 512, nowMs: () => performance.now(),
 *     });
 */
export { HistoryError, InvariantError, UsageError } from './base/errors.ts';
export type { Json, JsonObject } from './base/json.ts';
export type { Checker, CheckLimits } from './checker/checker.ts';
export {
  type LinearizableOptions,
  linearizable,
} from './checker/linearizability/linearizability.ts';
export {
  type Anomaly,
  anomaliesOf,
  reasonText,
  type UnknownReason,
  type Validity,
  type Verdict,
  worst,
} from './checker/verdict.ts';
export { HistoryBuilder, historyOf } from './history/builder.ts';
export type { EventType, HistoryEvent, OpError, Operation } from './history/event.ts';
export { History, type HistoryData } from './history/history.ts';
export { appendList } from './model/append-list.ts';
export { counter } from './model/counter.ts';
export { determinize } from './model/determinize.ts';
export { kv } from './model/kv.ts';
export { type ModelEntry, modelLibrary, modelNamed } from './model/library.ts';
export { fencedMutex, mutex, ownerlessMutex, reentrantMutex } from './model/lock.ts';
export {
  type Illegal,
  illegal,
  type Model,
  type ModelOp,
  type NondeterministicModel,
  type OpValues,
} from './model/model.ts';
export { multiRegister } from './model/multi-register.ts';
export { priorityQueue } from './model/priority-queue.ts';
export { fifoQueue, unorderedQueue } from './model/queue.ts';
export { casRegister, register } from './model/register.ts';
export { semaphore } from './model/semaphore.ts';
export { set } from './model/set.ts';
export { stack } from './model/stack.ts';
