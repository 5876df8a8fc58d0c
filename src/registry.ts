/**
 * Finds drop-in files. Adding a workload, a nemesis or a target is adding a file: nothing
 * lists them by hand. Works from source and from `dist` alike.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { TargetError, UsageError } from './base/errors.ts';
import { didYouMean, listed } from './base/text.ts';
import type { Nemesis } from './contract/nemesis.ts';
import type { Target } from './contract/target.ts';
import type { Workload } from './contract/workload.ts';

const root = new URL('../', import.meta.url);
/** Of source files, or of what was built from them. */
const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const namePattern = /^[a-z0-9-]+$/;

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
  const own = await load<Workload>('workloads', name);
  if (own !== undefined) return own;
  const workloads = await loadWorkloads();
  for (const workload of workloads.values())
    if (workload.name === name || workload.aliases.includes(name)) return workload;
  const names = [...workloads.values()].flatMap(({ name: own, aliases }) => [own, ...aliases]);
  throw unknownName('workload', name, names);
}

export async function findTarget(name: string): Promise<Target> {
  const target = await load<Target>('targets', name);
  if (target !== undefined) return target;
  throw unknownName('target', name, await namesIn('targets'));
}

export async function findNemesis(name: string): Promise<Nemesis> {
  const nemesis = await load<Nemesis>('nemesis', name);
  if (nemesis !== undefined) return nemesis;
  throw unknownName('nemesis', name, await namesIn('nemesis'));
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
  for (const name of await namesIn(folder)) {
    const one = await load<T>(folder, name);
    if (one !== undefined) found.set(name, one);
  }
  return found;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(new URL(`${folder}/`, root));
  return files
    .flatMap((file) => (file.endsWith(`.${ending}`) ? file.slice(0, -ending.length - 1) : []))
    .filter((name) => namePattern.test(name))
    .toSorted();
}

/** That one alone, which is soon done; undefined if there is no such file. */
async function load<T extends Named>(folder: string, name: string): Promise<T | undefined> {
  const file = new URL(`${folder}/${name}.${ending}`, root);
  if (!namePattern.test(name) || !existsSync(file)) return undefined;
  const module = (await import(file.href)) as { default?: T };
  if (module.default?.name !== name)
    throw new TargetError(
      `${folder}/${name}.${ending} must export by default an object whose name is "${name}", found ${JSON.stringify(module.default?.name)}`,
    );
  return module.default;
}
