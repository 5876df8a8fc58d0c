/** Before a run on a real network: is all there that it needs, and is this the inner dsx? */
import { TargetError } from '../base/errors.ts';
import type { Target } from '../contract/target.ts';
import { missingCommands } from '../testbed/find-command.ts';
import { isInSandbox, runInSandbox } from '../testbed/netns/sandbox.ts';
import { sandboxObstacle } from '../testbed/netns/survey.ts';

/** What a target needs that is not on this machine, and how it is had; undefined: nothing. */
export function missingForTarget(target: Target | null): string | undefined {
  if (target === null || target.testbed === 'stdio') return undefined;
  const missing = missingCommands(target.commands);
  if (missing === undefined) return undefined;
  return `target ${target.name} needs programs that are not here.\n${missing.found}\nto install: ${missing.advice}`;
}

/**
 * The exit code of the whole run, if it takes place in a sandbox, where another dsx does it;
 * undefined if this one is to do it.
 * @throws TargetError if the system or its testbed cannot be had on this machine
 */
export async function sandboxExitCode(target: Target | null): Promise<number | undefined> {
  if (target === null || target.testbed === 'stdio' || isInSandbox()) return undefined;
  const missing = missingForTarget(target);
  if (missing !== undefined) throw new TargetError(missing);
  if (target.testbed === 'loopback') return undefined;
  const obstacle = await sandboxObstacle();
  if (obstacle !== undefined)
    throw new TargetError(
      `the testbed netns cannot be had here: ${obstacle.found}\nto allow it: ${obstacle.advice}\nsee also: dsx doctor`,
    );
  return runInSandbox();
}
