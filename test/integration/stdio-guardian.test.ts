/** However dsx ends, no node outlives it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Guardian } from '../../src/testbed/process/guardian.ts';
import { eventually, fixture, marked } from './stdio-bed.ts';

let folder = '';
let mark = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsx-test-'));
  mark = `${process.pid}-guardian-${folder.slice(-6)}`;
});
afterEach(() => {
  for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A dsx with two nodes of that program, one of them paused. */
async function startParent(program: string) {
  const parent = execa(
    'node',
    ['--import', 'tsx', fixture('parent.ts'), fixture(program), folder, mark],
    {
      reject: false,
      buffer: false,
      stderr: 'inherit',
    },
  );
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  return { kill: () => parent.kill('SIGKILL'), ended: parent };
}

test.each(['stubborn.sh', 'echo.js', 'silent-after-init.sh'])(
  'after a SIGKILL of dsx no process of %s is left, paused or not',
  async (program) => {
    const parent = await startParent(program);
    await eventually(() => marked(mark).length >= (program === 'stubborn.sh' ? 6 : 2));
    parent.kill();
    await parent.ended;
    await eventually(() => marked(mark).length === 0);
  },
);

test('the guardian kills the groups that are registered and spares those taken off', async () => {
  const sleeper = () => execa('sleep', ['1000'], { detached: true, cleanup: false, reject: false });
  const [doomed, spared] = [sleeper(), sleeper()];
  const guardian = new Guardian(mark);
  await guardian.start();
  guardian.add(doomed.pid ?? 0);
  guardian.add(spared.pid ?? 0);
  guardian.remove(spared.pid ?? 0);
  await guardian.close();
  expect((await doomed).signal).toBe('SIGKILL');
  expect(spared.exitCode).toBeNull();
  expect(process.kill(spared.pid ?? 0, 0)).toBe(true);
  spared.kill('SIGKILL');
  await spared;
});

test('it finds by the mark what left its group', async () => {
  const env = { DSX_RUN: mark };
  const stray = execa('setsid', ['sleep', '1000'], { env, cleanup: false, reject: false });
  await eventually(() => marked(mark).length === 1);
  const guardian = new Guardian(mark);
  await guardian.start();
  await guardian.close();
  await stray;
  expect(marked(mark)).toEqual([]);
});

test('if somebody kills the guardian another one takes over', async () => {
  const doomed = execa('sleep', ['1000'], { detached: true, cleanup: false, reject: false });
  const guardian = new Guardian(mark);
  await guardian.start();
  guardian.add(doomed.pid ?? 0);
  const find = async () =>
    (await execa('pgrep', ['-f', `dsx-guardian ${mark}`], { reject: false })).stdout.split('\n');
  const [first = ''] = await find();
  process.kill(Number(first), 'SIGKILL');
  let second = '';
  while (second === '' || second === first) [second = ''] = await find();
  await guardian.close();
  expect((await doomed).signal).toBe('SIGKILL');
});

test('closing twice is fine', async () => {
  const guardian = new Guardian(mark);
  await guardian.close();
  await guardian.start();
  await guardian.close();
  await guardian.close();
  expect(marked(mark)).toEqual([]);
});
