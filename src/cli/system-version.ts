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

/** Why the version that is installed will not do; undefined if it does, or cannot be told. */
export async function tooOld(target: Target | null): Promise<string | undefined> {
  if (target === null || target.testbed === 'stdio' || target.oldestVersion === undefined)
    return undefined;
  const found = await versionOf(target);
  if (found === undefined || isAtLeast(found, target.oldestVersion)) return undefined;
  const { name, oldestVersion, version = [], commands } = target;
  const packages = commands.flatMap(({ debianPackage }) => debianPackage ?? []);
  const advice =
    packages.length === 0
      ? `install version ${oldestVersion} or newer`
      : `apt-get install ${[...new Set(packages)].join(' ')}, or put a newer one first on the PATH`;
  return `target ${name} needs version ${oldestVersion} or newer, and \`${version.join(' ')}\` says ${found}\nto install: ${advice}`;
}

/** Number by number, as in 3.10 after 3.9. */
function isAtLeast(found: string, oldest: string): boolean {
  const [own, least] = [found, oldest].map((text) => text.split('.').map(Number));
  for (const [i, part] of (least ?? []).entries()) {
    const difference = (own?.[i] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

async function ask([command = '', ...args]: readonly string[]): Promise<string | undefined> {
  const { all } = await execa(command, args, {
    all: true,
    reject: false,
    timeout: askLimitMs,
    stdin: 'ignore',
    env: { PATH: systemPath() },
  });
  return versionIn(all);
}

/**
 * The first number with dots that is no part of a word (`go1.22.5` tells of a compiler), or else
 * the first whole number that stands alone.
 */
export function versionIn(text: string): string | undefined {
  const dotted = /(?<![a-uw-z\d.])\d+(?:\.\d+)+/i.exec(text);
  return (dotted ?? /(?<=\s)\d+(?=\s)/.exec(text))?.[0];
}
