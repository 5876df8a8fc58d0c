/** What dsx exits with, over many files and many tests: the worst of 255 > 1 > 2 > 0. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFolder, repository } from '../support/cli.ts';

const folder = new CliFolder();
const kv = join(repository, 'examples/kv.py');
const echo = join(repository, 'examples/echo.py');
afterAll(() => {
  folder.remove();
});

describe('of many histories', () => {
  const event = (index: number, type: string, f: string, value: number | null): string =>
    JSON.stringify({ index, time: index, type, process: 0, f, value });

  beforeAll(() => {
    const write = (name: string, lines: readonly string[]): void => {
      writeFileSync(join(folder.path, name), `${lines.join('\n')}\n`);
    };
    const one = [event(0, 'invoke', 'write', 1), event(1, 'ok', 'write', 1)];
    const reads = (value: number) => [
      event(2, 'invoke', 'read', null),
      event(3, 'ok', 'read', value),
    ];
    write('valid', [...one, ...reads(1)]);
    write('anomaly', [...one, ...reads(2)]);
    write('idle', [event(0, 'invoke', 'read', null)]);
    write('torn', ['not a history', ...one]);
  });

  test.each([
    [['valid'], 0],
    [['valid', 'valid'], 0],
    [['anomaly'], 1],
    [['idle'], 2],
    [['valid', 'idle'], 2],
    [['idle', 'anomaly'], 1],
    [['anomaly', 'valid'], 1],
    [['torn'], 254],
    [['torn', 'anomaly'], 254],
    [['nowhere', 'valid'], 254],
  ])('%j is %i', async (files, code) => {
    const { exitCode, stdout, stderr } = await folder.run(
      'check',
      '--model',
      'register',
      '--',
      ...files,
    );
    expect(exitCode, `${stdout}\n${stderr}`).toBe(code);
  });
});

describe('of many tests', () => {
  beforeAll(() => {
    writeFileSync(join(folder.path, 'lame'), '#!/bin/sh\necho no configuration >&2\nexit 3\n');
    chmodSync(join(folder.path, 'lame'), 0o755);
    const suite = [
      'defaults: {workload: lin-kv, node-count: 3, time-limit: 1, recovery-time: 0, seed: 1}',
      'tests:',
      `  - {name: good, workload: echo, bin: ${echo}}`,
      `  - {name: stale, bin: ${kv}, args: [--cache]}`,
      `  - {name: dumb, bin: ${echo}}`,
      '  - {name: lame, bin: ./lame}',
      `  - {name: slow, workload: echo, bin: ${echo}, gate: 'throughput>100000'}`,
      `  - {name: known, bin: ${kv}, args: [--cache], expect: anomaly, tries: 3}`,
      `  - {name: cured, workload: echo, bin: ${echo}, expect: anomaly}`,
    ];
    writeFileSync(join(folder.path, 'suite.yaml'), `${suite.join('\n')}\n`);
  });

  test.each([
    ['good', 0],
    ['known', 0],
    ['slow', 1],
    ['cured', 1],
    ['good|dumb', 2],
    ['dumb|stale', 1],
    ['stale|lame', 255],
    ['nothing of that name', 254],
  ])('%s is %i', { timeout: 300_000 }, async (names, code) => {
    const args = ['suite', 'suite.yaml', '--jobs', '2', '--grep', `^(${names})$`];
    const { exitCode, stdout, stderr } = await folder.run(...args);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(code);
  });
});
