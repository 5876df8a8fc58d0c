/** Asks a program for its version. */
import { execa } from 'execa';
import type { Target } from '../contract/target.ts';
import { systemPath } from '../testbed/find-command.ts';

const askLimitMs = 10_000;
const known = new Map<string, Promise<string | undefined>>();

/** `3.4.23`; undefined where the target does not say how to ask, or there is no answer. */
export async function versionOf(target: Target | null): Promise<string | undefined> {
  if (target === null || target.testbed === 'stdio' || target.version === undefined)
    return undefined;
  const found = known.get(target.name) ?? ask(target.version);
  known.set(target.name, found);
  return found;
}

async function ask([command = '', ...args]: readonly string[]): Promise<string | undefined> {
  const { all } = await execa(command, args, {
    all: true,
    reject: false,
    timeout: askLimitMs,
    stdin: 'ignore',
    env: { PATH: systemPath() },
  });
  return /\d+(?:\.\d+)+/.exec(all)?.[0];
}
