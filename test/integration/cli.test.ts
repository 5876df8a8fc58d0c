/** The command line as people use it: verdicts, exit codes, files, wrong input, interruption. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliFolder, nodesAlive, repository, until } from '../support/cli.ts';

const kv = join(repository, 'examples/kv.py');
const echo = join(repository, 'examples/echo.py');

let folder: CliFolder;
beforeEach(() => {
  folder = new CliFolder();
});
afterEach(() => {
  folder.remove();
});

function script(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

describe('a test', () => {
  test('of a correct system is valid, exits 0 and leaves a whole run behind', async () => {
    const { exitCode, stdout } = await folder.run(
      ...['test', '-w', 'lin-kv', '--bin', kv, '--nemesis', 'partition', '--time-limit', '4'],
      ...['--seed', '7'],
    );
    expect(stdout).toContain('valid');
    expect(exitCode).toBe(0);
    for (const file of [
      'run.json',
      'history.jsonl',
      'schedule.json',
      'verdict.json',
      'report.html',
    ])
      expect(existsSync(folder.latest(file)), file).toBe(true);
    const { faults } = JSON.parse(readFileSync(folder.latest('schedule.json'), 'utf8'));
    expect(faults.length).toBeGreaterThan(0);
    expect(nodesAlive(folder.path)).toEqual([]);
  });

  test('of a system that caches reads finds the stale read and exits 1', async () => {
    // Many keys: of one that is read seldom, a value that the cache hides may be seen by nobody,
    // and then what shows is a lost write.
    const args = ['test', '-w', 'lin-kv', '--bin', kv, '--time-limit', '3'];
    const manyKeys = ['--rate', '300', '--max-writes-per-key', '10'];
    const found = await folder.run(...args, ...manyKeys, '--', '--cache');
    expect(found.stdout).toContain('stale read');
    expect(found.exitCode).toBe(1);
    const checked = await folder.run('check', folder.latest(''), '--json');
    expect(checked.exitCode).toBe(1);
    const verdict = JSON.parse(checked.stdout) as {
      readonly valid: boolean;
      readonly anomalies: readonly { readonly type: string; readonly operations: number[] }[];
    };
    expect(verdict.valid).toBe(false);
    const types = new Set(verdict.anomalies.map(({ type }) => type));
    expect(types).toContain('stale-read');
    expect(new Set(['stale-read', 'lost-write'])).toEqual(types.add('lost-write'));
    for (const { operations } of verdict.anomalies) expect(operations.length).toBeGreaterThan(1);
  });

  test('goes on to its verdict when nobody reads what it prints', async () => {
    const args = ['test', '-w', 'lin-kv', '--bin', kv, '--time-limit', '3', '--', '--cache'];
    const running = folder.start(args);
    running.stdout.destroy();
    running.stderr.once('data', () => running.stderr.destroy());
    expect((await running).exitCode).toBe(1);
    expect(JSON.parse(readFileSync(folder.latest('verdict.json'), 'utf8')).valid).toBe(false);
  });

  test('of a broken register with cas says which weaker models held', async () => {
    const file = join(folder.path, 'stale.jsonl');
    const events = [
      ['invoke', 0, 'write', 1],
      ['ok', 0, 'write', 1],
      ['invoke', 0, 'cas', [1, 2]],
      ['ok', 0, 'cas', [1, 2]],
      ['invoke', 1, 'read', null],
      ['ok', 1, 'read', 1],
    ].map(([type, process, f, value], i) =>
      JSON.stringify({ index: i, time: i, type, process, f, value }),
    );
    writeFileSync(file, `${events.join('\n')}\n`);
    const judged = await folder.run('check', file, '--model', 'cas-register');
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain('consistent with: sequential');
    expect(judged.stdout).toContain('violates at least: safe');
  });

  test('that expects an anomaly and finds one exits 0, and 1 if there is none', async () => {
    const args = ['test', '-w', 'lin-kv', '--bin', kv, '--time-limit', '2', '--expect', 'anomaly'];
    expect((await folder.run(...args, '--', '--cache')).exitCode).toBe(0);
    expect((await folder.run(...args)).exitCode).toBe(1);
  });

  test('in which nothing succeeded is unknown and exits 2', async () => {
    const { exitCode, stdout } = await folder.run(
      ...['test', '-w', 'lin-kv', '--bin', echo, '--node-count', '1', '--time-limit', '1'],
    );
    expect(stdout).toContain('unknown');
    expect(exitCode).toBe(2);
  });

  test('whose availability is missed exits 1', async () => {
    const { exitCode, stdout } = await folder.run(
      ...['test', '-w', 'lin-kv', '--bin', kv, '--time-limit', '2', '--availability', 'total'],
    );
    expect(stdout).toContain('100 %');
    expect(exitCode).toBe(1);
  });

  test('with --json prints one JSON object and nothing else on stdout', async () => {
    const { exitCode, stdout } = await folder.run(
      ...['test', '-w', 'echo', '--bin', echo, '--node-count', '1', '--time-limit', '1', '--json'],
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).valid).toBe(true);
  });

  test('with --print-config runs nothing', async () => {
    const { exitCode, stdout } = await folder.run('test', '--seed', '5', '--print-config');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('seed: 5');
    expect(existsSync(join(folder.path, 'histories'))).toBe(false);
  });

  test('takes its settings from dsx.yaml, and flags beat it', async () => {
    writeFileSync(
      join(folder.path, 'dsx.yaml'),
      'workload: register\nrate: 50\ntime-limit: 3\nfaults:\n  - {at: 1s, partition: [[n1, n2], [n3, n4, n5]], for: 1s}\n',
    );
    const { stdout } = await folder.run('test', '--rate', '70', '--print-config', '--json');
    const plan = JSON.parse(stdout);
    expect(plan.rateHz).toBe(70);
    expect(plan.timeLimitMs).toBe(3000);
    expect(plan.script).toHaveLength(1);
  });
});

describe('raft under partitions', () => {
  test('is valid', async () => {
    const { exitCode, stdout } = await folder.run(
      ...['test', '--nemesis', 'partition', '--time-limit', '6', '--seed', '3'],
    );
    expect(stdout).toContain('consistent with: linearizable');
    expect(exitCode).toBe(0);
  });

  test('is caught when a leader answers reads without asking whether it still leads', async () => {
    // Chance has a part in it: not every run holds a stale read.
    for (const seed of ['1', '2', '3', '4']) {
      const { exitCode, stdout } = await folder.run(
        ...['test', '--variant', 'stale-reads', '--nemesis', 'partition:primaries'],
        ...['--time-limit', '8', '--seed', seed],
      );
      expect([0, 1]).toContain(exitCode);
      if (exitCode === 0) continue;
      expect(stdout).toContain('stale read');
      expect(stdout).toContain(`--seed ${seed}`);
      return;
    }
    expect.fail('four runs of a broken Raft, and none was caught');
  });
});

describe('wrong input exits 254 and says what to do', () => {
  const cases: readonly (readonly [name: string, args: readonly string[], says: RegExp])[] = [
    ['an unknown workload', ['test', '-w', 'regster'], /Did you mean "register"/],
    ['an unknown target', ['test', '--target', 'raftt'], /Did you mean "raft"/],
    ['an unknown variant', ['test', '--variant', 'stale-read'], /Did you mean "stale-reads"/],
    ['an unknown nemesis', ['test', '--nemesis', 'partiton'], /Did you mean "partition"/],
    ['an unknown shape', ['test', '--nemesis', 'partition:majorty'], /majority/],
    ['an unknown flag', ['test', '--workloads', 'x'], /--workloads/],
    ['an unknown command', ['tset'], /tset/],
    ['a stray word', ['test', 'register'], /register/],
    ['a typographic dash', ['test', '–-nemesis', 'partition'], /--nemesis/],
    ['a rate that is no number', ['test', '--rate', 'fast'], /--rate takes a number/],
    ['a seed out of range', ['test', '--seed', '-1'], /--seed/],
    ['a missing program', ['test', '--bin', './nowhere'], /there is no file/],
    ['a folder for a program', ['test', '--bin', '.'], /is a folder/],
    ['node arguments for a target', ['test', '--', '--fast'], /--bin/],
    ['a model that does not fit', ['test', '--model', 'linearisable'], /linearizable/],
    ['a partition of one node', ['test', '--node-count', '1', '--nemesis', 'partition'], /2 nodes/],
    ['no file to check', ['check', 'nowhere.jsonl', '--model', 'register'], /there is no file/],
    ['a folder that cannot be made', ['test', '--out', '/proc/nowhere'], /--out/],
  ];
  test.each(cases)('%s', async (_name, args, says) => {
    const { exitCode, stdout, stderr } = await folder.run(...args);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/ {4}at /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(254);
  });

  test('a program without the permission to run, and one without an interpreter line', async () => {
    writeFileSync(join(folder.path, 'plain'), 'echo hello\n');
    const first = await folder.run('test', '--bin', './plain');
    expect(first.stderr).toContain('chmod +x');
    chmodSync(join(folder.path, 'plain'), 0o755);
    const second = await folder.run('test', '--bin', './plain');
    expect(second.stderr).toContain('#!/usr/bin/env');
    expect([first.exitCode, second.exitCode]).toEqual([254, 254]);
  });

  test('a setting that is not known, with its line and column', async () => {
    writeFileSync(join(folder.path, 'dsx.yaml'), 'workload: register\nnemsis: partition\n');
    const { exitCode, stderr } = await folder.run('test');
    expect(stderr).toMatch(/dsx\.yaml:2:1: unknown setting "nemsis".*"nemesis"/s);
    expect(exitCode).toBe(254);
  });

  test('a history with a broken line, and one whose last line is torn is read', async () => {
    const line = '{"index":0,"time":1,"type":"invoke","process":0,"f":"write","value":1}\n';
    const done = '{"index":1,"time":2,"type":"ok","process":0,"f":"write","value":1}\n';
    writeFileSync(join(folder.path, 'broken.jsonl'), `${line}not json\n${done}`);
    const broken = await folder.run('check', 'broken.jsonl', '--model', 'register');
    expect(broken.stderr).toMatch(/2/);
    expect(broken.exitCode).toBe(254);
    writeFileSync(join(folder.path, 'torn.jsonl'), `${line}${done}{"index":2,"ti`);
    const torn = await folder.run('check', 'torn.jsonl', '--model', 'register', '--json');
    expect(JSON.parse(torn.stdout).warnings).toHaveLength(1);
    expect(torn.exitCode).toBe(0);
  });
});

describe('a program that fails ends the run with 255 and its last lines', () => {
  test('if it exits at once', async () => {
    const bin = script('exits', '#!/bin/sh\necho no configuration found >&2\nexit 3\n');
    const { exitCode, stderr } = await folder.run('test', '-w', 'echo', '--bin', bin);
    expect(stderr).toContain('status 3');
    expect(stderr).toContain('no configuration found');
    expect(exitCode).toBe(255);
  });

  test('if it never answers init', async () => {
    const bin = script('silent', '#!/bin/sh\nsleep 60\n');
    const { exitCode, stderr } = await folder.run('test', '-w', 'echo', '--bin', bin);
    expect(stderr).toContain('did not answer init');
    expect(exitCode).toBe(255);
    expect(nodesAlive(folder.path)).toEqual([]);
  });

  test('if its interpreter is missing', async () => {
    const bin = script('lost', '#!/nowhere/interpreter\n');
    const { exitCode, stderr } = await folder.run('test', '-w', 'echo', '--bin', bin);
    expect(stderr).toContain('/nowhere/interpreter');
    expect(exitCode).toBe(255);
  });
});

describe('a run that is cut short', () => {
  const args = ['test', '-w', 'lin-kv', '--bin', kv, '--nemesis', 'pause,kill,partition'];

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s stops its nodes and keeps what it recorded',
    async (name) => {
      const running = folder.start([...args, '--time-limit', '30']);
      await recorded();
      running.kill(name);
      const { exitCode } = await running;
      expect(exitCode).toBe(255);
      expect(nodesAlive(folder.path)).toEqual([]);
      expect((await folder.run('check', folder.latest(''), '--json')).exitCode).toBe(0);
    },
  );

  test('by SIGKILL leaves no process, and a history that can be checked', async () => {
    const running = folder.start([...args, '--time-limit', '30']);
    await recorded();
    running.kill('SIGKILL');
    await running;
    await until(() => nodesAlive(folder.path).length === 0, 60_000, 'all nodes are gone');
    const checked = await folder.run('check', folder.latest(''), '--json');
    expect(checked.exitCode).toBe(0);
    expect(JSON.parse(checked.stdout).operations).toBeGreaterThan(10);
    const cleaned = await folder.run('clean');
    expect(cleaned.stdout).toContain('data');
    // Of this run, that is: other runs of the machine may leave something meanwhile.
    const again = await folder.run('clean');
    expect(again.exitCode).toBe(0);
    expect(again.stdout).not.toContain('data');
  });

  async function recorded(): Promise<void> {
    const enough = (): boolean =>
      existsSync(folder.latest('history.jsonl')) &&
      readFileSync(folder.latest('history.jsonl'), 'utf8').split('\n').length > 200;
    await until(enough, 60_000, 'operations are recorded');
  }

  test.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
    'by a full disk says so, and keeps what was recorded',
    async () => {
      const small = join(folder.path, 'small');
      const dsx = `node ${join(repository, 'bin/run.js')} test -w lin-kv --bin ${kv} --out ${small}/runs --time-limit 20 --rate 2000 --network-log off`;
      const { exitCode, stderr, stdout } = execaSync(
        'unshare',
        [
          '-m',
          'sh',
          '-c',
          `mkdir ${small} && mount -t tmpfs -o size=600k none ${small} && { ${dsx}; code=$?; wc -l < ${small}/runs/latest/history.jsonl; exit $code; }`,
        ],
        { reject: false, timeout: 100_000 },
      );
      expect(stderr).toMatch(/disk.*full/);
      expect(Number(stdout.trim().split('\n').at(-1))).toBeGreaterThan(100);
      expect(exitCode).toBe(255);
      expect(nodesAlive(folder.path)).toEqual([]);
    },
  );
});

test('what there is can be listed, also as JSON', async () => {
  const { exitCode, stdout } = await folder.run('list');
  expect(exitCode).toBe(0);
  for (const word of ['register', 'raft', 'stale-reads', 'partition', 'cas-register'])
    expect(stdout).toContain(word);
  const targets = JSON.parse((await folder.run('list', 'targets', '--json')).stdout);
  expect(targets.some((target: { name: string }) => target.name === 'raft')).toBe(true);
});

test('the doctor says what this machine can do', async () => {
  const { exitCode, stdout } = await folder.run('doctor', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).map((finding: { what: string }) => finding.what)).toContain(
    'nemesis clock',
  );
});
