/**
 * What `--model` may name, each with its checker: for `dsx check` on anybody's history and
 * for `dsx list models`. A new kind of checker adds its table here.
 */
import { modelLibrary } from '../model/library.ts';
import type { Checker } from './checker.ts';
import { linearizable } from './linearizability/linearizability.ts';

export interface CatalogEntry {
  readonly name: string;
  readonly summary: string;
}

export function modelCatalog(): readonly CatalogEntry[] {
  return modelLibrary.map(({ name, summary, parameter }) => ({
    name,
    summary: `linearizable ${name}: ${summary}${parameter === undefined ? '' : ` (${name}:VALUE sets ${parameter})`}`,
  }));
}

/**
 * The checkers that judge a history against a model such as `cas-register:0`.
 * @throws UsageError if there is no such model
 */
export function checkersOfModel(specification: string): readonly Checker[] {
  return [linearizable(specification)];
}
