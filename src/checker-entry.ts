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
export { availability } from './checker/availability.ts';
export type { Checker, CheckLimits } from './checker/checker.ts';
export { bank } from './checker/invariant/bank.ts';
export { broadcast } from './checker/invariant/broadcast.ts';
export { causalReverse } from './checker/invariant/causal-reverse.ts';
export { counterBounds } from './checker/invariant/counter.ts';
export { election } from './checker/invariant/election.ts';
export { failureDetector } from './checker/invariant/failure-detector.ts';
export { fencedResource } from './checker/invariant/fenced-resource.ts';
export { finalCounter } from './checker/invariant/final-counter.ts';
export { kafka } from './checker/invariant/kafka/kafka.ts';
export { leaderAtEnd } from './checker/invariant/leader-at-end.ts';
export { lockHolds } from './checker/invariant/lock.ts';
export { logPattern } from './checker/invariant/log-pattern.ts';
export { longFork } from './checker/invariant/long-fork.ts';
export { monotonic } from './checker/invariant/monotonic.ts';
export { queueSources } from './checker/invariant/queue.ts';
export { rateLimit } from './checker/invariant/rate-limit.ts';
export { sequentialInserts } from './checker/invariant/sequential.ts';
export { setByLastRead } from './checker/invariant/set.ts';
export { setFull } from './checker/invariant/set-full.ts';
export { totalOrder } from './checker/invariant/total-order.ts';
export { totalQueue } from './checker/invariant/total-queue.ts';
export { uniqueIds } from './checker/invariant/unique-ids.ts';
export { watchStreams } from './checker/invariant/watch.ts';
export { writeSkew } from './checker/invariant/write-skew.ts';
export {
  type LinearizableOptions,
  linearizable,
} from './checker/linearizability/linearizability.ts';
export { staleness } from './checker/staleness.ts';
export {
  type IsolationEntry,
  isolationCatalog,
  type TransactionKind,
} from './checker/txn/catalog.ts';
export { closedPredicate } from './checker/txn/closed-predicate.ts';
export { listAppend, type TransactionalOptions } from './checker/txn/list-append.ts';
export { rwRegister } from './checker/txn/rw-register.ts';
export type { WeakLevel } from './checker/txn/weak-levels.ts';
export { weakRegister } from './checker/txn/weak-register.ts';
export {
  type Anomaly,
  anomaliesOf,
  reasonText,
  type UnknownReason,
  type Validity,
  type Verdict,
  worst,
} from './checker/verdict.ts';
export { convergence, strongConvergence } from './checker/weak/convergence.ts';
export { strongestAndWeakest, weakModel, weakModelNames } from './checker/weak/weak.ts';
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
