/** Before a run on a real network: is all there that it needs, and is this the inner dsx? */
import { TargetError } from '../base/errors.ts';
import { missingDrivers } from '../client/driver.ts';
import type { Target } from '../contract/target.ts';
import { missingCommands } from '../testbed/find-command.ts';
import { isInSandbox, runInSandbox } from '../testbed/netns/sandbox.ts';
import { sandboxObstacle } from '../testbed/netns/survey.ts';

/**
 * The exit code of the whole run, if it takes place in a sandbox, where another dsx does it;
 * undefined if this one is to do it.
 * @throws TargetError if the system or its testbed cannot be had on this machine
 */
export async function sandboxExitCode(target: Target | null): Promise<number | undefined> {
  if (target === null || target.testbed === 'stdio' || isInSandbox()) return undefined;
  const missing = missingCommands(target.commands);
  if (missing !== undefined)
    throw new TargetError(
      `target ${target.name} needs programs that are not here.\n${missing.found}\nto install: ${missing.advice}`,
    );
  const drivers = missingDrivers(target.drivers ?? []);
  if (drivers.length > 0)
    throw new TargetError(
      `target ${target.name} speaks through npm packages that are not here: ${drivers.join(', ')}\nto install: npm install ${drivers.join(' ')}`,
    );
  if (target.testbed === 'loopback') return undefined;
  const obstacle = await sandboxObstacle();
  if (obstacle !== undefined)
    throw new TargetError(
      `the testbed netns cannot be had here: ${obstacle.found}\nto allow it: ${obstacle.advice}\nsee also: dsx doctor`,
    );
  return runInSandbox();
}
