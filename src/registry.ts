/**
 * Finds drop-in files. Adding a workload, a nemesis or a target is adding a file: nothing
 * lists them by hand. Works from source and from `dist` alike.
 *
 * `DSX_PLUGINS` names folders (separated as in `PATH`) that may have `workloads/`, `nemesis/` and
 * `targets/` of their own, of files that import the door `dsx`. A variable of the environment,
 * since the threads and processes that dsx starts must find the same.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, delimiter, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TargetError, UsageError } from './base/errors.ts';
import { didYouMean, listed } from './base/text.ts';
import type { Nemesis } from './contract/nemesis.ts';
import type { Target } from './contract/target.ts';
import type { Workload } from './contract/workload.ts';

const root = new URL('../', import.meta.url);

export function loadWorkloads(): Promise<ReadonlyMap<string, Workload>> {
  return discover<Workload>('workloads');
}

export function loadNemeses(): Promise<ReadonlyMap<string, Nemesis>> {
  return discover<Nemesis>('nemesis');
}

export function loadTargets(): Promise<ReadonlyMap<string, Target>> {
  return discover<Target>('targets');
}

/** The workload with that name or alias. */
export async function findWorkload(name: string): Promise<Workload> {
  const own = await loadAlone<Workload>('workloads', name);
  if (own !== undefined) return own;
  const workloads = await loadWorkloads();
  for (const workload of workloads.values())
    if (workload.name === name || workload.aliases.includes(name)) return workload;
  const names = [...workloads.values()].flatMap(({ name: own, aliases }) => [own, ...aliases]);
  throw unknownName('workload', name, names);
}

export async function findTarget(name: string): Promise<Target> {
  const own = await loadAlone<Target>('targets', name);
  if (own !== undefined) return own;
  const targets = await loadTargets();
  const target = targets.get(name);
  if (target === undefined) throw unknownName('target', name, [...targets.keys()]);
  return target;
}

export async function findNemesis(name: string): Promise<Nemesis> {
  const own = await loadAlone<Nemesis>('nemesis', name);
  if (own !== undefined) return own;
  const nemeses = await loadNemeses();
  const nemesis = nemeses.get(name);
  if (nemesis === undefined) throw unknownName('nemesis', name, [...nemeses.keys()]);
  return nemesis;
}

/** `unknown workload "regster". Did you mean "register"? There are: …`. */
export function unknownName(kind: string, name: string, known: readonly string[]): UsageError {
  const meant = didYouMean(name, known);
  return new UsageError(`unknown ${kind} "${name}".${meant}\nthere are: ${listed(known)}`);
}

interface Named {
  readonly name: string;
}

async function discover<T extends Named>(folder: string): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  await discoverIn(new URL(`${folder}/`, root), folder, found);
  for (const plugin of await pluginFolders())
    if ((await readdir(plugin)).includes(folder))
      await discoverIn(pathToFileURL(`${resolve(plugin, folder)}/`), folder, found);
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function discoverIn<T extends Named>(
  url: URL,
  folder: string,
  found: Map<string, T>,
): Promise<void> {
  const files = (await readdir(url)).filter((file) => /^[a-z0-9-]+\.(ts|js)$/.test(file));
  for (const file of files) {
    const one = await loadFile<T>(new URL(file, url), folder);
    const { name } = one;
    if (found.has(name))
      throw new UsageError(
        `${fileURLToPath(new URL(file, url))}: the name "${name}" is taken in ${folder}; give the file and its export another`,
      );
    found.set(name, one);
  }
}

/**
 * One that comes with dsx, without all others: that is much sooner done. Undefined if there is
 * none, or if there are plugins, of which one might have the same name.
 */
async function loadAlone<T extends Named>(folder: string, name: string): Promise<T | undefined> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = new URL(`${folder}/${name}.${ending}`, root);
  const isPossible = /^[a-z0-9-]+$/.test(name) && (process.env['DSX_PLUGINS'] ?? '') === '';
  return isPossible && existsSync(file) ? loadFile<T>(file, folder) : undefined;
}

async function loadFile<T extends Named>(url: URL, folder: string): Promise<T> {
  const file = basename(url.pathname);
  const module = (await import(url.href)) as { default?: T };
  const name = file.replace(/\.(ts|js)$/, '');
  if (module.default?.name === name) return module.default;
  throw new TargetError(
    `${folder}/${file} must export by default an object whose name is "${name}", found ${JSON.stringify(module.default?.name)}`,
  );
}

async function pluginFolders(): Promise<readonly string[]> {
  const names = (process.env['DSX_PLUGINS'] ?? '').split(delimiter).filter((name) => name !== '');
  for (const name of names)
    await readdir(name).catch((cause: unknown) => {
      throw new UsageError(`DSX_PLUGINS names "${name}", which is no folder that can be read`, {
        cause,
      });
    });
  return names;
}
