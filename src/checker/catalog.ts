/**
 * What `--model` may name, each with its checker: for `dsx check` on anybody's history and
 * for `dsx list models`. A new kind of checker adds its table here.
 */
import { UsageError } from '../base/errors.ts';
import { modelLibrary } from '../model/library.ts';
import type { Checker } from './checker.ts';
import { linearizable } from './linearizability/linearizability.ts';
import { weakModel, weakModelNames } from './weak/weak.ts';

export interface CatalogEntry {
  readonly name: string;
  readonly summary: string;
}

export function modelCatalog(): readonly CatalogEntry[] {
  return [
    ...modelLibrary.map(({ name, summary, parameter }) => ({
      name,
      summary: `linearizable ${name}: ${summary}${parameter === undefined ? '' : ` (${name}:VALUE sets ${parameter})`}`,
    })),
    ...weakModelNames
      .filter((name) => name !== 'linearizable')
      .map((name) => ({
        name,
        summary: `registers with distinct values: ${weakModel(name).summary}`,
      })),
  ];
}

/** What the checkers must know of the history before they are made. */
export interface JudgedHistory {
  /** False if the order of events between processes is made up. */
  readonly realTime: boolean;
}

/**
 * The checkers that judge a history against a model such as `cas-register:0` or `causal`.
 * @throws UsageError if there is no such model, or it is about real time and the history has none
 */
export function checkersOfModel(
  specification: string,
  { realTime }: JudgedHistory,
): readonly Checker[] {
  const isWeak = weakModelNames.some((name) => name === specification);
  if (!realTime) throw needsRealTime(specification);
  return [isWeak ? weakModel(specification) : linearizable(specification)];
}

function needsRealTime(model: string): UsageError {
  return new UsageError(
    `the history orders operations only within each session, and ${model} is judged in real time: it cannot be from this file`,
  );
}
