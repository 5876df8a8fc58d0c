/** Levels that a history of registers has, by proof; or has not, by the lack of any order. */
import { plural } from '../../base/text.ts';
import type { CheckLimits } from '../checker.ts';
import { componentsOf } from '../digraph.ts';
import type { UnknownReason } from '../verdict.ts';
import { describe, type Narrator, reasonKeys } from './explain.ts';
import { type Finding, type Findings, text } from './findings.ts';
import { likelyOrder } from './likely-order.ts';
import { isRuledOut, modelsImpliedBy } from './models.ts';
import { orderProof } from './order-proof.ts';
import { findOrder, type OrderFinding } from './register-orders.ts';
import type { OrderQuestion } from './register-problem.ts';
import type { RegisterHistory } from './register-versions.ts';
import { type OrderKept, replays } from './replay.ts';
import { canSeeEachOther } from './visibility.ts';
import { commitGraphOf, type WeakLevel } from './weak-levels.ts';

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

/**
 * Levels of which some order of versions is all that is asked, and that reads leave one.
 * @param undecided anomalies of which nobody knows whether they are there
 */
export function provedFree(
  found: readonly string[],
  undecided: readonly string[],
  realTime: boolean,
): readonly string[] {
  const free = [...freeLevels, ...(realTime ? freeRealTimeLevels : [])];
  return free.filter((level) => !isRuledOut(level, [...found, ...undecided]));
}

/**
 * Levels with a proof in polynomial time, the stronger first, and what is decided for them: for
 * the first the same with the order of each session besides.
 */
const orderedLevels: readonly (readonly [level: string, decided: WeakLevel])[] = [
  ['causal-cerone', 'causal-consistency'],
  ['read-atomic', 'session-read-atomic'],
];

/**
 * A level that `model` needs, if an order of commits shows that the history has it: every read
 * then shows, of all that its transaction must have seen, what committed last. Such an order
 * is one in which visible transactions are arbitrated, as Cerone, Bernardi and Gotsman have it
 * ("A Framework for Transactional Consistency Models with Atomic Visibility", 2015).
 */
export function provedByCommits(
  registers: RegisterHistory,
  model: string,
  found: readonly string[],
  { limits, outOfTime }: Pick<Budget, 'limits' | 'outOfTime'>,
): readonly string[] {
  const budget = { bytesMax: limits.memoryMb * bytesPerMb, outOfTime };
  for (const [level, decided] of orderedLevels) {
    if (!modelsImpliedBy(level).has(model) || isRuledOut(level, found)) continue;
    // Causes of causes would take memory for each pair of transactions without sessions.
    const sessions = decided !== 'session-read-atomic';
    const commits = commitGraphOf(registers, decided, budget, sessions);
    if (typeof commits === 'string') continue;
    const graph = commits.edges.toDigraph(commits.initialVertex + 1);
    if (componentsOf(graph).count === graph.vertexCount) return [level];
  }
  return [];
}

const parallel = 'parallel-snapshot-isolation';

/** Parallel snapshot isolation, if `model` needs it, and somebody can have seen what all saw. */
export function provedParallel(
  registers: RegisterHistory,
  model: string,
  found: readonly string[],
  { limits, outOfTime }: Pick<Budget, 'limits' | 'outOfTime'>,
): readonly string[] {
  if (!modelsImpliedBy(parallel).has(model) || isRuledOut(parallel, found)) return [];
  const bytesMax = limits.memoryMb * bytesPerMb;
  return canSeeEachOther(registers, bytesMax, outOfTime) === true ? [parallel] : [];
}

/** Levels that a search decides, and what it finds if they do not hold. */
const searchedLevels: Readonly<Record<string, OrderQuestion & { readonly anomaly: string }>> = {
  'strict-serializable': question('serial', 'realtime'),
  'strong-session-serializable': question('serial', 'process'),
  serializable: question('serial', 'none'),
  'strong-snapshot-isolation': question('snapshot', 'realtime'),
  'strong-session-snapshot-isolation': question('snapshot', 'process'),
  'snapshot-isolation': question('snapshot', 'none'),
  prefix: question('prefix', 'none'),
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
  readonly realTime: boolean;
  readonly limits: CheckLimits;
  readonly outOfTime: () => boolean;
}

/** From so many transactions on it is worth while to look for a serial order first. */
export const quickFrom = 1000;

/** More transactions are not searched for more than the model that was asked about. */
const curiousMax = 20_000;

/**
 * Searches the orders of versions for one that the model allows, and before that for one that
 * the strongest model does. What it finds goes to the findings or the proofs; returns why the
 * model is not settled, if it is not.
 */
