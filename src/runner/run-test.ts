/**
 * One plan → one report: start the nodes, drive the load, inject and heal faults, record,
 * stop, check, write it all down.
 *
 * What is started is registered to be undone before it starts, so that half a start is undone
 * too. The history is complete on disk before any checker runs: a failed check loses no run.
 */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { fork, prng } from '../base/prng.ts';
import { plural, shellWord } from '../base/text.ts';
import { nsPerMs } from '../base/units.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { Nemesis } from '../contract/nemesis.ts';
import type { Target } from '../contract/target.ts';
import type { Testbed } from '../contract/testbed.ts';
import type { Workload } from '../contract/workload.ts';
import type { NodeId } from '../fault/fault.ts';
import { scheduleText } from '../fault/schedule.ts';
import type { Generator } from '../generator/generator.ts';
import type { History } from '../history/history.ts';
import type { RunPlan } from '../plan/plan.ts';
import { aimsAtLeaders } from '../plan/replay.ts';
import { verdictJson } from '../report/json.ts';
import type { RunReport, RunSummary } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import { writeReportFiles } from '../store/report-files.ts';
import type { RunStore, RunWriter } from '../store/run-store.ts';
import { hostPid } from '../testbed/netns/sandbox.ts';
import { checkHistory } from './check.ts';
import type { CheckSource } from './check-job.ts';
import { CheckThreads } from './check-threads.ts';
import { RunClock } from './clock.ts';
import { interpret } from './interpreter.ts';
import { provisionsOf } from './needs.ts';
import { createNemesis, type NemesisThread, recoverF, refuseUnsupported } from './nemesis.ts';
import { faultsOf, planSchedule } from './schedule.ts';
import { effectObstacles, testbedFor } from './start-testbed.ts';
import { dsxVersion } from './version.ts';
import type { Watcher } from './watcher.ts';

export interface TestJob {
  readonly plan: RunPlan;
  readonly workload: Workload;
  /** Null for a program of the user's (`--bin`). */
  readonly target: Target | null;
  /** The plan of `dsx test` with no more than workload and system; null or absent: unknown. */
  readonly defaults?: RunPlan | null;
  readonly store: RunStore;
  readonly watcher: Watcher;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly keepData: boolean;
}

/** The least that a node is given for what `prepare` asks of it. */
const prepareTimeoutMs = 5_000;

/** The time that healing and stopping may take after the run itself has failed. */
const cleanUpMs = 20_000;

/** The shortest that an election of a real system takes, as they are set up by default. */
const electionMs = 1_000;

/**
 * @throws TargetError if the cluster or a fault failed; UsageError if the plan makes no sense.
 *   What was recorded until then is in the run folder, and everything is stopped.
 */
export async function runTest(job: TestJob): Promise<RunReport> {
  const { plan, watcher } = job;
  const startedAt = new Date();
  const nemeses = await faultsOf(plan);
  // Refuses a plan that makes no sense before anything is made.
  const generator = await generatorOf(job);
  for (const model of plan.model.split(',')) job.workload.checkers(model, plan.options);
  const writer = job.store.create(plan, { pid: hostPid(), versions: { dsx: dsxVersion } });
  watcher.started(writer.folder, plan.seed);
  const threads = new CheckThreads(job.workload.name, plan.checkMemoryMb);
  const schedule = { nemeses, generator, threads };
  const { driven, ...judged } = await driveAndJudge(job, writer, schedule).finally(() =>
    threads.close(),
  );
  const summary = summarize({
    dsxVersion,
    plan,
    defaults: job.defaults ?? null,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    ...judged,
    history: driven.history,
    stats: driven.stats,
    troubles: driven.troubles,
    // Faults at set times are in files, not in flags.
    ...(plan.script.length > 0
      ? {
          command: `dsx replay ${shellWord(relative(process.cwd(), writer.folder))}${aimsAtLeaders(plan) ? ' --leaders' : ''}`,
        }
      : {}),
  });
  return store(job, writer, { summary, history: driven.history, folder: writer.folder });
}

/** The nodes are stopped while it is judged what they did. */
async function driveAndJudge(job: TestJob, writer: RunWriter, schedule: Schedule) {
  const driven = await drive(job, writer, schedule);
  try {
    job.watcher.phase('checking');
    const startedMs = performance.now();
    const verdicts = await judge(job, driven.history, schedule.threads);
    return { driven, verdicts, checkMs: performance.now() - startedMs };
  } finally {
    await driven.stopped;
  }
}

interface Schedule {
  readonly nemeses: ReadonlyMap<string, Nemesis>;
  readonly generator: Generator;
  readonly threads: CheckThreads;
}

