/** The isolation levels that `--model` may name, each with its checkers. */

import { UsageError } from '../../base/errors.ts';
import { isArray } from '../../base/json.ts';
import type { History } from '../../history/history.ts';
import type { Checker } from '../checker.ts';
import { closedPredicate } from './closed-predicate.ts';
import { listAppend, type TransactionalOptions } from './list-append.ts';
import {
  canBeRefuted,
  isIsolationModel,
  isolationModel,
  modelNames,
  modelsImpliedBy,
} from './models.ts';
import { needsRealTime } from './preconditions.ts';
import { rwRegister } from './rw-register.ts';
import { weakAppend } from './weak-append.ts';
import type { WeakLevel } from './weak-levels.ts';
import { weakRegister } from './weak-register.ts';

/** What micro-operations the transactions of a history are made of. */
export type TransactionKind = 'list-append' | 'rw-register' | 'closed-predicate';

export interface IsolationEntry {
  readonly name: string;
  readonly summary: string;
  /** True if it is about real time: not to be judged where `ReadResult.realTime` is false. */
  readonly realTime: boolean;
  readonly kinds: readonly TransactionKind[];
  /** False if a history can have it, by having more, but none can be shown not to. */
  readonly refutable: boolean;
  /** `options.realTime`: as `ReadResult.realTime` says; true if left out. */
  checker(kind: TransactionKind, options?: TransactionalOptions): Checker;
}

const summaries: Readonly<Record<string, string>> = {
  'read-uncommitted': 'no write cycles (PL-1)',
  'read-committed': 'no reads of aborted or intermediate states, no circular information (PL-2)',
  'consistent-view': 'each transaction sees a consistent state (PL-2+)',
  'repeatable-read': 'serializable but for predicates (PL-2.99)',
  'snapshot-isolation': 'each transaction on a snapshot, first committer wins',
  serializable: 'as if one after the other (PL-3)',
  'strict-serializable': 'serializable in the order of real time',
  'read-atomic': 'all or nothing of a transaction is seen',
  'update-atomic': 'read-atomic without lost updates',
};

const weakLevels: Readonly<Record<WeakLevel, string>> = {
  'read-committed-monotonic':
    'read-committed, and what is seen within a transaction never goes back (Biswas and Enea)',
  'session-read-atomic': 'all or nothing of a transaction is seen, own session included',
  'causal-consistency': 'what is seen includes all that it depends on',
};

const makers = {
  'list-append': listAppend,
  'rw-register': rwRegister,
  'closed-predicate': closedPredicate,
} as const;

export const isolationCatalog: readonly IsolationEntry[] = [
  ...modelNames.map(
    (name): IsolationEntry => ({
      name,
      summary: summaries[name] ?? strongSummary(name),
      realTime: needsRealTime(name),
      kinds: ['list-append', 'rw-register', 'closed-predicate'],
      refutable: canBeRefuted(name),
      checker: (kind, options) => makers[kind](name, options),
    }),
  ),
  ...(Object.entries(weakLevels) as [WeakLevel, string][]).map(
    ([name, summary]): IsolationEntry => ({
      name,
      summary,
      realTime: false,
      kinds: ['list-append', 'rw-register'],
      refutable: true,
      checker: (kind) => (kind === 'list-append' ? weakAppend(name) : weakRegister(name)),
    }),
  ),
];

/** Names of the levels that histories of this kind can be judged against, the default first. */
export function isolationLevels(kind: TransactionKind): readonly [string, ...string[]] {
  const names = isolationCatalog
    .filter(({ refutable, kinds }) => refutable && kinds.includes(kind))
    .map(({ name }) => name);
  return [defaultLevel, ...names.filter((name) => name !== defaultLevel)];
}

/**
 * @param model a level by any of its names
 * @throws UsageError if there is no such level, or histories of this kind cannot show it
 */
export function isolated(kind: TransactionKind, model: string): Checker {
  const entry = isolationEntry(model);
  if (entry?.kinds.includes(kind) !== true)
    throw new UsageError(
      `${kind} cannot be judged against "${model}"; it can against: ${isolationLevels(kind).join(', ')}`,
    );
  return entry.checker(kind);
}

/** Maelstrom's, and that of most who say "transactional" without saying more. */
const defaultLevel = 'strict-serializable';

/** The entry of that name or alias (`PL-3`, `conflict-serializable`); undefined if there is none. */
export function isolationEntry(name: string): IsolationEntry | undefined {
  const canonical = isIsolationModel(name) ? isolationModel(name) : name.toLowerCase();
  return isolationCatalog.find((entry) => entry.name === canonical);
}

const predicateNames: ReadonlySet<string> = new Set(['init', 'insert', 'delete', 'rp']);

/** True if the history has transactions: operations named `txn`. */
export function hasTransactions(history: History): boolean {
  const { count, f } = history.operations;
  const txn = history.functionId('txn');
  for (let row = 0; row < count; row += 1) if (f[row] === txn) return true;
  return false;
}

/**
 * By the first micro-operation that tells: an append, a write of a register, or what only
 * histories with predicate reads have (those begin with `init`, or say `insert` or `rp`).
 */
export function transactionKind(history: History): TransactionKind {
  const { count, input } = history.operations;
  for (let row = 0; row < count; row += 1) {
    const value = history.values.value(input[row] ?? -1);
    if (!isArray(value)) continue;
    for (const micro of value) {
      if (!isArray(micro)) continue;
      if (typeof micro[0] === 'string' && predicateNames.has(micro[0].replace(':', '')))
        return 'closed-predicate';
      if (micro[0] === 'append' || micro[0] === ':append') return 'list-append';
      if (micro[0] === 'w' || micro[0] === ':w') return 'rw-register';
    }
  }
  return 'list-append';
}

function strongSummary(name: string): string {
  const base = name.replace(/^strong-(session-)?/, '');
  if (name.startsWith('strong-session-')) return `${base} in the order of each process`;
  if (name.startsWith('strong-')) return `${base} in the order of real time`;
  const implied = [...modelsImpliedBy(name)].filter((other) => other !== name);
  return implied.length === 0 ? 'only ever refuted' : `implies ${implied.slice(0, 3).join(', ')}`;
}
