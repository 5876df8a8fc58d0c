/** Suites as people use them: a matrix, shards, an interruption. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliFolder, nodesAlive, repository, until } from '../support/cli.ts';

const kv = join(repository, 'examples/kv.py');

let folder: CliFolder;
beforeEach(() => {
  folder = new CliFolder();
});
afterEach(() => {
  folder.remove();
});

function suite(text: string): string {
  const file = join(folder.path, 'suite.yaml');
  writeFileSync(file, text);
  return file;
}

const matrix = `
name: kv
defaults: {workload: lin-kv, bin: ${kv}, node-count: 3, time-limit: 1, recovery-time: 0}
tests:
  - name: kv
    matrix:
      mode:
        - {name: direct}
        - {name: cached, args: [--cache], expect: [stale-read, lost-update], tries: 3}
`;

test('a suite meets its expectations in shards, which join into the whole', async () => {
  const file = suite(matrix);
  const codes: number[] = [];
  for (const shard of ['1/2', '2/2']) {
    const results = shard.replace('/2', '');
    const run = await folder.run('suite', file, '--shard', shard, '--results', results);
    codes.push(run.exitCode);
  }
  expect(codes).toEqual([0, 0]);
  const merged = await folder.run('merge', '1', '2', '--json', '--reporter', 'terminal');
  expect(merged.exitCode).toBe(0);
  const report = JSON.parse(merged.stdout);
  expect(report.results.map((one: { name: string }) => one.name)).toEqual([
    'kv (direct)',
    'kv (cached)',
  ]);
  const half = await folder.run('merge', '2');
  expect(half.exitCode).toBe(255);
  expect(half.stdout).toContain('missing shard 1/2');
});

test('a slip in one test is found before the first one runs', async () => {
  const file = suite('tests:\n  - {target: single}\n  - {target: singel}\n');
  const { exitCode, stderr } = await folder.run('suite', file);
  expect(exitCode).toBe(254);
  expect(stderr).toContain('suite.yaml:3:5: test "register on singel": unknown target "singel"');
  expect(stderr).toContain('Did you mean "single"?');
});

test('an interrupted suite keeps its results and leaves no process behind', async () => {
  const file = suite(
    'tests:\n  - {target: single, time-limit: 1}\n  - {name: long, target: single, time-limit: 60}\n',
  );
  const running = folder.start(['suite', file, '--results', 'r', '--jobs', '1']);
  const report = (): { results: { outcome: string }[] } =>
    JSON.parse(readFileSync(join(folder.path, 'r/suite.json'), 'utf8')) as {
      results: { outcome: string }[];
    };
  let said = '';
  running.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes('1/2'), 60_000, 'the first test is done');
  await until(() => nodesAlive(folder.path).length > 0, 60_000, 'the second one has nodes');
  running.kill('SIGINT');
  const { exitCode } = await running;
  expect(exitCode).toBe(255);
  expect(report().results.map(({ outcome }) => outcome)).toEqual(['passed', 'not-run']);
  expect(nodesAlive(folder.path)).toEqual([]);
});

test('the tests of a suite that is killed end by themselves', async () => {
  const file = suite('tests:\n  - {target: single, time-limit: 60}\n');
  const running = folder.start(['suite', file]);
  await until(() => nodesAlive(folder.path).length > 0, 60_000, 'the test has nodes');
  running.kill('SIGKILL');
  await running;
  await until(() => nodesAlive(folder.path).length === 0, 60_000, 'no node is left');
});
