/** What must be so before anything can be said of a transactional history. */
import { listed } from '../../base/text.ts';
import type { CheckLimits } from '../checker.ts';
import type { UnknownReason } from '../verdict.ts';
import { type Findings, who } from './findings.ts';
import { anomaliesImpliedByAll, isRuledOut, modelsImpliedBy } from './models.ts';
import type { Transactions } from './transactions.ts';

export function findMismatches(transactions: Transactions, findings: Findings): void {
  for (const t of transactions.mismatched)
    findings.add('mismatched-reply', () => ({
      transactions: [t],
      explanation: `${who(transactions, t)} was answered (event ${transactions.complete[t] ?? -1}) with other micro-operations than it asked for: names, keys and written values of an answer must be those of its invocation, in the same order.`,
    }));
}

/** Nothing to judge: no transaction committed, or none had to do with another one. */
export function notEnough(
  { count, okCount }: Transactions,
  dataEdges: number,
): UnknownReason | undefined {
  if (count === 0)
    return { kind: 'too-few-ok', message: 'the history has no operation "txn": nothing to judge' };
  if (okCount === 0)
    return {
      kind: 'too-few-ok',
      message: `none of the ${count} transactions committed: nothing to judge`,
    };
  if (dataEdges > 0) return undefined;
  return {
    kind: 'too-few-ok',
    message:
      'no transaction read or overwrote what another one wrote: there is no dependency to judge',
  };
}

export function unfit({ troubles }: Transactions): UnknownReason | undefined {
  const [first] = troubles;
  return first === undefined ? undefined : { kind: 'undetermined', message: first.message };
}

export function needsRealTime(model: string): boolean {
  for (const implied of modelsImpliedBy(model)) if (realTimeLevels.has(implied)) return true;
  return false;
}

export function noRealTime(model: string): UnknownReason {
  return {
    kind: 'undetermined',
    message: `${model} is about real time, and this history orders events only within each process`,
  };
}

const realTimeLevels: ReadonlySet<string> = new Set([
  'strict-serializable',
  'strong-snapshot-isolation',
  'strong-read-committed',
  'strong-read-uncommitted',
]);

/**
 * Levels whose every violation is among the anomalies that are looked for. Update-atomic is
 * not one: of any two that wrote a key one must have seen the other, whether they read it or
 * not, and only lost updates are looked for; but parallel snapshot isolation, which is stronger,
 * is one.
 */
const completeLevels: readonly string[] = [
  'read-uncommitted',
  'read-committed',
  'read-atomic',
  'consistent-view',
  'parallel-snapshot-isolation',
  'repeatable-read',
  'snapshot-isolation',
  'serializable',
  'strong-session-read-uncommitted',
  'strong-session-read-committed',
  'strong-session-snapshot-isolation',
  'strong-session-serializable',
  ...realTimeLevels,
];

/** Those of them that the anomalies do not rule out. */
export function provable(
  found: readonly string[],
  undecided: readonly string[],
  realTime: boolean,
): readonly string[] {
  const possible = [...found, ...undecided];
  // What might be there counts as if it were, unless it is there in another form.
  const assumed = anomaliesImpliedByAll(possible);
  return completeLevels.filter(
    (level) => !isRuledOut(level, assumed) && (realTime || !realTimeLevels.has(level)),
  );
}

/** More types than these are not listed. */
const typesListed = 8;

/** The dependencies have a cycle, or may have, and the time was up before its types were known. */
export function undecidedCycles(
  undecided: readonly string[],
  { timeoutMs }: CheckLimits,
): UnknownReason | undefined {
  if (undecided.length === 0) return undefined;
  const types =
    undecided.length <= typesListed
      ? listed(undecided, 'or')
      : `${undecided.slice(0, typesListed).join(', ')} or ${undecided.length - typesListed} others`;
  return {
    kind: 'timeout',
    limitMs: timeoutMs,
    proved: `dependencies form a cycle; whether there is one of type ${types} is not known`,
  };
}