interface Driven {
  readonly history: History;
  readonly stats: ReturnType<NonNullable<Testbed['stats']>> | null;
  readonly troubles: ReturnType<Testbed['troubles']>;
  /** Resolves when nothing is left of it. */
  readonly stopped: Promise<void>;
}

/**
 * From the first process to the last: on every way out, all of it is stopped; on the ordinary
 * one that goes on behind the result.
 */
async function drive(job: TestJob, writer: RunWriter, schedule: Schedule): Promise<Driven> {
  const { nemeses, generator, threads } = schedule;
  const { plan, watcher } = job;
  const clock = new RunClock();
  const needed = { ...job, ...(await provisionsOf(plan)) };
  const testbed = testbedFor(needed, writer, clock);
  const failed = new AbortController();
  testbed.crashed.catch((crash: unknown) => {
    failed.abort(crash);
  });
  const signal = AbortSignal.any([job.signal, failed.signal]);
  const journal = writer.journal();
  let nemesis: NemesisThread | undefined;
  const stop = async (): Promise<void> => endRun(job, writer, { nemesis, testbed, journal });
  let warming: NodeJS.Timeout | undefined;
  try {
    const specs = [...plan.nemeses, ...plan.script.map((entry) => entry.nemesis)];
    await refuseUnsupported(nemeses.values(), testbed, specs);
    watcher.phase(`starting ${plural(plan.nodes.length, 'node')}`);
    await testbed.start(signal);
    signal.throwIfAborted();
    await prepare(job, testbed);
    const loadBeginsNs = clock.nowNs();
    nemesis = createNemesis({
      nemeses,
      field: testbed,
      // As a script has them: how long the nodes took to start is another thing in each run.
      nowNs: () => clock.nowNs() - loadBeginsNs,
      successionMs: 2 * plan.nemesisIntervalMs,
      loadEndsNs: plan.timeLimitMs * nsPerMs,
    });
    watcher.phase('testing');
    // The load is over by then, and the processor idle while the system recovers.
    warming = setTimeout(() => {
      threads.warm();
    }, plan.timeLimitMs);
    const history = await run(job, generator, {
      testbed,
      nemesis,
      clock,
      journal,
      signal,
      fail: failed,
    });
    signal.throwIfAborted();
    // The history is whole on disk before anybody judges it.
    journal.close();
    const seen = { stats: testbed.stats?.() ?? null, troubles: testbed.troubles() };
    return { history, ...seen, stopped: stop() };
  } catch (thrown) {
    watcher.phase('stopping');
    await stop();
    throw thrown;
  } finally {
    clearTimeout(warming);
  }
}

interface Begun {
  readonly nemesis: NemesisThread | undefined;
  readonly testbed: Testbed;
  readonly journal: ReturnType<RunWriter['journal']>;
}

/** Each of these is tried, whatever became of the others: a full disk stops no healing. */
async function endRun(job: TestJob, writer: RunWriter, begun: Begun): Promise<void> {
  const { plan, watcher, keepData } = job;
  const { nemesis, testbed, journal } = begun;
  const failures = await tryAll([
    // On the ordinary way all is healed already; then this does nothing.
    () => nemesis?.healAll(AbortSignal.timeout(cleanUpMs)),
    () => testbed.stop(),
    () => {
      journal.close();
    },
    () => {
      if (nemesis !== undefined)
        writer.writeText('schedule.json', scheduleText(plan.seed, nemesis.schedule));
    },
    () => (keepData ? undefined : removeData(writer, plan.nodes)),
  ]);
  for (const failure of failures)
    watcher.log(`cleaning up: ${messageOf(failure).split('\n', 1)[0] ?? ''}`);
}

/** Runs every step; returns what was thrown. */
async function tryAll(steps: readonly (() => unknown)[]): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  return failures;
}

/** What the workload wants to tell each node before the load (a topology, say). */
async function prepare(job: TestJob, testbed: Testbed): Promise<void> {
  const { plan, workload } = job;
  if (workload.prepare === undefined) return;
  for (const [process, node] of plan.nodes.entries()) {
    // A node may take its time with its first request: that says nothing about the system.
    const timeoutMs = Math.max(prepareTimeoutMs, plan.operationTimeoutMs);
    const rpc = testbed.openRpc?.(process, node, timeoutMs);
    if (rpc === undefined) return;
    await workload.prepare(rpc, plan.nodes, plan.options);
    rpc.close();
  }
}

interface Stage {
  readonly testbed: Testbed;
  readonly nemesis: NemesisThread;
  readonly clock: RunClock;
  readonly journal: ReturnType<RunWriter['journal']>;
  readonly signal: AbortSignal;
  readonly fail: AbortController;
}

