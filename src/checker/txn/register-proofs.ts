/** Levels that a history of registers has, by proof; or has not, by the lack of any order. */
import { plural } from '../../base/text.ts';
import type { CheckLimits } from '../checker.ts';
import type { UnknownReason } from '../verdict.ts';
import { describe, type Narrator } from './explain.ts';
import { type Finding, type Findings, text } from './findings.ts';
import { isRuledOut } from './models.ts';
import { findOrder, type OrderFinding, type OrderQuestion } from './register-orders.ts';
import type { RegisterHistory } from './register-versions.ts';
import { type OrderKept, replays } from './replay.ts';

/**
 * Levels at which some order of versions always does, if reads and order leave one: the
 * versions of a key can be put in any order that their writers have anyway.
 */
const freeLevels = [
  'read-uncommitted',
  'read-committed',
  'strong-session-read-uncommitted',
  'strong-session-read-committed',
];
const freeRealTimeLevels = ['strong-read-uncommitted', 'strong-read-committed'];

const replayLevels: readonly (readonly [string, OrderKept])[] = [
  ['strict-serializable', 'realtime'],
  ['strong-session-serializable', 'process'],
  ['serializable', 'none'],
];

/** What holds without any search. */
export function provedByReplay(
  registers: RegisterHistory,
  found: readonly string[],
  realTime: boolean,
): readonly string[] {
  const free = [...freeLevels, ...(realTime ? freeRealTimeLevels : [])];
  const proved = free.filter((level) => !isRuledOut(level, found));
  for (const [level, kept] of replayLevels) {
    if (kept === 'realtime' && !realTime) continue;
    if (isRuledOut(level, found) || !replays(registers, kept)) continue;
    return [...proved, level];
  }
  return proved;
}

/** Levels that a search decides, and what it finds if they do not hold. */
const searchedLevels: Readonly<Record<string, OrderQuestion & { readonly anomaly: string }>> = {
  'strict-serializable': question('serial', 'realtime'),
  'strong-session-serializable': question('serial', 'process'),
  serializable: question('serial', 'none'),
  'strong-snapshot-isolation': question('snapshot', 'realtime'),
  'strong-session-snapshot-isolation': question('snapshot', 'process'),
  'snapshot-isolation': question('snapshot', 'none'),
};

function question(
  isolation: OrderQuestion['isolation'],
  kept: OrderKept,
): OrderQuestion & { readonly anomaly: string } {
  const suffix = kept === 'none' ? '' : `-${kept}`;
  return { isolation, kept, anomaly: `no-${isolation}-order${suffix}` };
}

const bytesPerMb = 2 ** 20;

interface Budget {
  readonly limits: CheckLimits;
  readonly outOfTime: () => boolean;
}

/**
 * Searches the orders of versions for one that the model allows. What it finds goes to the
 * findings or the proofs; returns why it found neither.
 */
export function searchVersions(
  registers: RegisterHistory,
  model: string,
  { limits, outOfTime }: Budget,
  [findings, proofs, narrator]: readonly [Findings, string[], Narrator],
): UnknownReason | undefined {
  // All reads being of items, repeatable-read asks for as much as serializability.
  const level = model === 'repeatable-read' ? 'serializable' : model;
  const asked = searchedLevels[level];
  if (asked === undefined) return undefined;
  const found = findOrder(registers, asked, {
    bytesMax: limits.memoryMb * bytesPerMb,
    outOfTime,
  });
  const count = plural(registers.transactions.count, 'transaction');
  if (found === undefined)
    return {
      kind: 'memory',
      limitMb: limits.memoryMb,
      proved: `no order in which the ${count} replay suggested itself, and there are too many pairs of writers to search all orders of versions`,
    };
  if (found.answer === 'unknown')
    return {
      kind: 'timeout',
      limitMs: limits.timeoutMs,
      proved: `no cycle among the known dependencies of ${count}, but not all orders of versions were tried`,
    };
  if (found.answer) proofs.push(level);
  else findings.add(asked.anomaly, () => noOrder(found, asked, narrator));
  return undefined;
}

function noOrder(
  { transactions, pair, minimal }: OrderFinding,
  { isolation, kept }: OrderQuestion,
  narrator: Narrator,
): Omit<Finding, 'type'> {
  const names = new Map(transactions.map((t, i) => [t, `T${i + 1}`]));
  const { keys, invoke } = narrator.transactions;
  const rule =
    isolation === 'serial'
      ? 'one after the other'
      : 'each on a snapshot, with no two that overlap writing the same key';
  const order = { none: '', process: ', in the order of each process', realtime: ', in real time' };
  const lines = [
    `These ${transactions.length} transactions cannot have run ${rule}${order[kept]}, in whatever order their writes came${minimal ? ', and any fewer of them could' : ''}:`,
    ...transactions.map((t) => `  ${names.get(t) ?? ''} = ${describe(narrator, t)}`),
  ];
  if (pair !== undefined) {
    const [a, b] = pair.writers.map((t) => names.get(t) ?? '');
    lines.push(
      `In particular ${a} and ${b} both wrote key ${text(keys[pair.key])}, and neither can have come first.`,
    );
  }
  const offending = transactions.map((t) => invoke[t] ?? 0);
  return {
    ...(pair === undefined ? {} : { key: keys[pair.key] ?? null }),
    transactions,
    explanation: lines.join('\n'),
    evidence: { offending },
  };
}
