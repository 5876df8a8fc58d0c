/** All that a file in `workloads/`, `nemesis/` or `targets/` may import from dsx. */
export { assert, present, unreachable } from './base/assert.js';
export { messageOf, TargetError, UsageError } from './base/errors.js';
export { canonical, isArray, isObject } from './base/json.js';
export { drawInt, drawUnit, fork, pick, shuffle } from './base/prng.js';
export { listed, plural } from './base/text.js';
export { nsPerMs, secondsToNs } from './base/units.js';
export { availability } from './checker/availability.js';
export { echoes } from './checker/echo.js';
export { enough } from './checker/enough.js';
export { bank } from './checker/invariant/bank.js';
export { broadcast } from './checker/invariant/broadcast.js';
export { causalReverse } from './checker/invariant/causal-reverse.js';
export { counterBounds } from './checker/invariant/counter.js';
export { election } from './checker/invariant/election.js';
export { failureDetector } from './checker/invariant/failure-detector.js';
export { fencedResource } from './checker/invariant/fenced-resource.js';
export { finalCounter } from './checker/invariant/final-counter.js';
export { kafka } from './checker/invariant/kafka/kafka.js';
export { leaderAtEnd } from './checker/invariant/leader-at-end.js';
export { lockHolds } from './checker/invariant/lock.js';
export { logPattern } from './checker/invariant/log-pattern.js';
export { longFork } from './checker/invariant/long-fork.js';
export { monotonic } from './checker/invariant/monotonic.js';
export { queueSources } from './checker/invariant/queue.js';
export { rateLimit } from './checker/invariant/rate-limit.js';
export { sequentialInserts } from './checker/invariant/sequential.js';
export { setByLastRead } from './checker/invariant/set.js';
export { setFull } from './checker/invariant/set-full.js';
export { totalOrder } from './checker/invariant/total-order.js';
export { totalQueue } from './checker/invariant/total-queue.js';
export { uniqueIds } from './checker/invariant/unique-ids.js';
export { watchStreams } from './checker/invariant/watch.js';
export { writeSkew } from './checker/invariant/write-skew.js';
export { linearizable } from './checker/linearizability/linearizability.js';
export { staleness } from './checker/staleness.js';
export { isolated, isolationLevels } from './checker/txn/catalog.js';
export { closedPredicate } from './checker/txn/closed-predicate.js';
export { listAppend } from './checker/txn/list-append.js';
export { rwRegister } from './checker/txn/rw-register.js';
export { weakRegister } from './checker/txn/weak-register.js';
export { convergence, strongConvergence } from './checker/weak/convergence.js';
export { weakModel } from './checker/weak/weak.js';
export { RedisConnection, RedisError, tableOf } from './client/redis.js';
export { readRegister, registerClient, registerFailure } from './client/register-client.js';
export { failedRequest } from './client/request-errors.js';
export { callRpc, failureOf, fieldShapes, rpcClient } from './client/rpc-client.js';
export { acceptsConnections } from './client/tcp.js';
export { transact, transactionClient } from './client/transaction-client.js';
export { aim, aimedNodes, isTurnOfPrimaries, leaders } from './contract/aim.js';
export { RpcError } from './contract/client.js';
export {
  cutText,
  drawablePartitions,
  isolate,
  partitionCut,
  partitionShapes,
} from './fault/grudge.js';
export { millisecondsParameter, numberParameter } from './fault/parameters.js';
export { nodeTargets } from './fault/targets.js';
export * from './generator/combinators.js';
export { simulate } from './generator/simulate.js';
export { nodeScript } from './node-script.js';
