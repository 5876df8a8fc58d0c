/** Before a run on a real network: is all there that it needs, and is this the inner dsx? */
import { TargetError } from '../base/errors.ts';
import { missingCommands } from '../testbed/find-command.ts';
import { isInSandbox, runInSandbox } from '../testbed/netns/sandbox.ts';
import { sandboxObstacle } from '../testbed/netns/survey.ts';
import type { Planned } from './settings.ts';

/**
 * The exit code of the whole run, if it takes place in a sandbox, where another dsx does it;
 * undefined if this one is to do it.
 * @throws TargetError if the system or its testbed cannot be had on this machine
 */
export async function sandboxExitCode({
  target,
  plan: { testbed },
}: Planned): Promise<number | undefined> {
  if (target === null || target.testbed === 'stdio' || isInSandbox()) return undefined;
  const missing = missingCommands(target.commands);
  if (missing !== undefined)
    throw new TargetError(
      `target ${target.name} needs programs that are not here.\n${missing.found}\nto install: ${missing.advice}`,
    );
  if (testbed === 'loopback') return undefined;
  const obstacle = await sandboxObstacle();
  if (obstacle !== undefined)
    throw new TargetError(
      `the testbed netns cannot be had here: ${obstacle.found}\nto allow it: ${obstacle.advice}${target.peerPorts === undefined ? '' : '\nor, with fewer faults and no privilege: --testbed loopback'}\nsee also: dsx doctor`,
    );
  return runInSandbox();
}