export function searchVersions(
  registers: RegisterHistory,
  model: string,
  budget: Budget,
  [findings, proofs, narrator]: readonly [Findings, string[], Narrator],
): UnknownReason | undefined {
  const strongest = budget.realTime ? 'strict-serializable' : 'strong-session-serializable';
  // All reads being of items, repeatable-read asks for as much as serializability.
  const level = model === 'repeatable-read' ? 'serializable' : model;
  let reason: UnknownReason | undefined;
  for (const name of new Set([strongest, ...inRealTime(level), level, ...levelsAbove(level)])) {
    const asked = searchedLevels[name];
    const isSettled =
      isRuledOut(model, findings.types) ||
      proofs.some((known) => modelsImpliedBy(known).has(model));
    const isWanted = !isSettled || registers.transactions.count <= curiousMax;
    if (asked === undefined || !isWanted || isRuledOut(name, findings.types)) continue;
    if (asked.kept === 'realtime' && !budget.realTime) continue;
    if (proofs.some((known) => modelsImpliedBy(known).has(name))) continue;
    const explained = isRuledOut(model, [asked.anomaly]);
    const isAsked = name === level || asked.kept !== 'realtime';
    const answer = search(registers, { ...asked, explained }, isAsked ? budget : part(budget));
    if (answer === true) proofs.push(name);
    else if ('kind' in answer) reason = answer;
    else findings.add(asked.anomaly, () => noOrder(registers, answer, asked, narrator));
  }
  return reason;
}

/** The same in real time, which leaves few orders of versions and so is decided far sooner. */
function inRealTime(level: string): readonly string[] {
  const asked = searchedLevels[level];
  return Object.keys(searchedLevels).filter((name) => {
    const other = searchedLevels[name];
    return other?.kept === 'realtime' && other.isolation === asked?.isolation;
  });
}

/** For what was not asked for, a part of the time is enough. */
function part({ realTime, limits, outOfTime }: Budget): Budget {
  const endMs = limits.nowMs() + limits.timeoutMs / 4;
  return { realTime, limits, outOfTime: () => outOfTime() || limits.nowMs() > endMs };
}

/** What proves a level that is not searched for itself, nor proved in another way. */
function levelsAbove(level: string): readonly string[] {
  if (searchedLevels[level] !== undefined || modelsImpliedBy(parallel).has(level)) return [];
  return ['serializable', 'snapshot-isolation'].filter((name) => modelsImpliedBy(name).has(level));
}

function search(
  registers: RegisterHistory,
  asked: OrderQuestion & { readonly explained: boolean },
  { realTime, limits, outOfTime }: Budget,
): true | OrderFinding | UnknownReason {
  // A serial order is one of snapshots too; where one suggests itself, nothing is searched.
  if (asked.kept !== 'realtime' && registers.transactions.count >= quickFrom)
    if (likelyOrder(registers, asked.kept, realTime) >= 0) return true;
  const found = findOrder(registers, asked, {
    explained: asked.explained,
    bytesMax: limits.memoryMb * bytesPerMb,
    outOfTime,
  });
  const count = plural(registers.transactions.count, 'transaction');
  if (found?.answer === true) return true;
  if (found?.answer === false) return found;
  // What replays in some serial order needs no search, and is a snapshot order too.
  if (replays(registers, asked.kept)) return true;
  if (found === undefined)
    return {
      kind: 'memory',
      limitMb: limits.memoryMb,
      proved: `no order in which the ${count} replay suggested itself, and there are too many pairs of writers to search all orders of versions`,
    };
  return {
    kind: 'timeout',
    limitMs: limits.timeoutMs,
    proved: `no cycle among the known dependencies of ${count}, but not all orders of versions were tried`,
  };
}

function noOrder(
  registers: RegisterHistory,
  { transactions, pair, minimal }: OrderFinding,
  asked: OrderQuestion,
  narrator: Narrator,
): Omit<Finding, 'type'> {
  const names = new Map(transactions.map((t, i) => [t, `T${i + 1}`]));
  const { keys, invoke } = narrator.transactions;
  const { isolation, kept } = asked;
  const proof = orderProof(registers, { isolation, kept }, names);
  const mentioned = reasonKeys(proof?.keys ?? [pair === undefined ? undefined : keys[pair.key]]);
  const rule = {
    serial: 'one after the other',
    snapshot: 'each on a snapshot, with no two that overlap writing the same key',
    prefix: 'each on a snapshot',
  }[isolation];
  const order = { none: '', process: ', in the order of each process', realtime: ', in real time' };
  const lines = [
    `These ${transactions.length} transactions cannot have run ${rule}${order[kept]}, in whatever order their writes came${minimal ? ', and any fewer of them could' : ''}:`,
    ...transactions.map((t) => `  ${names.get(t) ?? ''} = ${describe(narrator, t, mentioned)}`),
  ];
  if (proof !== undefined) lines.push(...proof.lines);
  else if (pair !== undefined) {
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
    evidence: { offending, ...(proof === undefined ? {} : { proof: proof.steps }) },
  };
}
