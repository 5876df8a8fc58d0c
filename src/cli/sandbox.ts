/** Before a run on a real network: is all there that it needs, and is this the inner dsx? */
import { TargetError } from '../base/errors.ts';
import { missingDrivers } from '../client/driver.ts';
import type { Target } from '../contract/target.ts';
import type { LimitedResource } from '../contract/testbed.ts';
import type { Provisions } from '../runner/needs.ts';
import { diskObstacle } from '../testbed/disk/survey.ts';
import { missingCommands } from '../testbed/find-command.ts';
import { surveyCgroups } from '../testbed/limits/survey.ts';
import { isInSandbox, runInSandbox, type SandboxNetwork } from '../testbed/netns/sandbox.ts';
import { sandboxObstacle } from '../testbed/netns/survey.ts';
import type { Planned } from './settings.ts';
import { tooOld } from './system-version.ts';

/** What a target needs that is not on this machine, and how it is had; undefined: nothing. */
export function missingForTarget(target: Target | null): string | undefined {
  if (target === null || target.testbed === 'stdio') return undefined;
  const missing = missingCommands(target.commands);
  if (missing !== undefined)
    return `target ${target.name} needs programs that are not here.\n${missing.found}\nto install: ${missing.advice}`;
  const drivers = missingDrivers(target.drivers ?? []);
  if (drivers.length === 0) return undefined;
  return `target ${target.name} speaks through npm packages that are not here: ${drivers.join(', ')}\nto install: npm install ${drivers.join(' ')}`;
}

/**
 * The exit code of the whole run, if it takes place in a sandbox, where another dsx does it;
 * undefined if this one is to do it.
 * @throws TargetError if the system or its testbed cannot be had on this machine
 */
export async function sandboxExitCode(
  { target, plan: { testbed } }: Planned,
  { hasDiskFaults, limited }: Provisions,
): Promise<number | undefined> {
  if (isInSandbox()) return undefined;
  const missing = missingForTarget(target);
  const unfit = missing ?? (await tooOld(target));
  if (unfit !== undefined) throw new TargetError(unfit);
  if (hasDiskFaults) await refuseDisks();
  if (target === null || testbed !== 'netns')
    return hasDiskFaults ? inSandbox('host', limited) : undefined;
  const obstacle = await sandboxObstacle();
  if (obstacle !== undefined)
    throw new TargetError(
      `the testbed netns cannot be had here: ${obstacle.found}\nto allow it: ${obstacle.advice}${target.testbed === 'stdio' || target.peerPorts === undefined ? '' : '\nor, with fewer faults and no privilege: --testbed loopback'}\nsee also: dsx doctor`,
    );
  return inSandbox('own', limited);
}

/** Control groups outlive the sandbox: who looks for places out here has them removed in the end. */
async function inSandbox(
  network: SandboxNetwork,
  limited: readonly LimitedResource[],
): Promise<number> {
  for (const resource of limited) await surveyCgroups(resource);
  return runInSandbox(network);
}

/** A disk that fails is a mount, and mounts are made in the sandbox only. */
async function refuseDisks(): Promise<void> {
  const obstacle = await diskObstacle();
  if (obstacle === undefined) return;
  throw new TargetError(
    `the nemesis "disk" cannot be had here: ${obstacle.found}\nto allow it: ${obstacle.advice}\nsee also: dsx doctor`,
  );
}
