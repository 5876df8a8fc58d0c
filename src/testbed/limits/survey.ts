/** What of this machine can be limited for nodes? Found out by limiting a process of dsx's own. */
import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import type { LimitedResource } from '../../contract/testbed.ts';
import type { Obstacle } from '../find-command.ts';
import { hostPid, isInSandbox } from '../netns/sandbox.ts';
import { startJanitor } from '../process/janitor.ts';
import { isKilledTaking, seeThrottled, startBurner } from './burner.ts';
import { Cgroup } from './cgroup.ts';
import { type CgroupPlace, cgroupPlaces } from './cgroup-places.ts';

export type Survey =
  | { readonly place: CgroupPlace }
  /** No control group will do; why the best of them does not. */
  | { readonly refused: string };

const trialShare = 0.1;
const trialBytes = 16 * 2 ** 20;
let trialCount = 0;

const surveys = new Map<LimitedResource, Promise<Survey>>();

/** Where groups that limit the resource can be made by this user. Looked for once. */
export async function surveyCgroups(resource: LimitedResource): Promise<Survey> {
  let survey = surveys.get(resource);
  if (survey === undefined) surveys.set(resource, (survey = tryPlaces(resource)));
  return survey;
}

/** Undefined: it can be limited. */
export async function limitObstacle(resource: LimitedResource): Promise<Obstacle | undefined> {
  // Without control groups nodes are stopped and continued by what /proc tells of them.
  if (resource === 'cpu')
    return existsSync('/proc/self/stat')
      ? undefined
      : {
          found: `processor time is limited by what /proc tells, and ${process.platform} has none`,
          advice: 'run dsx on Linux',
        };
  const survey = await surveyCgroups(resource);
  if ('place' in survey) return undefined;
  return {
    found: `memory is limited by control groups of the kernel's, and ${survey.refused}`,
    advice: isRootOfHost()
      ? 'in a container, start it with: docker run --privileged --cgroupns host'
      : 'run dsx as root. An ordinary user has no other means: ulimit -v counts addresses, not memory',
  };
}

/** An ordinary user is root, too, in a user namespace of its own. */
function isRootOfHost(): boolean {
  const map = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/);
  return process.getuid?.() === 0 && map.join(' ') === '0 0 4294967295';
}

async function tryPlaces(resource: LimitedResource): Promise<Survey> {
  let refused = 'there is no controller for it';
  const places = cgroupPlaces(resource);
  // Before the first group is made. In the sandbox everything ends with dsx: there it is the
  // outer one that has looked, and has a janitor.
  if (!isInSandbox()) {
    const folders = places.map(({ parent }) => parent);
    startJanitor(hostPid(), folders);
  }
  for (const place of places)
    try {
      await tryPlace(place, resource);
      return { place };
    } catch (thrown) {
      refused = `none can be used at ${place.parent}: ${messageOf(thrown)}`;
    }
  return { refused };
}

/** @throws why it will not do */
async function tryPlace(place: CgroupPlace, resource: LimitedResource): Promise<void> {
  trialCount += 1;
  const group = new Cgroup(place, `dsx-${hostPid()}-trial-${resource}-${trialCount}`);
  try {
    if (resource === 'cpu') await tryCpu(group);
    else await tryMemory(group);
  } finally {
    await group.remove();
  }
}

async function tryCpu(group: Cgroup): Promise<void> {
  group.limitCpu(trialShare);
  const burner = await startBurner();
  try {
    group.add(burner.pid);
    await seeThrottled(burner.pid, trialShare);
  } finally {
    burner.end();
  }
}

async function tryMemory(group: Cgroup): Promise<void> {
  group.limitMemory(trialBytes);
  const isKilled = await isKilledTaking(4 * trialBytes, (pid) => {
    group.add(pid);
  });
  if (!isKilled || group.killedForMemory() === 0)
    throw new Error('a process could take four times the memory that it was allowed');
}
