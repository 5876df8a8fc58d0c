/** All that a file in `workloads/`, `nemesis/` or `targets/` may import from dsx. */
export { assert, present, unreachable } from './base/assert.ts';
export { TargetError, UsageError } from './base/errors.ts';
export { isArray, isObject, type Json, type JsonObject } from './base/json.ts';
export { drawInt, drawUnit, fork, type Prng, pick, shuffle } from './base/prng.ts';
export { listed } from './base/text.ts';
export type { CheckLimits, Checker } from './checker/checker.ts';
export type { Anomaly, Verdict } from './checker/verdict.ts';
export { type Client, type ClientOp, type RpcChannel, RpcError } from './contract/client.ts';
export type { Nemesis, NemesisShape, ProposeContext } from './contract/nemesis.ts';
export type { NodeProgram, Target, Variant } from './contract/target.ts';
export type { Battlefield, Cluster, Network } from './contract/testbed.ts';
export type { Workload, WorkloadContext, WorkloadSchedule } from './contract/workload.ts';
export type { Fault, FaultReport, Link, LinkEffect, LinkRule, NodeId } from './fault/fault.ts';
export type { Generator, OpRequest } from './generator/generator.ts';
export type { HistoryEvent, Operation, Outcome } from './history/event.ts';
export type { History } from './history/history.ts';
