/** All the ways to make generators, in one place: what the sdk hands to workloads. */
export {
  clients,
  eachProcess,
  eachThread,
  nemesis,
  onThreads,
  type Reservation,
  reserve,
} from './assignment.ts';
export { any, mix, shortestAny } from './choice.ts';
export { concurrentKeys, type ForKey, type Keys, naturals, sequentialKeys } from './keys.ts';
export { andThen, phases, synchronize } from './phases.ts';
export {
  concurrencyLimit,
  cycle,
  flipFlop,
  limit,
  once,
  processLimit,
  repeat,
  untilOk,
} from './repetition.ts';
export { type Rested, type Script, sessions } from './sessions.ts';
export { lastReads, type SettleOptions, settle, showsAll } from './settle.ts';
export { singleWriter } from './single-writer.ts';
export { log, of, repeatedly, sequence, sleep, unfold } from './sources.ts';
export {
  cycleTimes,
  delay,
  rate,
  stagger,
  type TimedWindow,
  type TimeLimitStart,
  timeLimit,
} from './timing.ts';
export {
  randomTransactions,
  readAllKeys,
  type TransactionShape,
  transactionOptions,
  transactionShape,
} from './transactions.ts';
export { filter, fMap, map, onUpdate, trace } from './transform.ts';
export { validate } from './validate.ts';