/** Refuses a plan that makes no sense, such as a partition of one node, before any process. */
function generatorOf({ plan, target, workload }: TestJob): Promise<Generator> {
  const source = prng(plan.seed);
  const schedule = workload.generator({
    rng: fork(source, 'workload'),
    nodes: plan.nodes,
    concurrency: plan.concurrency,
    options: plan.options,
  });
  // A program of the user's may answer `dsx_status` too, but is not counted on to.
  const knowsPrimaries = target?.reportsPrimary ?? false;
  // Servers elect in seconds; what is bundled does in a fraction of one.
  const isServer = target !== null && target.testbed !== 'stdio';
  return planSchedule(plan, schedule, fork(source, 'schedule'), {
    knowsPrimaries,
    impossibleEffects: Object.keys(effectObstacles(plan.testbed)),
    tellsRecovery: isServer && target.recovered !== undefined,
    // Who asks for shorter faults than any election wants them over before one.
    awaitsLeader: isServer && knowsPrimaries && plan.nemesisIntervalMs >= electionMs,
  });
}

async function run(job: TestJob, generator: Generator, stage: Stage): Promise<History> {
  const { plan, workload, watcher } = job;
  const { testbed, nemesis } = stage;
  const open = workload.maelstrom;
  return interpret({
    generator,
    concurrency: plan.concurrency,
    nodes: plan.nodes,
    open: async (process, node) => {
      if (testbed.openClient !== undefined) {
        const client = await testbed.openClient({
          object: workload.object,
          process,
          node,
          timeoutMs: plan.operationTimeoutMs,
          options: plan.options,
        });
        return workload.adapt?.(client, plan.options) ?? client;
      }
      const rpc = testbed.openRpc?.(process, node, plan.operationTimeoutMs);
      if (rpc === undefined || open === undefined)
        throw new Error(`workload ${workload.name} has no client for testbed ${testbed.name}`);
      return open(rpc, plan.options);
    },
    nemesis: async (op, signal) => {
      try {
        if (op.f === recoverF) return { value: await recovery(testbed, plan.recoveryMs, signal) };
        const value = await nemesis.perform(op, signal);
        watcher.fault(op.f, value);
        return { value };
      } catch (thrown) {
        // A fault that did not take hold is the harness's failure: never a pass.
        if (!signal.aborted) stage.fail.abort(thrown);
        return { error: ['fault-failed', messageOf(thrown)] };
      }
    },
    clock: stage.clock,
    journal: {
      append: (event) => {
        stage.journal.append(event);
      },
      flush: async () => {
        stage.journal.flush();
      },
    },
    // The client itself gives up at the limit; this is for one that does not.
    operationTimeoutMs: plan.operationTimeoutMs + 500,
    signal: stage.signal,
    rng: fork(prng(plan.seed), 'threads'),
    onLog: (message) => {
      watcher.log(message);
    },
    onProgress: (progress) => {
      watcher.progress(progress, plan);
    },
  });
}

/** Waits for it; says how long it took. */
async function recovery(testbed: Testbed, limitMs: number, signal: AbortSignal): Promise<Json> {
  const startedMs = performance.now();
  const isBack = (await testbed.recovered?.(limitMs, signal)) === true;
  const tookMs = Math.round(performance.now() - startedMs);
  return isBack ? { answersAfterMs: tookMs } : { silentForMs: tookMs };
}

async function judge(
  job: TestJob,
  history: History,
  threads: CheckThreads,
): Promise<readonly Verdict[]> {
  const { checkTimeoutMs, checkMemoryMb } = job.plan;
  const budget = { timeoutMs: checkTimeoutMs, memoryMb: checkMemoryMb };
  return checkHistory(history, sourceOf(job), budget, job.signal, threads);
}

function sourceOf({ plan, workload }: TestJob): CheckSource {
  const { model, options, availability } = plan;
  return { kind: 'workload', workload: workload.name, model, options, availability };
}

async function removeData(writer: RunWriter, nodes: readonly NodeId[]): Promise<void> {
  for (const node of nodes)
    await rm(join(writer.nodeFolder(node), 'data'), { recursive: true, force: true });
}

function store(job: TestJob, writer: RunWriter, report: RunReport): RunReport {
  writer.writeJson('verdict.json', verdictJson(report));
  job.watcher.phase('writing the report');
  try {
    writeReportFiles(writer, report);
  } catch (thrown) {
    // A picture that failed never changes a verdict; it is said beside it.
    const warning = `the report could not be written: ${messageOf(thrown)}`;
    const summary: RunSummary = {
      ...report.summary,
      warnings: [...report.summary.warnings, warning],
    };
    return { ...report, summary };
  }
  return report;
}
