/**
 * What `--model` may name, each with its checker: for `dsx check` on anybody's history and
 * for `dsx list models`. A new kind of checker adds its table here.
 */
import { UsageError } from '../base/errors.ts';
import { isArray, isObject } from '../base/json.ts';
import { listed } from '../base/text.ts';
import type { History } from '../history/history.ts';
import { noValue } from '../history/values.ts';
import { findEntry, modelLibrary, parsedSpecification } from '../model/library.ts';
import type { Checker } from './checker.ts';
import { invariantCatalog, invariantNamed } from './invariant/catalog.ts';
import { linearizable } from './linearizability/linearizability.ts';
import { modelMap } from './map.ts';
import {
  hasTransactions,
  isolationCatalog,
  isolationEntry,
  transactionKind,
} from './txn/catalog.ts';
import { realTimeModels } from './weak/lattice.ts';
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
    ...isolationCatalog
      .filter(({ refutable }) => refutable)
      .map(({ name, summary, kinds }) => ({
        name,
        summary: `transactions${kinds.includes('list-append') ? '' : ' on registers'}: ${summary}`,
      })),
    ...invariantCatalog.map(({ name, summary, functions, parameter }) => ({
      name,
      summary: `${functions.length === 0 ? 'any operations' : listed(functions)}: ${summary}${parameter === undefined ? '' : ` (${name}:VALUE sets ${parameter})`}`,
    })),
    { name: mapName, summary: 'every model that the operations allow to be checked' },
  ];
}

/** What `--model` names if nothing is said. */
export const mapName = 'map';

/** What the checkers must know of the history before they are made. */
export interface JudgedHistory {
  readonly history: History;
  /** False if the order of events between processes is made up. */
  readonly realTime: boolean;
}

/**
 * The checkers that judge a history against models such as `cas-register:0`, `causal` or
 * `snapshot-isolation`; several are separated by commas. Names that are both a level of transactions and a model of single
 * operations (`causal`, `sequential`) mean what the history is made of.
 * @throws UsageError if there is no such model, or it is about real time and the history has none
 */
export function checkersOfModel(specification: string, judged: JudgedHistory): readonly Checker[] {
  // A comma inside a parameter (`register:[1,2]`) is not followed by a name.
  const names = specification.split(/,(?=\s*[a-z])/i).map((name) => name.trim());
  return names.flatMap((name) => checkersOfOne(name, judged));
}

function checkersOfOne(
  specification: string,
  { history, realTime }: JudgedHistory,
): readonly Checker[] {
  if (specification === mapName) return [modelMap({ realTime })];
  const invariant = invariantNamed(specification);
  if (invariant !== undefined) {
    if (!realTime) throw needsRealTime(specification);
    return [invariant];
  }
  const isWeak = weakModelNames.some((name) => name === specification);
  const isolation = isolationEntry(specification);
  if (isolation === undefined && !isWeak)
    findEntry(specification.split(':', 1)[0] ?? '', modelCatalog());
  if (isolation !== undefined && (!isWeak || hasTransactions(history))) {
    if (isolation.realTime && !realTime) throw needsRealTime(specification);
    const kind = transactionKind(history);
    if (!isolation.kinds.includes(kind))
      throw new UsageError(
        `${specification} is judged on transactions of ${isolation.kinds.join(' or ')}, and this history is one of ${kind}`,
      );
    return [isolation.checker(kind, { realTime })];
  }
  if (hasTransactions(history))
    throw new UsageError(
      `${specification} judges single operations, and this history is one of transactions; for those there are: ${levelNames().join(', ')}`,
    );
  if (!realTime && (!isWeak || realTimeModels.has(specification)))
    throw needsRealTime(specification);
  return [isWeak ? weakModel(specification) : linearizable(ofCells(specification, history))];
}

/** Where the reader of a file took `[key, value]` apart, each cell of a multi-register is a register. */
function ofCells(specification: string, history: History): string {
  const { name, parameter } = parsedSpecification(specification);
  if (name !== 'multi-register' || !areTakenApart(history)) return specification;
  if (isObject(parameter))
    throw new UsageError(
      `${specification}: the [key, value] of this history were taken for keys of independent registers; for cells that begin with different values leave them whole (--keys plain)`,
    );
  return specification.slice('multi-'.length);
}

function areTakenApart(history: History): boolean {
  const { key, input } = history.operations;
  return key.some((id, row) => id !== noValue && !isArray(history.values.value(input[row] ?? -1)));
}

function levelNames(): readonly string[] {
  return isolationCatalog.filter(({ refutable }) => refutable).map(({ name }) => name);
}

function needsRealTime(model: string): UsageError {
  return new UsageError(
    `the history orders operations only within each session, and ${model} is judged in real time: it cannot be from this file`,
  );
}
