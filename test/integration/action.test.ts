/** The GitHub Action, step by step as a runner does it; and what the guide to CI shows. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readAction, runAction } from '../support/action.ts';
import { repository } from '../support/cli.ts';
import { fencedFiles, shownBlocks } from '../support/docs.ts';
import { junitComplaints } from '../support/junit.ts';

const action = readAction(join(repository, 'action.yml'));
const kv = join(repository, 'examples/kv.py');
const workspace = mkdtempSync(join(tmpdir(), 'dsx-action-'));
afterAll(() => {
  rmSync(workspace, { recursive: true, force: true });
});

/** With DSX_ACTION_PATH, a fresh clone elsewhere, the step that installs is run too. */
const clone = process.env['DSX_ACTION_PATH'];
const run = (given: Readonly<Record<string, string>>) =>
  runAction(action, given, {
    actionPath: clone ?? repository,
    workspace,
    cacheHit: clone === undefined || existsSync(join(clone, 'dist')) ? 'true' : '',
  });

const quick = 'test --target single --time-limit 1 --recovery-time 0 --seed 1';

describe('the action', () => {
  beforeAll(() => {
    writeFileSync(
      join(workspace, 'suite.yaml'),
      [
        'defaults: {time-limit: 1, recovery-time: 0}',
        'tests:',
        '  - {target: single}',
        `  - {workload: lin-kv, bin: ${kv}, node-count: 3, args: [--cache], expect: anomaly, tries: 3}`,
        '',
      ].join('\n'),
    );
  });

  test('is described as GitHub wants it', () => {
    expect(action.runs.using).toBe('composite');
    for (const { description } of Object.values(action.inputs)) expect(description).toMatch(/\.$/);
    for (const step of action.runs.steps)
      if (step.uses === undefined) expect(step.shell, step.run).toBe('bash');
      else expect(step.uses).toMatch(/^actions\/[\w-]+@v\d+$/);
  });

  test('passes with a valid run, keeps the run, and writes the summary of the step', async () => {
    const done = await run({ args: `${quick} --gate 'ok-rate>=1%'` });
    expect(done.exitCode, done.output).toBe(0);
    expect(done.outputs['exit-code']).toBe('0');
    expect(done.summary).toContain('## ✅ valid');
    expect(done.output).toContain('ok-rate>=1%');
    const upload = done.used.find(({ uses }) => uses.startsWith('actions/upload-artifact@'));
    const [kept = '', left = ''] = upload?.given['path']?.trim().split('\n') ?? [];
    expect(existsSync(join(workspace, kept, 'runs/latest/report.html'))).toBe(true);
    // The link to the newest run would be kept a second time.
    expect(left).toBe('!./**/runs/latest/**');
  });

  test('fails with an anomaly, annotates it, and keeps the run all the same', async () => {
    const done = await run({ args: 'check broken.jsonl --model register' });
    expect(done.exitCode).toBe(254);
    const found = await run({
      args: `${quick} --gate 'throughput>1000000'\n  --reporter terminal,github,junit=junit.xml`,
    });
    expect(found.exitCode, found.output).toBe(1);
    expect(found.outputs['exit-code']).toBe('1');
    expect(found.output).toMatch(/^::error title=.*throughput>1000000/m);
    expect(found.summary).toContain('throughput>1000000');
    expect(found.used.at(-1)?.uses).toMatch(/^actions\/upload-artifact@/);
    expect(await junitComplaints(readFileSync(join(workspace, 'junit.xml'), 'utf8'))).toEqual([]);
  });

  test('runs a suite', async () => {
    const done = await run({
      args: 'suite suite.yaml --seed 3 --reporter terminal,github,junit=s.xml',
    });
    expect(done.exitCode, done.output).toBe(0);
    expect(done.summary).toContain('2 passed');
    expect(await junitComplaints(readFileSync(join(workspace, 's.xml'), 'utf8'))).toEqual([]);
  });

  test('groups words as a shell does, and expands nothing', async () => {
    const done = await run({ args: `explain "$(touch evil)" ; touch evil`, artifact: '' });
    expect(done.exitCode).toBe(254);
    expect(existsSync(join(workspace, 'evil'))).toBe(false);
    expect(done.used.some(({ uses }) => uses.includes('upload'))).toBe(false);
    const torn = await run({ args: `check 'open` });
    expect(torn.exitCode).toBeGreaterThan(0);
    expect(torn.outputs['exit-code']).toBe('');
  });

  test('has a key for the cache that is of this very source', async () => {
    const one = await run({ args: 'list models' });
    const [key = ''] = one.used.flatMap(({ given }) => given['key'] ?? []);
    expect(key).toMatch(/^Linux-X64-dsx-[0-9a-f]{40}$/);
  });
});

