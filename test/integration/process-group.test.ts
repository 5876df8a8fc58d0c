/** Stopping one program of a node leaves the others running. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { killGroup, pauseGroup, resumeGroup } from '../../src/testbed/process/process-group.ts';
import { membersOf } from '../../src/testbed/process/process-table.ts';
import { until } from '../support/cli.ts';

let child: ChildProcess | undefined;

afterEach(async () => {
  if (child?.pid !== undefined) await killGroup(child.pid, 'n1');
});

async function startedGroup(): Promise<number> {
  child = spawn('sh', ['-c', 'sleep 60 & sleep 60 & tail -f /dev/null & wait'], {
    ...{ detached: true, stdio: 'ignore' },
  });
  const group = child.pid ?? 0;
  let names: readonly string[] = [];
  await until(
    () => {
      void membersOf(group).then((members) => {
        names = members.map(({ name }) => name).toSorted();
      });
      return names.join(' ') === 'sh sleep sleep tail';
    },
    60_000,
    'four programs run',
  );
  return group;
}

async function stopped(group: number): Promise<readonly string[]> {
  const members = await membersOf(group);
  return members.filter(({ state }) => state === 'T').map(({ name }) => name);
}

test('a program by its name, wherever it is in the tree, and nobody else', async () => {
  const group = await startedGroup();
  expect(await pauseGroup(group, 'n1', 'sleep')).toBe(2);
  expect(await stopped(group)).toEqual(['sleep', 'sleep']);
  await resumeGroup(group, 'n1');
  expect(await stopped(group)).toEqual([]);
});

test('a name that no process has stops nobody, and that is told', async () => {
  const group = await startedGroup();
  expect(await pauseGroup(group, 'n1', 'patroni')).toBe(0);
  expect(await stopped(group)).toEqual([]);
  expect(await pauseGroup(group, 'n1')).toBe(4);
});
