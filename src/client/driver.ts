/**
 * Drivers of real systems: npm packages that dsx does without until a target that speaks
 * through one is used. They are optional peers, found beside dsx or in the folder it runs in.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TargetError } from '../base/errors.ts';

/** The file that a package starts with; undefined if it is not installed. */
function driverPath(name: string): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not to be had from here.
    }
  }
  return undefined;
}

/** Those of `names` that are not installed. */
export function missingDrivers(names: readonly string[]): readonly string[] {
  return names.filter((name) => driverPath(name) === undefined);
}

/**
 * The default export of the package.
 * @throws TargetError if it is not installed, with the command that installs it
 */
export async function loadDriver<Driver>(name: string): Promise<Driver> {
  const path = driverPath(name);
  if (path === undefined)
    throw new TargetError(`the npm package ${name} is not here; to install: npm install ${name}`);
  const { default: driver } = (await import(pathToFileURL(path).href)) as { default: Driver };
  return driver;
}