describe('the guide to CI', () => {
  const page = readFileSync(join(repository, 'docs/guides/ci.md'), 'utf8');
  const blocks = shownBlocks(page);
  const of = (title: string) => blocks.filter((block) => block.title === title);
  const folder = mkdtempSync(join(tmpdir(), 'dsx-pipeline-'));
  const pipeline = (commands: readonly string[]) =>
    execa('sh', ['-ec', commands.filter((line) => !line.startsWith('npm ci')).join('\n')], {
      cwd: folder,
      env: {
        ...{ CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4', CI_PIPELINE_IID: '12', BUILD_NUMBER: '12' },
        ...{ CI: 'true', NO_COLOR: '1', GITHUB_ACTIONS: '' },
      },
      ...{ reject: false, timeout: 100_000 },
    });

  beforeAll(() => {
    const [suite] = fencedFiles(page, 'yaml');
    expect(suite?.name).toBe('suite.yaml');
    const quickly = (suite?.text ?? '').replace(
      'time-limit: 10',
      'time-limit: 1, recovery-time: 0',
    );
    writeFileSync(join(folder, 'suite.yaml'), quickly);
    symlinkSync(kv, join(folder, 'my-node'));
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(join(repository, 'bin/dsx'), join(folder, 'node_modules/.bin/dsx'));
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('gives the action inputs that it has', () => {
    const uses = of('yaml github').flatMap(({ text }) => {
      const { jobs } = parse(text) as { jobs: Record<string, { steps: Step[] }> };
      return Object.values(jobs).flatMap(({ steps }) => steps);
    });
    const own = uses.filter((step) => step.uses.includes('/dsx@'));
    expect(own).toHaveLength(3);
    for (const { with: given = {} } of own)
      for (const name of Object.keys(given)) expect(Object.keys(action.inputs)).toContain(name);
    for (const name of Object.keys(action.inputs)) expect(page).toContain(`| \`${name}\` |`);
  });

  test('shows a GitLab job that runs its shard, and JUnit that GitLab reads', async () => {
    const [gitlab] = of('yaml gitlab').map(({ text }) => parse(text) as { dsx: GitlabJob });
    const { stdout, stderr, exitCode } = await pipeline(gitlab?.dsx.script ?? []);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    const kept = gitlab?.dsx.artifacts.reports.junit ?? '';
    expect(await junitComplaints(readFileSync(join(folder, kept), 'utf8'))).toEqual([]);
    for (const path of gitlab?.dsx.artifacts.paths ?? [])
      expect(existsSync(join(folder, path))).toBe(true);
  });

  test('shows a Jenkins pipeline whose steps run', async () => {
    const [jenkins] = of('groovy jenkins');
    const commands = [...(jenkins?.text ?? '').matchAll(/\bsh '([^']+)'/g)].map(
      ([, line = '']) => line,
    );
    expect(commands).toHaveLength(2);
    const { stdout, stderr, exitCode } = await pipeline([`${commands.at(-1)} --list`]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(3);
  });
});

interface Step {
  readonly uses: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface GitlabJob {
  readonly script: readonly string[];
  readonly artifacts: {
    readonly paths: readonly string[];
    readonly reports: { readonly junit: string };
  };
}
