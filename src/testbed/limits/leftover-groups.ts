/**
 * Control groups of runs that are over. They are the kernel's, and outlive whoever made them;
 * each bears the number of its dsx and the mark of its run in its name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { removeGroup } from './cgroup.ts';

/** Users' sessions and services are not deeper than this. */
const depthMax = 8;

/**
 * The groups that dsx has made under `mountPoints`, in the order in which they can be removed:
 * what is deeper comes first.
 */
export function dsxGroups(mountPoints: readonly string[]): readonly string[] {
  return mountPoints.flatMap((point) => groupsIn(point, depthMax));
}

/** The number of the dsx that made it. */
export function makerOf(group: string): number {
  return Number(basename(group).split('-')[1]);
}

/** Of the run with this mark. */
export function isOfRun(group: string, mark: string): boolean {
  return basename(group).startsWith(`dsx-${mark}-`);
}

/** Ends what is still in it. What happened, in words. */
export async function removeLeftover(group: string): Promise<string> {
  try {
    for (const pid of membersOf(group)) process.kill(pid, 'SIGKILL');
    await removeGroup(group);
    return `removed control group ${group}`;
  } catch (thrown) {
    return `control group ${group} could not be removed: ${messageOf(thrown)}`;
  }
}

function groupsIn(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  return foldersIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const own = /^dsx-\d+-/.test(name) ? [path] : [];
    return [...groupsIn(path, depth - 1), ...own];
  });
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    // It is gone meanwhile, or not for this user to see.
    return [];
  }
}

function membersOf(group: string): number[] {
  try {
    return readFileSync(join(group, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
