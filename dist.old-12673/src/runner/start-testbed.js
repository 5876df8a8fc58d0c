/** The testbed that a plan asks for. Nothing is started yet. */
import { join } from 'node:path';
import { fork, prng } from '../base/prng.js';
import { createProcessClocks } from '../testbed/clock/process-clocks.js';
import { createLoopbackHosts } from '../testbed/loopback/loopback-hosts.js';
import { proxyEffectObstacles } from '../testbed/loopback/proxy-network.js';
import { kernelEffectObstacles } from '../testbed/netns/kernel-network.js';
import { createNetnsHosts } from '../testbed/netns/netns-hosts.js';
import { hostPid } from '../testbed/netns/sandbox.js';
import { createServerTestbed } from '../testbed/server/server-testbed.js';
import { messageEffectObstacles } from '../testbed/stdio/router.js';
import { createStdioTestbed } from '../testbed/stdio/stdio-testbed.js';
export function testbedFor(job, writer, clock) {
  const { target } = job;
  if (target === null || target.testbed === 'stdio') return stdioTestbed(job, writer, clock);
  return serverTestbed(job, target, writer);
}
function serverTestbed(job, target, writer) {
  const { plan, watcher } = job;
  const { system } = plan;
  return createServerTestbed({
    nodes: plan.nodes,
    target,
    variant: system.kind === 'target' ? system.variant : '',
    hosts: hostsFor(plan, target),
    nodeFolder: (node) => writer.nodeFolder(node),
    runMark: `${hostPid()}-${writer.id}`,
    ...(plan.logStderr
      ? {
          onStderr: (node, line) => {
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
export function effectObstacles(testbed) {
  if (testbed === 'loopback') return proxyEffectObstacles;
  return testbed === 'netns' ? kernelEffectObstacles() : messageEffectObstacles;
}
function hostsFor({ testbed, nodes, seed }, { peerPorts = [] }) {
  if (testbed === 'loopback')
    return createLoopbackHosts({ nodes, peerPorts, seed, pid: process.pid });
  return createNetnsHosts(nodes, seed);
}
function stdioTestbed(job, writer, clock) {
  const { plan, target, watcher } = job;
  const log = (text) => {
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
    reportsPrimary: target?.reportsPrimary ?? false,
    runMark: `${process.pid}-${writer.id}`,
    ...(plan.logNetSend
      ? {
          onNetSend: (line) => {
            log(`send ${line}`);
          },
        }
      : {}),
    ...(plan.logNetReceive
      ? {
          onNetReceive: (line) => {
            log(`recv ${line}`);
          },
        }
      : {}),
    ...(plan.logStderr
      ? {
          onStderr: (node, line) => {
            log(`${node}: ${line}`);
          },
        }
      : {}),
    onTrouble: (trouble) => {
      log(`node ${trouble.node}: ${trouble.text}`);
    },
  });
}
function programOf(plan, target, node) {
  const { system } = plan;
  if (system.kind === 'bin') return { command: system.path, args: system.args, env: {} };
  if (target?.testbed !== 'stdio') throw new Error(`target ${system.name} is not loaded`);
  return target.program(system.variant, node);
}
