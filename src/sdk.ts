/** All that a file in `workloads/`, `nemesis/` or `targets/` may import from dsx. */
export { assert, present, unreachable } from './base/assert.ts';
export { messageOf, TargetError, UsageError } from './base/errors.ts';
export { isArray, isObject, type Json, type JsonObject } from './base/json.ts';
export { drawInt, drawUnit, fork, type Prng, pick, shuffle } from './base/prng.ts';
export { listed, plural } from './base/text.ts';
export type { Checker, CheckLimits } from './checker/checker.ts';
export { echoes } from './checker/echo.ts';
export { enough } from './checker/enough.ts';
export { election } from './checker/invariant/election.ts';
export { fencedResource } from './checker/invariant/fenced-resource.ts';
export { leaderAtEnd } from './checker/invariant/leader-at-end.ts';
export { lockHolds } from './checker/invariant/lock.ts';
export { totalQueue } from './checker/invariant/total-queue.ts';
export { linearizable } from './checker/linearizability/linearizability.ts';
export type { Anomaly, Verdict } from './checker/verdict.ts';
export { type Aim, aim, aimedNodes, leaders } from './contract/aim.ts';
export { type Client, type ClientOp, type RpcChannel, RpcError } from './contract/client.ts';
export type { Nemesis, NemesisShape, ProposeContext } from './contract/nemesis.ts';
export type { NodeProgram, Target, Variant } from './contract/target.ts';
export type { Battlefield, ClockSkew, Clocks, Cluster, Network } from './contract/testbed.ts';
export type {
  OptionValues,
  Workload,
  WorkloadContext,
  WorkloadOption,
  WorkloadSchedule,
} from './contract/workload.ts';
export type { Fault, FaultReport, Link, LinkEffect, LinkRule, NodeId } from './fault/fault.ts';
export {
  type Cut,
  cutText,
  drawablePartitions,
  isolate,
  partitionCut,
  partitionShapes,
} from './fault/grudge.ts';
export { millisecondsParameter, numberParameter } from './fault/parameters.ts';
export { nodeTargets } from './fault/targets.ts';
export * from './generator/combinators.ts';
export type { Generator, GeneratorContext, OpRequest, ThreadId } from './generator/generator.ts';
export { type SimulatedOp, type SimulatedReply, simulate } from './generator/simulate.ts';
export type { HistoryEvent, Operation, Outcome } from './history/event.ts';
export type { History } from './history/history.ts';
export { nodeScript } from './node-script.ts';
