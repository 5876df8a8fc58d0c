/** The testbed that a plan asks for. Nothing is started yet. */
import { join, resolve } from 'node:path';
import { fork, prng } from '../base/prng.ts';
import type { NodeProgram, ServerTarget, Target } from '../contract/target.ts';
import type { Testbed } from '../contract/testbed.ts';
import type { NodeId } from '../fault/fault.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { RunWriter } from '../store/run-store.ts';
import { createProcessClocks } from '../testbed/clock/process-clocks.ts';
import { createNodeDisks, type NodeDisks } from '../testbed/disk/node-disks.ts';
import { createNetnsHosts } from '../testbed/netns/netns-hosts.ts';
import { hostPid } from '../testbed/netns/sandbox.ts';
import { createServerTestbed } from '../testbed/server/server-testbed.ts';
import { createStdioTestbed } from '../testbed/stdio/stdio-testbed.ts';
import type { RunClock } from './clock.ts';
import type { Watcher } from './watcher.ts';

export interface TestbedJob {
  readonly plan: RunPlan;
  readonly target: Target | null;
  readonly watcher: Watcher;
  /** True: the data folders are on disks that can be made to fail. */
  readonly hasDiskFaults: boolean;
  readonly keepData: boolean;
}

export function testbedFor(job: TestbedJob, writer: RunWriter, clock: RunClock): Testbed {
  const { target } = job;
  if (target === null || target.testbed === 'stdio') return stdioTestbed(job, writer, clock);
  return serverTestbed(job, target, writer);
}

function serverTestbed(job: TestbedJob, target: ServerTarget, writer: RunWriter): Testbed {
  const { plan, watcher } = job;
  const { system } = plan;
  return createServerTestbed({
    nodes: plan.nodes,
    target,
    variant: system.kind === 'target' ? system.variant : '',
    hosts: createNetnsHosts(plan.nodes, plan.seed),
    disks: disksFor(job, writer),
    nodeFolder: (node) => writer.nodeFolder(node),
    runMark: `${hostPid()}-${writer.id}`,
    ...(plan.logStderr
      ? {
          onStderr: (node: NodeId, line: string) => {
            watcher.log(`${node}: ${line}`);
          },
        }
      : {}),
    onTrouble: (trouble) => {
      watcher.log(`node ${trouble.node}: ${trouble.text}`);
    },
  });
}

function disksFor({ plan, hasDiskFaults, keepData }: TestbedJob, writer: RunWriter): NodeDisks {
  return createNodeDisks({
    nodes: plan.nodes,
    dataFolder: (node) => resolve(writer.nodeFolder(node), 'data'),
    canFail: hasDiskFaults,
    seed: plan.seed,
    keepsData: keepData,
  });
}

function stdioTestbed(job: TestbedJob, writer: RunWriter, clock: RunClock): Testbed {
  const { plan, target, watcher } = job;
  const log = (text: string): void => {
    watcher.log(text);
  };
  return createStdioTestbed({
    nodes: plan.nodes,
    program: (node) => programOf(plan, target, node),
    nodeFolder: (node) => writer.nodeFolder(node),
    rng: fork(prng(plan.seed), 'testbed'),
    clock,
    latencyMs: plan.latencyMs,
    latencyDistribution: plan.latencyDistribution,
    networkLog: plan.networkLog,
    networkLogPath: join(writer.folder, 'network.jsonl'),
    createClocks: createProcessClocks,
    disks: disksFor(job, writer),
    reportsPrimary: target?.reportsPrimary ?? false,
    runMark: `${hostPid()}-${writer.id}`,
    ...(plan.logNetSend
      ? {
          onNetSend: (line: string) => {
            log(`send ${line}`);
          },
        }
      : {}),
    ...(plan.logNetReceive
      ? {
          onNetReceive: (line: string) => {
            log(`recv ${line}`);
          },
        }
      : {}),
    ...(plan.logStderr
      ? {
          onStderr: (node: NodeId, line: string) => {
            log(`${node}: ${line}`);
          },
        }
      : {}),
    onTrouble: (trouble) => {
      log(`node ${trouble.node}: ${trouble.text}`);
    },
  });
}

function programOf(plan: RunPlan, target: Target | null, node: NodeId): NodeProgram {
  const { system } = plan;
  if (system.kind === 'bin') return { command: system.path, args: system.args, env: {} };
  if (target?.testbed !== 'stdio') throw new Error(`target ${system.name} is not loaded`);
  return target.program(system.variant, node);
}
