/**
 * What `--model` may name, each with its checker: for `dsx check` on anybody's history and
 * for `dsx list models`. A new kind of checker adds its table here.
 */
import { UsageError } from '../base/errors.ts';
import { isArray } from '../base/json.ts';
import type { History } from '../history/history.ts';
import { modelLibrary } from '../model/library.ts';
import type { Checker } from './checker.ts';
import { linearizable } from './linearizability/linearizability.ts';
import { isolationCatalog, type TransactionKind } from './txn/catalog.ts';
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
    ...isolationCatalog.map(({ name, summary }) => ({ name, summary: `transactions: ${summary}` })),
  ];
}

/** What the checkers must know of the history before they are made. */
export interface JudgedHistory {
  readonly history: History;
  /** False if the order of events between processes is made up. */
  readonly realTime: boolean;
}

/**
 * The checkers that judge a history against a model such as `cas-register:0`, `causal` or
 * `snapshot-isolation`.
 * @throws UsageError if there is no such model, or it is about real time and the history has none
 */
export function checkersOfModel(
  specification: string,
  { history, realTime }: JudgedHistory,
): readonly Checker[] {
  const isolation = isolationCatalog.find(({ name }) => name === specification);
  if (isolation !== undefined) {
    if (isolation.realTime && !realTime) throw needsRealTime(specification);
    const kind = transactionKind(history);
    if (!isolation.kinds.includes(kind))
      throw new UsageError(`${specification} cannot be judged on transactions of ${kind}`);
    return [isolation.checker(kind, { realTime })];
  }
  const isWeak = weakModelNames.some((name) => name === specification);
  if (!realTime) throw needsRealTime(specification);
  return [isWeak ? weakModel(specification) : linearizable(specification)];
}

function needsRealTime(model: string): UsageError {
  return new UsageError(
    `the history orders operations only within each session, and ${model} is judged in real time: it cannot be from this file`,
  );
}

/** By the first micro-operation that tells: an append, or a write of a register. */
function transactionKind(history: History): TransactionKind {
  const { count, input } = history.operations;
  for (let row = 0; row < count; row += 1) {
    const value = history.values.value(input[row] ?? -1);
    if (!isArray(value)) continue;
    for (const micro of value) {
      if (!isArray(micro)) continue;
      if (micro[0] === 'append') return 'list-append';
      if (micro[0] === 'w') return 'rw-register';
    }
  }
  return 'list-append';
}
