import { expect, test } from 'vitest';
import {
  type CgroupFacts,
  cgroupMountPoints,
  cgroupPlaces,
} from '../../src/testbed/limits/cgroup-places.ts';

const version1 = [
  '30 24 0:26 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu',
  '31 24 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
].join('\n');
const version2 = '29 23 0:25 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate';

function facts(
  mounts: string,
  own: string,
  files: Readonly<Record<string, string>> = {},
): CgroupFacts {
  return { mounts, own, read: (path) => files[path] };
}

test('version 1: a group of its own hierarchy, first below that of dsx, then at the top', () => {
  const own = '4:memory:/user.slice/a\n3:cpu,cpuacct:/\n0::/';
  expect(cgroupPlaces('memory', facts(version1, own))).toEqual([
    { version: 1, parent: '/sys/fs/cgroup/memory/user.slice/a' },
    { version: 1, parent: '/sys/fs/cgroup/memory' },
  ]);
  // The same folder is one place.
  expect(cgroupPlaces('cpu', facts(version1, own))).toEqual([
    { version: 1, parent: '/sys/fs/cgroup/cpu' },
  ]);
});

test('version 2: the groups above dsx whose children have the controller, the nearest first', () => {
  const user = '/sys/fs/cgroup/user.slice/user-1000.slice';
  const files = {
    '/sys/fs/cgroup/cgroup.subtree_control': 'cpuset cpu io memory pids\n',
    '/sys/fs/cgroup/user.slice/cgroup.subtree_control': 'memory pids\n',
    [`${user}/cgroup.subtree_control`]: 'memory pids\n',
    [`${user}/session-3.scope/cgroup.subtree_control`]: '\n',
  };
  const own = '0::/user.slice/user-1000.slice/session-3.scope\n';
  expect(cgroupPlaces('memory', facts(version2, own, files))).toEqual([
    { version: 2, parent: user },
    { version: 2, parent: '/sys/fs/cgroup/user.slice' },
    { version: 2, parent: '/sys/fs/cgroup' },
  ]);
  expect(cgroupPlaces('cpu', facts(version2, own, files))).toEqual([
    { version: 2, parent: '/sys/fs/cgroup' },
  ]);
});

test('version 2: no place where no group hands the controller down', () => {
  const files = { '/sys/fs/cgroup/cgroup.subtree_control': 'pids\n' };
  expect(cgroupPlaces('cpu', facts(version2, '0::/\n', files))).toEqual([]);
  expect(cgroupPlaces('cpu', facts(version2, '0::/\n'))).toEqual([]);
});

test('both versions at once: the controller is with one of them', () => {
  const hybrid = `${version1}\n35 24 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`;
  const own = '4:memory:/\n0::/\n';
  const files = { '/sys/fs/cgroup/unified/cgroup.subtree_control': '\n' };
  expect(cgroupPlaces('memory', facts(hybrid, own, files))).toEqual([
    { version: 1, parent: '/sys/fs/cgroup/memory' },
  ]);
  expect(cgroupMountPoints(hybrid)).toEqual([
    '/sys/fs/cgroup/cpu',
    '/sys/fs/cgroup/memory',
    '/sys/fs/cgroup/unified',
  ]);
});

test('in a container, a mount shows a part: what dsx sees begins there', () => {
  const part = '31 24 0:27 /docker/abc /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory';
  expect(cgroupPlaces('memory', facts(part, '4:memory:/docker/abc/inner'))).toEqual([
    { version: 1, parent: '/sys/fs/cgroup/memory/inner' },
    { version: 1, parent: '/sys/fs/cgroup/memory' },
  ]);
  // A group outside of what is mounted is not to be reached.
  expect(cgroupPlaces('memory', facts(part, '4:memory:/other'))).toEqual([
    { version: 1, parent: '/sys/fs/cgroup/memory' },
  ]);
});

test('no control groups, no places', () => {
  expect(cgroupPlaces('cpu', facts('22 1 8:1 / / rw - ext4 /dev/vda rw', ''))).toEqual([]);
});
