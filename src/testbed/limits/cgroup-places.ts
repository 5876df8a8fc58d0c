/**
 * Where control groups can be made: found in what the kernel says of its mounts and of dsx's own
 * groups. Both versions are known; of version 2 only a group whose children have the controller
 * already will do, for nothing that others see is changed.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { LimitedResource } from '../../contract/testbed.ts';

export interface CgroupPlace {
  readonly version: 1 | 2;
  /** A folder in which a new folder is a new group with the controller. */
  readonly parent: string;
}

/** What decides; all of it is text of the kernel's. */
export interface CgroupFacts {
  /** `/proc/self/mountinfo` */
  readonly mounts: string;
  /** `/proc/self/cgroup` */
  readonly own: string;
  /** The content of a file, or undefined. */
  readonly read: (path: string) => string | undefined;
}

/** The best place first; none where the controller is not to be had. */
export function cgroupPlaces(
  controller: LimitedResource,
  facts: CgroupFacts = factsOfKernel(),
): readonly CgroupPlace[] {
  return mountsOf(facts.mounts).flatMap((mount) =>
    mount.version === 1
      ? placesOfVersion1(controller, mount, facts)
      : placesOfVersion2(controller, mount, facts),
  );
}

/** Where groups are seen on this machine. `mountinfo`: as `/proc/self/mountinfo` has it. */
export function cgroupMountPoints(mountinfo: string): readonly string[] {
  return [...new Set(mountsOf(mountinfo).map(({ point }) => point))];
}

interface Mount {
  readonly version: 1 | 2;
  /** The group that is seen at the mount point. */
  readonly root: string;
  readonly point: string;
  readonly controllers: readonly string[];
}

function mountsOf(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [own = '', rest = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = own.split(' ');
    const [kind = '', , options = ''] = rest.split(' ');
    if (kind !== 'cgroup' && kind !== 'cgroup2') return [];
    return [{ version: kind === 'cgroup' ? 1 : 2, root, point, controllers: options.split(',') }];
  });
}

/** dsx's own group first: what limits dsx limits the nodes too. */
function placesOfVersion1(
  controller: LimitedResource,
  mount: Mount,
  { own }: CgroupFacts,
): readonly CgroupPlace[] {
  if (!mount.controllers.includes(controller)) return [];
  const folder = folderOf(mount, ownGroup(own, controller));
  return [folder, mount.point]
    .filter((parent, i, all) => all.indexOf(parent) === i)
    .map((parent) => ({ version: 1, parent }));
}

/** The nearest group above dsx's own whose children have the controller. */
function placesOfVersion2(
  controller: LimitedResource,
  mount: Mount,
  { own, read }: CgroupFacts,
): readonly CgroupPlace[] {
  const places: CgroupPlace[] = [];
  for (let parent = folderOf(mount, ownGroup(own, '')); ; parent = dirname(parent)) {
    const given = read(join(parent, 'cgroup.subtree_control'))?.trim().split(' ') ?? [];
    if (given.includes(controller)) places.push({ version: 2, parent });
    if (parent === mount.point || parent === '/') return places;
  }
}

/** A group outside of what is mounted is not to be reached: then it is the top that is. */
function folderOf({ root, point }: Mount, group: string): string {
  const under = relative(root, group);
  return under.startsWith('..') ? point : join(point, under);
}

/** Of version 2 the line has no controllers. */
function ownGroup(text: string, controller: string): string {
  for (const line of text.split('\n')) {
    const [, controllers = '', ...path] = line.split(':');
    if (line !== '' && controllers.split(',').includes(controller)) return path.join(':');
  }
  return '/';
}

function factsOfKernel(): CgroupFacts {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  };
  return { mounts: read('/proc/self/mountinfo') ?? '', own: read('/proc/self/cgroup') ?? '', read };
}
