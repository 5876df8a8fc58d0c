/** Is a program installed, and if not, how is it had? */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { RequiredCommand } from '../contract/target.ts';

/** Why something cannot be had, and the one command that would allow it. */
export interface Obstacle {
  readonly found: string;
  readonly advice: string;
}

/** The commands of a target that are not there, with the line that installs them. */
export function missingCommands(commands: readonly RequiredCommand[]): Obstacle | undefined {
  const missing = commands.filter((required) => !isThere(required));
  if (missing.length === 0) return undefined;
  const names = [...new Set(missing.map(({ command }) => command))].join(', ');
  const packages = [...new Set(missing.flatMap(({ debianPackage }) => debianPackage ?? []))];
  const prefix = process.getuid?.() === 0 ? '' : 'sudo ';
  const lines = [
    ...(packages.length === 0 ? [] : [`${prefix}apt-get install ${packages.join(' ')}`]),
    ...new Set(missing.flatMap(({ install }) => install ?? [])),
  ];
  return {
    found: `not installed: ${names}`,
    advice: lines.length === 0 ? `install ${names}, or give the path` : lines.join('; '),
  };
}

/** On the PATH or, as for many servers, in a folder of the system's that users lack. */
function isThere({ command, kind }: RequiredCommand): boolean {
  if (kind === 'file') return existsSync(command);
  if (command.includes('/')) return isExecutable(command);
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, ...systemFolders].some((folder) => isExecutable(join(folder, command)));
}

/** Debian keeps `ip` and `nft` where the PATH of an ordinary user does not lead. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** A PATH in which the tools are found. */
export function systemPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const lacking = systemFolders.filter((folder) => !folders.includes(folder));
  return [...folders, ...lacking].join(delimiter);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
