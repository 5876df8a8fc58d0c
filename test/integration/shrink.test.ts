/** Looking for something that breaks, and making what broke smaller. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ShrinkReport } from '../../src/report/shrink.ts';
import { CliFolder, nodesAlive, repository, until } from '../support/cli.ts';

const kv = join(repository, 'examples/kv.py');
const load = ['--workload', 'lin-kv', '--bin', kv, '--node-count', '3', '--recovery-time', '0'];
/** Each node answers reads from a cache of its own: no fault is needed to see it. */
const broken = ['--', '--cache'];

let folder: CliFolder;
beforeEach(() => {
  folder = new CliFolder();
});
afterEach(() => {
  folder.remove();
});

function runs(): readonly string[] {
  return readdirSync(join(folder.path, 'histories/runs')).filter((name) => name !== 'latest');
}

async function failedRun(): Promise<void> {
  const faults = ['--nemesis', 'pause', '--nemesis-interval', '0.5', '--time-limit', '2'];
  const { exitCode, stderr } = await folder.run('test', ...load, ...faults, ...broken);
  expect(exitCode, stderr).toBe(1);
}

describe('a failed run', () => {
  test('shrinks to one without the faults that it did not need', { timeout: 300_000 }, async () => {
    await failedRun();
    const [recorded] = runs();
    const shrinking = folder.start(['shrink', '--budget', '10m', '--confirm', '2'], 220_000);
    // How far it comes in a time is up to the machine: it is stopped when it is so far.
    let said = '';
    shrinking.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(() => /✓ none of \d+ faults?: shown/.test(said), 200_000, 'it needs no fault');
    shrinking.kill('SIGINT');
    expect((await shrinking).exitCode, said).toBe(1);
    const report = JSON.parse(
      readFileSync(folder.latest('shrink.json'), 'utf8'),
    ) as ShrinkReport & {
      run: string;
    };
    expect(report).toMatchObject({ format: 'dsx-shrink/1', from: recorded, faults: [] });
    expect(report.recorded.faults).toBeGreaterThan(0);
    expect(report.smallest?.faults).toBe(0);
    expect(report.smallest?.timeLimitMs).toBeLessThanOrEqual(report.recorded.timeLimitMs);
    expect(report.trials[0]).toMatchObject({ what: 'the run as it was', isShown: true });
    // What was tried on the way is gone.
    expect(runs().toSorted()).toEqual([recorded, basename(report.run)].toSorted());
    expect(JSON.parse(readFileSync(folder.latest('run.json'), 'utf8')).shrunkFrom).toBe(recorded);
    const again = await folder.run('check', report.run);
    expect(again.exitCode).toBe(1);
    expect(nodesAlive(folder.path)).toEqual([]);
  });

  test('shrinks for no longer than it may, and says how often the smallest run fails', async () => {
    await failedRun();
    const shrunk = await folder.run('shrink', '--budget', '10s', '--confirm', '1', '--json');
    expect(shrunk.exitCode, shrunk.stderr).toBe(1);
    const report = JSON.parse(shrunk.stdout) as ShrinkReport;
    expect(report.stoppedBy).toBe('budget');
    expect(report.smallest?.timeLimitMs).toBeLessThanOrEqual(report.recorded.timeLimitMs);
    const { runs: again = 0, hits = 0 } = report.hitRate ?? {};
    expect(hits).toBeLessThanOrEqual(again);
    expect(again).toBeLessThanOrEqual(1);
    expect(runs()).toHaveLength(2);
  });

  test('ends with the best so far on Ctrl-C', { timeout: 200_000 }, async () => {
    await failedRun();
    const shrinking = folder.start(['shrink', '--budget', '3m']);
    let said = '';
    shrinking.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(() => said.includes('the run as it was: shown'), 90_000, 'it shows again');
    shrinking.kill('SIGINT');
    const { exitCode, stdout } = await shrinking;
    expect(exitCode).toBe(1);
    expect(stdout).toContain('Stopped by hand');
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^again {3}dsx /);
    expect(runs()).toHaveLength(2);
    expect(nodesAlive(folder.path)).toEqual([]);
  });
});

describe('a hunt', () => {
  test('stops at the first anomaly, and keeps only that run', { timeout: 200_000 }, async () => {
    const limits = ['--count', '10', '--time-limit', '1', '--seed', '5'];
    const { exitCode, stdout, stderr } = await folder.run('hunt', ...limits, ...load, ...broken);
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toMatch(/found in run \d+, with seed \d+/);
    expect(stdout).toMatch(/^shrink {2}dsx shrink /m);
    expect(runs()).toHaveLength(1);
  });

  test('in which nothing breaks exits 0, and leaves no run', async () => {
    const limits = ['--count', '2', '--time-limit', '1', '--seed', '5'];
    const { exitCode, stderr } = await folder.run('hunt', ...limits, ...load);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/seed 5: valid.*\nseed 6: valid.*\nnothing broke in 2 runs/);
    expect(runs()).toEqual([]);
    // Of a run that held there is nothing to make smaller.
    const good = await folder.run('test', ...load, '--time-limit', '1');
    expect(good.exitCode).toBe(0);
    const shrunk = await folder.run('shrink');
    expect(shrunk.exitCode).toBe(254);
    expect(shrunk.stderr).toMatch(/has no anomaly to show again \(valid/);
  });
});
