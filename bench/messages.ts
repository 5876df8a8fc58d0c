/**
 * Messages a second through the simulated network: three nodes flood each other.
 *
 *     npx tsx bench/messages.ts [--seconds 5] [--nodes 3] [--latency 0] [--log off|sample|all]
 *                               [--burst 200] [--ahead 4]
 *
 * A node writes a burst at a time, `ahead` bursts to begin with and then one for each that it
 * received; `--burst 1 --ahead 100` is a hundred conversations at once, without any batching.
 *
 * The nodes do as little as they can, but share the processors with dsx; so the CPU time that
 * dsx itself spends on a message is printed as well, which does not depend on them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prng } from '../src/base/prng.ts';
import { createStdioTestbed } from '../src/testbed/stdio/stdio-testbed.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    nodes: { type: 'string', default: '3' },
    latency: { type: 'string', default: '0' },
    log: { type: 'string', default: 'off' },
    burst: { type: 'string', default: '200' },
    ahead: { type: 'string', default: '4' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'dsx-bench-'));
const program = fileURLToPath(new URL('../test/fixtures/nodes/flood.js', import.meta.url));
const nowNs = (): number => performance.now() * 1e6;
const testbed = createStdioTestbed({
  nodes: Array.from({ length: Number(values.nodes) }, (_, i) => `n${i + 1}`),
  program: () => ({
    command: process.execPath,
    args: [program],
    env: { BURST: values.burst, AHEAD: values.ahead },
  }),
  nodeFolder: (node) => join(folder, node),
  rng: prng(1),
  clock: { nowNs, sleepUntil: async () => undefined },
  latencyMs: Number(values.latency),
  latencyDistribution: 'exponential',
  networkLog: values.log === 'all' || values.log === 'sample' ? values.log : 'off',
  networkLogPath: join(folder, 'network.jsonl'),
  createClocks: () => ({
    unsupported: async () => 'not in a benchmark',
    set: async () => undefined,
    readOffsetMs: async () => 0,
  }),
  reportsPrimary: false,
  runMark: `${process.pid}-bench`,
});
try {
  await testbed.start(new AbortController().signal);
  // The first second warms up the nodes and dsx.
  await sleep(1_000);
  const before = { stats: testbed.stats?.(), atMs: performance.now(), cpu: process.cpuUsage() };
  await sleep(Number(values.seconds) * 1_000);
  const seconds = (performance.now() - before.atMs) / 1_000;
  const cpu = process.cpuUsage(before.cpu);
  const after = testbed.stats?.();
  const routed = (after?.servers.receiveCount ?? 0) - (before.stats?.servers.receiveCount ?? 0);
  console.log(
    `${Math.round(routed / seconds).toLocaleString('en-US')} messages/s routed, ` +
      `${((cpu.user + cpu.system) / routed).toFixed(2)} µs of CPU in dsx per message, ` +
      `dropped ${after?.dropped ?? 0}, ` +
      `memory ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
  );
} finally {
  await testbed.stop();
  rmSync(folder, { recursive: true, force: true });
}
