/** Gates and challenges on the command line: what they exit with, and what they say. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { CliFolder } from '../support/cli.ts';

const cli = new CliFolder();
const quick = ['test', '--workload', 'echo', '--time-limit', '1', '--seed', '1'];

afterAll(() => {
  cli.remove();
});

test('a run that meets its gates exits 0, one that misses a gate exits 1 and says by how much', async () => {
  const met = await cli.run(...quick, '--gate', 'latency.p50<1s', '--gate', 'ok-rate>=99%');
  expect(met.exitCode, met.stderr).toBe(0);
  expect(met.stdout).toMatch(
    /✓ gate ok-rate>=99%: the share of operations that succeeded was 100 %/,
  );
  const missed = await cli.run(...quick, '--gate', 'throughput>100000', '--json');
  expect(missed.exitCode).toBe(1);
  const { valid, gates } = JSON.parse(missed.stdout);
  expect(valid).toBe(true);
  expect(gates).toMatchObject([{ gate: 'throughput>100000', passed: false }]);
  expect(gates[0].figure).toMatch(/below the limit of 100000 a second/);
  expect(readFileSync(cli.latest('report.html'), 'utf8')).toContain('throughput&gt;100000');
});

test('what is no gate is refused before anything starts', async () => {
  const { exitCode, stderr } = await cli.run(...quick, '--gate', 'latncy.p50<1s');
  expect(exitCode).toBe(254);
  expect(stderr).toMatch(/no figure "latncy"\. Did you mean "latency"\?/);
});

test.each([
  [['challenge', '3f', '--target', 'gossip'], /no challenge "3f"/],
  [['challenge', '3d'], /needs a program/],
  [['challenge', '4', '--target', 'gossip'], /target gossip offers broadcast/],
  [['challenge', '4', '--target', 'crdt-counter', '--topology', 'line'], /3a to 3e/],
])('%j is refused', async (args, reason) => {
  const { exitCode, stderr } = await cli.run(...args);
  expect(exitCode).toBe(254);
  expect(stderr).toMatch(reason);
});

test('the challenges are listed with their goals', async () => {
  const { exitCode, stdout } = await cli.run('challenge');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('server-msgs-per-op<30');
});
