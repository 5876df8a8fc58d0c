/** Before a run on a real network: is all there that it needs, and is this the inner dsx? */
import { TargetError } from '../base/errors.ts';
import type { Target } from '../contract/target.ts';
import { diskObstacle } from '../testbed/disk/survey.ts';
import { missingCommands } from '../testbed/find-command.ts';
import { isInSandbox, runInSandbox } from '../testbed/netns/sandbox.ts';
import { sandboxObstacle } from '../testbed/netns/survey.ts';

/**
 * The exit code of the whole run, if it takes place in a sandbox, where another dsx does it;
 * undefined if this one is to do it.
 * @throws TargetError if the system or its testbed cannot be had on this machine
 */
export async function sandboxExitCode(
  target: Target | null,
  hasDiskFaults: boolean,
): Promise<number | undefined> {
  if (isInSandbox()) return undefined;
  const isServer = target !== null && target.testbed !== 'stdio';
  const missing = isServer ? missingCommands(target.commands) : undefined;
  if (isServer && missing !== undefined)
    throw new TargetError(
      `target ${target.name} needs programs that are not here.\n${missing.found}\nto install: ${missing.advice}`,
    );
  if (hasDiskFaults) await refuseDisks();
  if (!isServer || target.testbed === 'loopback')
    return hasDiskFaults ? runInSandbox('host') : undefined;
  const obstacle = await sandboxObstacle();
  if (obstacle !== undefined)
    throw new TargetError(
      `the testbed netns cannot be had here: ${obstacle.found}\nto allow it: ${obstacle.advice}\nsee also: dsx doctor`,
    );
  return runInSandbox('own');
}

/** A disk that fails is a mount, and mounts are made in the sandbox only. */
async function refuseDisks(): Promise<void> {
  const obstacle = await diskObstacle();
  if (obstacle === undefined) return;
  throw new TargetError(
    `the nemesis "disk" cannot be had here: ${obstacle.found}\nto allow it: ${obstacle.advice}\nsee also: dsx doctor`,
  );
}
