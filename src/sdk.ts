/** All that a file in `workloads/`, `nemesis/` or `targets/` may import from dsx. */
export { assert, present, unreachable } from './base/assert.ts';
export { messageOf, TargetError, UsageError } from './base/errors.ts';
export { canonical, isArray, isObject, type Json, type JsonObject } from './base/json.ts';
export { drawInt, drawUnit, fork, type Prng, pick, shuffle } from './base/prng.ts';
export { listed, plural } from './base/text.ts';
export { nsPerMs, secondsToNs } from './base/units.ts';
export { availability } from './checker/availability.ts';
export type { Checker, CheckLimits } from './checker/checker.ts';
export { echoes } from './checker/echo.ts';
export { enough } from './checker/enough.ts';
export { bank } from './checker/invariant/bank.ts';
export { broadcast } from './checker/invariant/broadcast.ts';
export { causalReverse } from './checker/invariant/causal-reverse.ts';
export { counterBounds } from './checker/invariant/counter.ts';
export { election } from './checker/invariant/election.ts';
export { failureDetector } from './checker/invariant/failure-detector.ts';
export { fencedResource } from './checker/invariant/fenced-resource.ts';
export { finalCounter } from './checker/invariant/final-counter.ts';
export { commitAnomalies } from './checker/invariant/kafka/commits.ts';
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
export { linearizable } from './checker/linearizability/linearizability.ts';
export { staleness } from './checker/staleness.ts';
export { isolated, isolationLevels } from './checker/txn/catalog.ts';
export { closedPredicate } from './checker/txn/closed-predicate.ts';
export { listAppend, type TransactionalOptions } from './checker/txn/list-append.ts';
export { rwRegister } from './checker/txn/rw-register.ts';
export type { WeakLevel } from './checker/txn/weak-levels.ts';
export { weakRegister } from './checker/txn/weak-register.ts';
export type { Anomaly, Verdict } from './checker/verdict.ts';
export { convergence, strongConvergence } from './checker/weak/convergence.ts';
export { weakModel, weakModelNames } from './checker/weak/weak.ts';
export { loadDriver } from './client/driver.ts';
export { askEtcd, etcdUrl } from './client/etcd/gateway.ts';
export { etcdLock } from './client/etcd/lock.ts';
export { etcdRegister } from './client/etcd/register.ts';
export { type HttpCall, type HttpCalls, httpClient } from './client/http-client.ts';
export { MqttConnection, MqttSession, mqttPort } from './client/mqtt/connection.ts';
export { MqttConsumer, type MqttManners, mqttQueue } from './client/mqtt/queue.ts';
export { mqttRegister, mqttSet } from './client/mqtt/retained.ts';
export { makeNatsStream, type NatsManners, natsSet } from './client/nats/stream.ts';
export { OvsdbConnection, ovsdbPort } from './client/ovsdb/connection.ts';
export {
  type OvsdbManners,
  ovsdbDatabase,
  ovsdbRegister,
  ovsdbSchema,
} from './client/ovsdb/register.ts';
export {
  askPatroniCluster,
  isPatroniPrimary,
  PatroniBalancer,
  patroniLack,
  patroniPort,
} from './client/patroni.ts';
export { rabbitmqLock } from './client/rabbitmq/lock.ts';
export {
  makeRabbitmqQueues,
  type RabbitmqManners,
  rabbitmqQueue,
} from './client/rabbitmq/queue.ts';
export { RedisConnection, RedisError, tableOf } from './client/redis.ts';
export { RedisClusterConnection } from './client/redis-cluster.ts';
export { redisClients } from './client/redis-objects.ts';
export { readRegister, registerClient, registerFailure } from './client/register-client.ts';
export { failedRequest } from './client/request-errors.ts';
export {
  callRpc,
  type FieldShape,
  failureOf,
  fieldShapes,
  listIn,
  type RpcFunction,
  type RpcFunctions,
  rpcClient,
} from './client/rpc-client.ts';
export {
  askRqlite,
  type RqliteLevel,
  rqliteRegister,
  rqliteTable,
  rqliteUrl,
} from './client/rqlite.ts';
export { overConnection, type SqlConnection } from './client/sql/connection.ts';
export { impatient } from './client/sql/impatient.ts';
export { connectMysql, mysqlDialect } from './client/sql/mysql.ts';
export { type SqlRouting, sqlClients, sqlObjects } from './client/sql/objects.ts';
export { connectPostgres, postgresDialect } from './client/sql/postgres.ts';
export { createMysqlTables, createTables } from './client/sql/schema.ts';
export type { SqlRoute } from './client/sql/session.ts';
export { acceptsConnections } from './client/tcp.ts';
export { transact, transactionClient } from './client/transaction-client.ts';
export { askWord } from './client/zookeeper/four-letter.ts';
export { zookeeperRegister, zookeeperSet } from './client/zookeeper/zookeeper.ts';
export { type Aim, aim, aimedNodes, isTurnOfPrimaries, leaders } from './contract/aim.ts';
export { type Client, type ClientOp, type RpcChannel, RpcError } from './contract/client.ts';
export type { Nemesis, NemesisShape, ProposeContext } from './contract/nemesis.ts';
export type {
  NodePlace,
  NodeProgram,
  OpenServerClient,
  ServerClientPlace,
  ServerPlan,
  ServerSite,
  ServerTarget,
  StdioTarget,
  Target,
  Variant,
} from './contract/target.ts';
export type {
  Battlefield,
  ClockSkew,
  Clocks,
  Cluster,
  Disks,
  Limits,
  Network,
} from './contract/testbed.ts';
export type {
  OptionValues,
  Workload,
  WorkloadContext,
  WorkloadOption,
  WorkloadSchedule,
} from './contract/workload.ts';
export {
  type DiskEffect,
  type DiskOperation,
  diskOperations,
  type FileDamage,
  type NameRule,
  nameRules,
  type PowerLoss,
} from './fault/disk.ts';
export type { Fault, FaultReport, Link, LinkEffect, LinkRule, NodeId } from './fault/fault.ts';
export {
  type Cut,
  cutText,
  drawablePartitions,
  isolate,
  partitionCut,
  partitionShapes,
} from './fault/grudge.ts';
export { bytesParameter, millisecondsParameter, numberParameter } from './fault/parameters.ts';
export { nodeTargets } from './fault/targets.ts';
export * from './generator/combinators.ts';
export type { Generator, GeneratorContext, OpRequest, ThreadId } from './generator/generator.ts';
export { type SimulatedOp, type SimulatedReply, simulate } from './generator/simulate.ts';
export type { HistoryEvent, Operation, Outcome } from './history/event.ts';
export type { History } from './history/history.ts';
export { illegal, type Model, type ModelOp } from './model/model.ts';
export { nodeScript } from './node-script.ts';
export {
  initialMariadb,
  mariadbCommands,
  mariadbDatabase,
  mariadbServer,
  openMariadb,
} from './testbed/server/mariadb-server.ts';
export { keptServer, timelineQuery } from './testbed/server/postgres-keeper.ts';
export {
  asOrdinaryUser,
  initialDatabase,
  notAsRoot,
  notAsRootScript,
  openDoor,
  postgresCommands,
  postgresPort,
  postgresProgram,
  postgresUser,
  serverArguments,
  startedServer,
} from './testbed/server/postgres-server.ts';
