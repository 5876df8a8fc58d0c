/** Gates and challenges on the command line: what they exit with, and what they say. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

test('a recorded run is judged by the gates that it can be judged by', async () => {
  expect((await cli.run(...quick)).exitCode).toBe(0);
  const run = 'histories/runs/latest';
  const met = await cli.run('check', run, '--gate', 'latency.p50<1s', '--gate', 'msgs-per-op<30');
  expect(met.exitCode, met.stderr).toBe(0);
  expect(met.stdout).toMatch(/✓ gate msgs-per-op<30: the number of messages per operation was/);
  const missed = await cli.run('check', run, '--gate', 'throughput>100000', '--json');
  expect(missed.exitCode).toBe(1);
  expect(JSON.parse(missed.stdout)).toMatchObject({ valid: true, gates: [{ passed: false }] });
});

test('a gate that a history says nothing about is refused before it is checked', async () => {
  const untimed = join(cli.path, 'untimed.edn');
  writeFileSync(
    untimed,
    '[{:process 0 :type :invoke :f :read :value nil} {:process 0 :type :ok :f :read :value nil}]',
  );
  const check = (gate: string) => cli.run('check', untimed, '--model', 'register', '--gate', gate);
  const messages = await check('msgs-per-op<30');
  expect(messages.exitCode).toBe(254);
  expect(messages.stderr).toMatch(/--gate msgs-per-op<30 cannot be measured .* holds no messages/);
  const latency = await check('latency.p99<1s');
  expect(latency.exitCode).toBe(254);
  expect(latency.stderr).toContain('the history has no times');
  expect((await check('ok-rate>=99%')).exitCode).toBe(0);
});
