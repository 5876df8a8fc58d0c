/** The testbed that a plan asks for. Nothing is started yet. */
import { join, resolve } from 'node:path';
import { fork, prng } from '../base/prng.ts';
import type { NodeProgram, ServerTarget, Target } from '../contract/target.ts';
import type { EffectObstacles, Testbed } from '../contract/testbed.ts';
import type { NodeId } from '../fault/fault.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { RunWriter } from '../store/run-store.ts';
import { createProcessClocks } from '../testbed/clock/process-clocks.ts';
import { createNodeDisks, type NodeDisks } from '../testbed/disk/node-disks.ts';
import { createLoopbackHosts } from '../testbed/loopback/loopback-hosts.ts';
import { proxyEffectObstacles } from '../testbed/loopback/proxy-network.ts';
import { kernelEffectObstacles } from '../testbed/netns/kernel-network.ts';
import { createNetnsHosts } from '../testbed/netns/netns-hosts.ts';
import { hostPid } from '../testbed/netns/sandbox.ts';
import type { Hosts } from '../testbed/server/hosts.ts';
import { createServerTestbed } from '../testbed/server/server-testbed.ts';
import { messageEffectObstacles } from '../testbed/stdio/router.ts';
import { createStdioTestbed } from '../testbed/stdio/stdio-testbed.ts';
import type { RunClock } from './clock.ts';
import type { Provisions } from './needs.ts';
import type { Watcher } from './watcher.ts';

export interface TestbedJob extends Provisions {
  readonly plan: RunPlan;
  readonly target: Target | null;
  readonly watcher: Watcher;
  readonly keepData: boolean;
}

export function testbedFor(job: TestbedJob, writer: RunWriter, clock: RunClock): Testbed {
  const { target } = job;
  if (target === null || target.testbed === 'stdio') return stdioTestbed(job, writer, clock);
  return serverTestbed(job, target, writer, clock);
}

function serverTestbed(
  job: TestbedJob,
  target: ServerTarget,
  writer: RunWriter,
  clock: RunClock,
): Testbed {
  const { plan, watcher } = job;
  const { system } = plan;
  return createServerTestbed({
    nodes: plan.nodes,
    target,
    variant: system.kind === 'target' ? system.variant : '',
    hosts: hostsFor(plan, target),
    disks: disksFor(job, writer),
    limited: job.limited,
    nodeFolder: (node) => writer.nodeFolder(node),
    runMark: `${hostPid()}-${writer.id}`,
    nowNs: () => clock.nowNs(),
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

/** Effects on links that a testbed cannot have, by their kind, each with the reason. */
export function effectObstacles(testbed: string): EffectObstacles {
  if (testbed === 'loopback') return proxyEffectObstacles;
  return testbed === 'netns' ? kernelEffectObstacles() : messageEffectObstacles;
}

function hostsFor({ testbed, nodes, seed }: RunPlan, { peerPorts = [] }: ServerTarget): Hosts {
  if (testbed === 'loopback')
    return createLoopbackHosts({ nodes, peerPorts, seed, pid: hostPid() });
  return createNetnsHosts(nodes, seed);
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
    limited: job.limited,
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
