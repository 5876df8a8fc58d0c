/** The isolation levels that `--model` may name, each with its checkers. */
import type { Checker } from '../checker.ts';
import { listAppend, type TransactionalOptions } from './list-append.ts';
import { modelNames, modelsImpliedBy } from './models.ts';
import { needsRealTime } from './preconditions.ts';
import { rwRegister } from './rw-register.ts';
import { type WeakLevel } from './weak-levels.ts';
import { weakRegister } from './weak-register.ts';

/** What micro-operations the transactions of a history are made of. */
export type TransactionKind = 'list-append' | 'rw-register';

export interface IsolationEntry {
  readonly name: string;
  readonly summary: string;
  /** True if it is about real time: not to be judged where `ReadResult.realTime` is false. */
  readonly realTime: boolean;
  readonly kinds: readonly TransactionKind[];
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

export const isolationCatalog: readonly IsolationEntry[] = [
  ...modelNames.map(
    (name): IsolationEntry => ({
      name,
      summary: summaries[name] ?? strongSummary(name),
      realTime: needsRealTime(name),
      kinds: ['list-append', 'rw-register'],
      checker: (kind, options) =>
        kind === 'list-append' ? listAppend(name, options) : rwRegister(name, options),
    }),
  ),
  ...(Object.entries(weakLevels) as [WeakLevel, string][]).map(
    ([name, summary]): IsolationEntry => ({
      name,
      summary,
      realTime: false,
      kinds: ['rw-register'],
      checker: () => weakRegister(name),
    }),
  ),
];

function strongSummary(name: string): string {
  const base = name.replace(/^strong-(session-)?/, '');
  if (name.startsWith('strong-session-')) return `${base} in the order of each process`;
  if (name.startsWith('strong-')) return `${base} in the order of real time`;
  const implied = [...modelsImpliedBy(name)].filter((other) => other !== name);
  return implied.length === 0 ? 'only ever refuted' : `implies ${implied.slice(0, 3).join(', ')}`;
}
