/**
 * One plan → one report: start the nodes, drive the load, inject and heal faults, record,
 * stop, check, write it all down.
 *
 * What is started is registered to be undone before it starts, so that half a start is undone
 * too. The history is complete on disk before any checker runs: a failed check loses no run.
 */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { messageOf } from '../base/errors.js';
import { fork, prng } from '../base/prng.js';
import { scheduleText } from '../fault/schedule.js';
import { shellWord } from '../report/escape.js';
import { renderHtmlParts } from '../report/html/page.js';
import { verdictJson } from '../report/json.js';
import { summarize } from '../report/summarize.js';
import { hostPid } from '../testbed/netns/sandbox.js';
import { checkHistory } from './check.js';
import { RunClock } from './clock.js';
import { interpret } from './interpreter.js';
import { createNemesis, refuseUnsupported } from './nemesis.js';
import { faultsOf, planSchedule } from './schedule.js';
import { effectObstacles, testbedFor } from './start-testbed.js';
import { dsxVersion } from './version.js';

/** The least that a node is given for what `prepare` asks of it. */
const prepareTimeoutMs = 5_000;
/** The time that healing and stopping may take after the run itself has failed. */
const cleanUpMs = 20_000;
/**
 * @throws TargetError if the cluster or a fault failed; UsageError if the plan makes no sense.
 *   What was recorded until then is in the run folder, and everything is stopped.
 */
export async function runTest(job) {
  const { plan, watcher } = job;
  const startedAt = new Date();
  const nemeses = await faultsOf(plan);
  // Refuses a plan that makes no sense before anything is made.
  const generator = await generatorOf(job);
  for (const model of plan.model.split(',')) job.workload.checkers(model, plan.options);
  const writer = job.store.create(plan, { pid: hostPid(), versions: { dsx: dsxVersion } });
  watcher.started(writer.folder, plan.seed);
  const driven = await drive(job, writer, { nemeses, generator });
  watcher.phase('checking');
  const startedMs = performance.now();
  const verdicts = await judge(job, driven.history);
  const checkMs = performance.now() - startedMs;
  const summary = summarize({
    dsxVersion,
    plan,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    checkMs,
    verdicts,
    history: driven.history,
    stats: driven.stats,
    troubles: driven.troubles,
    // Faults at set times are in files, not in flags.
    ...(plan.script.length > 0
      ? { command: `dsx replay ${shellWord(relative(process.cwd(), writer.folder))}` }
      : {}),
  });
  return store(writer, { summary, history: driven.history, folder: writer.folder });
}
/** From the first process to the last: on every way out, all of it is stopped. */
async function drive(job, writer, schedule) {
  const { nemeses, generator } = schedule;
  const { plan, watcher } = job;
  const clock = new RunClock();
  const testbed = testbedFor(job, writer, clock);
  const failed = new AbortController();
  testbed.crashed.catch((crash) => {
    failed.abort(crash);
  });
  const signal = AbortSignal.any([job.signal, failed.signal]);
  const journal = writer.journal();
  let nemesis;
  try {
    const specs = [...plan.nemeses, ...plan.script.map((entry) => entry.nemesis)];
    await refuseUnsupported(nemeses.values(), testbed, specs);
    watcher.phase(`starting ${plan.nodes.length} nodes`);
    await testbed.start(signal);
    signal.throwIfAborted();
    nemesis = createNemesis({
      nemeses,
      field: testbed,
      nowNs: () => clock.nowNs(),
    });
    await prepare(job, testbed);
    watcher.phase('testing');
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
    return { history, stats: testbed.stats?.() ?? null, troubles: testbed.troubles() };
  } finally {
    watcher.phase('stopping');
    const heal = nemesis;
    // Each of these is tried, whatever became of the others: a full disk stops no healing.
    const failures = await tryAll([
      // On the ordinary way all is healed already; then this does nothing.
      () => heal?.healAll(AbortSignal.timeout(cleanUpMs)),
      () => testbed.stop(),
      () => {
        journal.close();
      },
      () => {
        if (heal !== undefined)
          writer.writeText('schedule.json', scheduleText(plan.seed, heal.schedule));
      },
      () => (job.keepData ? undefined : removeData(writer, plan.nodes)),
    ]);
    for (const failure of failures) watcher.log(`cleaning up: ${messageOf(failure)}`);
  }
}
/** Runs every step; returns what was thrown. */
async function tryAll(steps) {
  const failures = [];
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
async function prepare(job, testbed) {
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
/** Refuses a plan that makes no sense, such as a partition of one node, before any process. */
function generatorOf({ plan, target, workload }) {
  const source = prng(plan.seed);
  const schedule = workload.generator({
    rng: fork(source, 'workload'),
    nodes: plan.nodes,
    concurrency: plan.concurrency,
    options: plan.options,
  });
  // A program of the user's may answer `dsx_status` too, but is not counted on to.
  const knowsPrimaries = target?.reportsPrimary ?? false;
  return planSchedule(plan, schedule, fork(source, 'schedule'), {
    knowsPrimaries,
    impossibleEffects: Object.keys(effectObstacles(plan.testbed)),
  });
}
async function run(job, generator, stage) {
  const { plan, workload, watcher } = job;
  const { testbed, nemesis } = stage;
  const open = workload.maelstrom;
  return interpret({
    generator,
    concurrency: plan.concurrency,
    nodes: plan.nodes,
    open: async (process, node) => {
      if (testbed.openClient !== undefined)
        return testbed.openClient({
          object: workload.object,
          process,
          node,
          timeoutMs: plan.operationTimeoutMs,
          options: plan.options,
        });
      const rpc = testbed.openRpc?.(process, node, plan.operationTimeoutMs);
      if (rpc === undefined || open === undefined)
        throw new Error(`workload ${workload.name} has no client for testbed ${testbed.name}`);
      return open(rpc, plan.options);
    },
    nemesis: async (op, signal) => {
      try {
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
async function judge(job, history) {
  const { plan, workload } = job;
  const source = {
    kind: 'workload',
    workload: workload.name,
    model: plan.model,
    options: plan.options,
    availability: plan.availability,
  };
  const budget = { timeoutMs: plan.checkTimeoutMs, memoryMb: plan.checkMemoryMb };
  return checkHistory(history, source, budget, job.signal);
}
async function removeData(writer, nodes) {
  for (const node of nodes)
    await rm(join(writer.nodeFolder(node), 'data'), { recursive: true, force: true });
}
function store(writer, report) {
  writer.writeJson('verdict.json', verdictJson(report));
  try {
    writer.writeParts('report.html', renderHtmlParts(report));
  } catch (thrown) {
    // A picture that failed never changes a verdict; it is said beside it.
    const warning = `report.html could not be written: ${messageOf(thrown)}`;
    const summary = {
      ...report.summary,
      warnings: [...report.summary.warnings, warning],
    };
    return { ...report, summary };
  }
  return report;
}
