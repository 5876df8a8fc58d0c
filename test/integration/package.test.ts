/**
 * What is published: the packed tarball, unpacked beside its declared dependencies and nothing
 * else, as a user has it. Commands run, every door opens, the types are right.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../support/cli.ts';
import { fencedFiles } from '../support/docs.ts';

const folder = mkdtempSync(join(tmpdir(), 'dsx-package-'));
const installed = join(folder, 'node_modules/dsx');
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  readonly bin: { readonly dsx: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
};

function link(name: string): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(repository, 'node_modules', name), place, 'dir');
}

const run = (program: string, args: readonly string[]) =>
  execa(program, args, {
    cwd: folder,
    reject: false,
    timeout: 100_000,
    env: { NO_COLOR: '1', CI: '1', GITHUB_ACTIONS: '' },
  });

beforeAll(async () => {
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const { stdout } = await execa('npm', pack, { cwd: repository });
  mkdirSync(installed, { recursive: true });
  const tarball = join(folder, stdout.trim());
  await execa('tar', ['-xzf', tarball, '--strip-components', '1', '-C', installed]);
  for (const name of Object.keys(manifest.dependencies)) link(name);
  writeFileSync(join(folder, 'package.json'), '{"type": "module", "private": true}');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the package', () => {
  test('is in order', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  test('runs as a command: help, what there is, and a whole test', async () => {
    const dsx = join(installed, manifest.bin.dsx);
    const help = await run(dsx, ['--help']);
    expect(help.exitCode, help.stderr).toBe(0);
    expect(help.stdout).toContain('COMMANDS');
    const explained = await run(dsx, ['explain', 'stale-read']);
    expect(explained.stdout, explained.stderr).toContain('An example that breaks');
    const args = ['--target', 'raft', '--time-limit', '3', '--rate', '100', '--nemesis', 'kill'];
    const tested = await run(dsx, ['test', ...args]);
    expect(tested.exitCode, `${tested.stdout}\n${tested.stderr}`).toBe(0);
    const checked = await run(dsx, ['check', 'histories/runs/latest']);
    expect(checked.exitCode, checked.stderr).toBe(0);
  });

  test('opens every door, with nothing installed but what it declares', async () => {
    const doors = Object.keys(manifest.exports).filter((name) => !name.endsWith('.json'));
    const names = doors.map((door) => door.replace(/^\./, 'dsx'));
    expect(names).toEqual(['dsx', 'dsx/checker', 'dsx/porcupine', 'dsx/node', 'dsx/vitest']);
    const script = `for (const name of ${JSON.stringify(names)}) {
      const door = await import(name);
      console.log(name, Object.keys(door).length > 3);
    }`;
    const { stdout, stderr } = await run('node', ['--input-type=module', '-e', script]);
    expect(stdout.split('\n'), stderr).toEqual(names.map((name) => `${name} true`));
  });
});

describe('the guide to dsx inside tests', () => {
  const page = readFileSync(join(repository, 'docs/guides/inside-your-tests.md'), 'utf8');
  const files = fencedFiles(page, 'ts');

  beforeAll(() => {
    for (const name of ['vitest', 'typescript', '@types/node']) link(name);
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'types.test.ts'), typeLaws);
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      ...{ target: 'ES2023', lib: ['ES2023'], module: 'nodenext', types: ['node'] },
      ...{ noEmit: true, skipLibCheck: false },
    };
    const config = { compilerOptions, include: ['*.test.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  });

  test('has examples that compile, beside what must not', async () => {
    expect(files.map(({ name }) => name)).toEqual([
      'cache.test.ts',
      'tally.test.ts',
      'store.test.ts',
    ]);
    const { stdout, exitCode } = await run('node', ['node_modules/typescript/bin/tsc']);
    const own = stdout.split('\n').filter((line) => !/^node_modules\/(?!dsx\/)/.test(line));
    expect([own.join('\n'), exitCode === 0 || own.length === 0]).toEqual(['', true]);
  });

  test('has examples that pass', async () => {
    rmSync(join(folder, 'types.test.ts'));
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--root', folder];
    const { stdout, stderr, exitCode } = await run('node', args);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    expect(stdout).toMatch(/Tests\s+3 passed/);
  });
});

describe('the guide to a workload of your own', () => {
  const page = readFileSync(join(repository, 'docs/guides/add-a-workload.md'), 'utf8');
  const files = [...fencedFiles(page, 'js'), ...fencedFiles(page, 'python')];
  const dsx = join(installed, manifest.bin.dsx);
  const env = { NO_COLOR: '1', CI: '1', GITHUB_ACTIONS: '', DSX_PLUGINS: 'plugins' };
  const tested = (...args: readonly string[]) =>
    execa(dsx, ['test', '--time-limit', '3', '--recovery-time', '1', ...args], {
      cwd: folder,
      reject: false,
      timeout: 60_000,
      env,
    });

  beforeAll(() => {
    for (const { name, text } of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text, { mode: 0o755 });
    }
  });

  test('has files that a plain installation finds', async () => {
    expect(files.map(({ name }) => name)).toEqual([
      'plugins/workloads/tickets.js',
      'plugins/targets/ticket-office.js',
      'plugins/targets/ticket-office/node.js',
      'plugins/workloads/leaderboard.js',
      'plugins/workloads/leaderboard/has-points.js',
      'tickets.py',
      'leaderboard.py',
    ]);
    const { stdout } = await execa(dsx, ['list', 'workloads'], { cwd: folder, env });
    expect(stdout).toContain('tickets');
  });

  test('has a target that is valid, and a mistake that is caught', async () => {
    const office = ['--workload', 'tickets', '--target', 'ticket-office'];
    const [right, wrong] = await Promise.all([
      tested(...office, '--nemesis', 'partition'),
      tested(...office, '--variant', 'own-rolls'),
    ]);
    expect(right.exitCode, `${right.stdout}\n${right.stderr}`).toBe(0);
    expect(wrong.exitCode, `${wrong.stdout}\n${wrong.stderr}`).toBe(1);
    expect(wrong.stdout).toContain('duplicate');
  });

  test('has a model of its own, which tells one board from two', async () => {
    const boards = (count: string) =>
      tested('--workload', 'leaderboard', '--bin', './leaderboard.py', '--node-count', count);
    const [one, two] = await Promise.all([boards('1'), boards('2')]);
    expect(one.exitCode, `${one.stdout}\n${one.stderr}`).toBe(0);
    expect(two.exitCode, `${two.stdout}\n${two.stderr}`).toBe(1);
    expect(two.stdout).toContain('A leaderboard allows no order');
  });

  test('a folder that is not there, or a name that is taken, is said', async () => {
    const list = (plugins: string) =>
      execa(dsx, ['list', 'workloads'], {
        cwd: folder,
        reject: false,
        env: { ...env, DSX_PLUGINS: plugins },
      });
    const absent = await list('nowhere');
    expect([absent.exitCode, absent.stderr]).toEqual([254, expect.stringContaining('"nowhere"')]);
    mkdirSync(join(folder, 'double/workloads'), { recursive: true });
    writeFileSync(join(folder, 'double/workloads/echo.js'), "export default { name: 'echo' };");
    const double = await list('double');
    expect([double.exitCode, double.stderr]).toEqual([254, expect.stringContaining('"echo"')]);
  });
});

/** What the types of the doors refuse: each expected error that does not come is one. */
const typeLaws = `
import { runTest, type TestSettings, type Workload, Recording as Own } from 'dsx';
import { historyOf, linearizable } from 'dsx/checker';
import { checkOperations } from 'dsx/porcupine';
import { runNode } from 'dsx/node';
import { matchers, Recording } from 'dsx/vitest';
import { expect } from 'vitest';

expect.extend(matchers);
const settings: TestSettings = {
  workload: 'register', 'time-limit': 3, 'node-count': 3, concurrency: '2n', nemesis: ['kill'],
  testbed: 'stdio', 'keep-data': true, options: { values: 'small' },
  faults: [{ at: '1s', partition: 'majority', for: 2 }],
};
// @ts-expect-error -- a number
export const a: TestSettings = { 'time-limit': '3' };
// @ts-expect-error -- no such setting
export const b: TestSettings = { 'time-limt': 3 };
// @ts-expect-error -- no such testbed
export const c: TestSettings = { testbed: 'nets' };

const report = await runTest(settings);
export const valid: boolean | 'unknown' = report.valid;
export const rate: number = report.summary.plan.rateHz;
expect(report).toBeValid();
expect(report).not.toBeValid();
// @ts-expect-error -- a report is no history
expect(report).toBeLinearizable('register');

const recording: Own = new Recording();
const result: number = await recording.run('a', { f: 'read' }, async () => 5);
// @ts-expect-error -- an operation has a function
await recording.run('a', {}, () => result);
expect(recording.history()).toBeLinearizable('register', { timeoutMs: 5 });
// @ts-expect-error -- a model must be named
expect(recording).toBeLinearizable();
expect(recording).toShowAnomaly('stale-read', 'register');
// @ts-expect-error -- judged against a model
expect(recording).toShowAnomaly('stale-read');
expect(historyOf([])).toSatisfyModel('causal');
export const checker = linearizable('register');
export const kept: [Workload['name'] | undefined, typeof checkOperations, typeof runNode] = [
  undefined, checkOperations, runNode,
];
`;
