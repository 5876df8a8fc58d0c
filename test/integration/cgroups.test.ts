/**
 * Control groups: the files of version 2 in a tree that has their names and is none of the
 * kernel's, and what killed runs leave, in a tree of folders and with the kernel's own.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clean } from '../../src/cli/clean.ts';
import { Cgroup } from '../../src/testbed/limits/cgroup.ts';
import { cgroupPlaces } from '../../src/testbed/limits/cgroup-places.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsx-cgroups-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync('true').pid;
}

function versionTwo(name: string): Cgroup {
  return new Cgroup({ version: 2, parent: folder }, name);
}

const text = (group: Cgroup, file: string): string =>
  readFileSync(join(group.folder, file), 'utf8');

const tell = (group: Cgroup, file: string, content: string): void => {
  writeFileSync(join(group.folder, file), content);
};

test('version 2: processor time is a quota and a period in one file, or max', () => {
  const group = versionTwo('dsx-1-cpu');
  group.limitCpu(0.25);
  expect(text(group, 'cpu.max')).toBe('25000 100000');
  expect(group.cpuShare()).toBe(0.25);
  // The kernel refuses a quota below a millisecond.
  group.limitCpu(0.001);
  expect(text(group, 'cpu.max')).toBe('1000 100000');
  group.limitCpu(null);
  expect(text(group, 'cpu.max')).toBe('max 100000');
  expect(group.cpuShare()).toBeNull();
});

test('version 2: memory is limited, read back, and counted without its file cache', () => {
  const group = versionTwo('dsx-1-memory');
  group.limitMemory(64 * 2 ** 20);
  expect(text(group, 'memory.max')).toBe('67108864');
  expect(group.memoryLimit()).toBe(67_108_864);
  group.limitMemory(null);
  expect(text(group, 'memory.max')).toBe('max');
  expect(group.memoryLimit()).toBe(Number.POSITIVE_INFINITY);
  tell(group, 'memory.current', '50000\n');
  tell(group, 'memory.stat', 'anon 1\ninactive_file 10000\nactive_file 5000\n');
  expect(group.memoryHeld()).toBe(35_000);
  tell(group, 'memory.events', 'low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 0\n');
  expect(group.killedForMemory()).toBe(2);
});

test('version 2: a process joins by its number, and members are told a line each', () => {
  const group = versionTwo('dsx-1-members');
  group.add(4711);
  expect(text(group, 'cgroup.procs')).toBe('4711');
  tell(group, 'cgroup.procs', '4711\n4712\n');
  expect(group.members()).toEqual([4711, 4712]);
});

test('clean removes the groups of dead runs, however deep, and no others', async () => {
  const root = join(folder, 'tree');
  const dead = deadPid();
  const groups = {
    shallow: join(root, `dsx-${dead}-run-memory-n1`),
    deep: join(root, 'user.slice/session-3.scope', `dsx-${dead}-trial-cpu-1`),
    own: join(root, `dsx-${process.pid}-run-cpu-n1`),
    foreign: join(root, 'dsx-of-somebody'),
  };
  for (const path of Object.values(groups)) mkdirSync(path, { recursive: true });
  const request = { runsFolder: join(folder, 'none'), groupRoots: [root] };
  const said = await clean({ ...request, dryRun: true });
  expect(said.toSorted()).toEqual(
    [groups.shallow, groups.deep].map((path) => `would remove control group ${path}`).toSorted(),
  );
  expect(Object.values(groups).every((path) => existsSync(path))).toBe(true);
  await clean({ ...request, dryRun: false });
  expect(existsSync(groups.shallow)).toBe(false);
  expect(existsSync(groups.deep)).toBe(false);
  expect(existsSync(groups.own)).toBe(true);
  expect(existsSync(groups.foreign)).toBe(true);
  expect(await clean({ ...request, dryRun: false })).toEqual(['nothing to clean']);
});

test('clean leaves the groups of a run whose guardian is there, whatever its number is here', async () => {
  const root = join(folder, 'elsewhere');
  const mark = `${deadPid()}-20260101T000000Z-register-etcd-1`;
  const group = join(root, `dsx-${mark}-cpu-n1`);
  mkdirSync(group, { recursive: true });
  const guardian = spawn('sh', ['-c', 'read -r _; exit', 'dsx-guardian', mark], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const request = { runsFolder: join(folder, 'none'), groupRoots: [root], dryRun: false };
  try {
    await expect
      .poll(() => readFileSync(`/proc/${guardian.pid}/cmdline`, 'latin1'))
      .toContain(mark);
    expect(await clean(request)).toEqual(['nothing to clean']);
    expect(existsSync(group)).toBe(true);
  } finally {
    guardian.kill('SIGKILL');
    await new Promise((resolve) => guardian.on('exit', resolve));
  }
  expect(await clean(request)).toEqual([`removed control group ${group}`]);
});

const isRoot = process.getuid?.() === 0;
const [place] = process.platform === 'linux' && isRoot ? cgroupPlaces('memory') : [];

test.skipIf(place === undefined)(
  'clean ends what is still in a group of the kernel, and removes it',
  async () => {
    if (place === undefined) return;
    const group = new Cgroup(place, `dsx-${deadPid()}-run-memory-n1`);
    const left = spawn('sleep', ['60'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => {
      left.on('exit', (_code, signal) => {
        resolve(signal);
      });
    });
    group.add(left.pid ?? 0);
    const runsFolder = join(folder, 'none');
    const lines = await clean({ runsFolder, dryRun: false, groupRoots: [place.parent] });
    expect(lines).toContain(`removed control group ${group.folder}`);
    expect(existsSync(group.folder)).toBe(false);
    expect(await ended).toBe('SIGKILL');
  },
);
