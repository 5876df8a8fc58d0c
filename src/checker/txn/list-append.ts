/**
 * Isolation levels of transactions that append unique elements to lists and read whole lists.
 * (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations",
 * 2020, with exact searches where Elle's may time out.)
 */

import type { JsonObject } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { History } from '../../history/history.ts';
import type { Checker, CheckLimits } from '../checker.ts';
import type { UnknownReason, Verdict } from '../verdict.ts';
import { findAppendAnomalies } from './append-anomalies.ts';
import { type AppendGraph, appendGraphOf } from './append-graph.ts';
import { appendReason, witnessesOf } from './append-reasons.ts';
import { registersOf } from './append-registers.ts';
import { canBeOrdered, orderMatters } from './append-tails.ts';
import { type AppendHistory, appendHistoryOf } from './append-versions.ts';
import { findCycles } from './cycles.ts';
import { cycleFinding, type Narrator } from './explain.ts';
import { Findings, text } from './findings.ts';
import { judge } from './judgement.ts';
import { isolationModel, modelsImpliedBy } from './models.ts';
import {
  findMismatches,
  needsRealTime,
  noRealTime,
  notEnough,
  provable,
  undecidedCycles,
  unfit,
} from './preconditions.ts';
import { provedByCommits } from './register-proofs.ts';

const bytesPerMb = 2 ** 20;

/** What is taken for granted; the first is looked after. */
const assumptions: readonly string[] = [
  'each element is appended to a key once at most',
  'lists begin empty, and a list that was read shows in order all appends before its last one',
  'appends that no read shows came after the longest list that was read, in an order that nobody knows',
];

export interface TransactionalOptions {
  /**
   * False if the order of events between processes was made up by the reader of the file
   * (`ReadResult.realTime`): then nothing is said about real time.
   */
  readonly realTime?: boolean;
}

/**
 * @param model an isolation level by any of its names: `snapshot-isolation`, `PL-3`, …
 * @throws UsageError if there is no such level
 */
export function listAppend(model: string, options: TransactionalOptions = {}): Checker {
  const name = isolationModel(model);
  return {
    name: 'list-append',
    summary: `that transactions on lists are ${name}`,
    perKey: false,
    check: (history, limits) => check(history, limits, name, options.realTime ?? true),
  };
}

function check(history: History, limits: CheckLimits, model: string, realTime: boolean): Verdict {
  const deadlineMs = limits.nowMs() + limits.timeoutMs;
  const outOfTime = (): boolean => limits.nowMs() >= deadlineMs;
  const lists = appendHistoryOf(history);
  const findings = new Findings();
  const { transactions } = lists;
  findMismatches(transactions, findings);
  findAppendAnomalies(lists, findings);
  const graph = appendGraphOf(lists, realTime);
  const { isAcyclic, cycles, undecided } = findCycles(graph, outOfTime);
  const narrator = narratorOf(history, lists);
  for (const cycle of cycles) findings.add(cycle.type, () => cycleFinding(cycle, narrator));
  const blocked =
    notEnough(transactions, graph.dataEdges) ??
    unfit(transactions) ??
    duplicatedAppends(lists) ??
    leftOut(graph);
  const timeless = needsRealTime(model) && !realTime ? noRealTime(model) : undefined;
  const timeout = undecidedCycles(undecided, limits);
  const proved =
    blocked === undefined
      ? provable(findings.types, undecided, realTime).filter(
          (level) =>
            // A part of what has no cycle has none either.
            isAcyclic ||
            graph.unordered.size === 0 ||
            !orderMatters.has(level) ||
            canBeOrdered(lists, graph, level, {
              bytesMax: limits.memoryMb * bytesPerMb,
              outOfTime,
            }),
        )
      : [];
  const isOpen =
    blocked === undefined && !proved.some((level) => modelsImpliedBy(level).has(model));
  const byCommits = isOpen
    ? provedByCommits(registersOf(lists), model, findings.types, { limits, outOfTime })
    : [];
  return judge({
    checker: 'list-append',
    model,
    method: `dependency cycles among ${plural(transactions.count, 'transaction')}; versions from the longest lists read${realTime ? '' : '; the history has no real-time order'}`,
    transactions,
    findings,
    proved: [...proved, ...byCommits],
    unproved: blocked ?? timeless ?? timeout,
    details: detailsOf(lists, graph),
  });
}

export function duplicatedAppends({
  ambiguous,
  transactions,
}: AppendHistory): UnknownReason | undefined {
  const [first] = ambiguous;
  if (first === undefined) return undefined;
  const [key, [a, b]] = first;
  const { invoke, of, value, elements, keys } = transactions;
  return {
    kind: 'undetermined',
    message: `${text(elements.value(value[a] ?? 0))} is appended to key ${text(keys[key])} twice, at events ${invoke[of[a] ?? 0] ?? -1} and ${invoke[of[b] ?? 0] ?? -1}, so that nobody can tell which of the two was read; appended elements must differ per key (${plural(ambiguous.size, 'such key')}, not judged)`,
  };
}

function leftOut({ edgesLeftOut }: AppendGraph): UnknownReason | undefined {
  if (edgesLeftOut === 0) return undefined;
  return {
    kind: 'undetermined',
    message: `so many transactions read the same list and appended to it, with nobody reading what they appended, that ${plural(edgesLeftOut, 'dependency', 'dependencies')} between them were not looked at`,
  };
}

function detailsOf(lists: AppendHistory, { dataEdges, unordered }: AppendGraph): JsonObject {
  const { transactions } = lists;
  return {
    transactions: transactions.count,
    committed: transactions.okCount,
    keys: transactions.keys.length,
    dependencies: dataEdges,
    keysWithUnreadAppends: unordered.size,
    assumptions,
  };
}

function narratorOf(history: History, lists: AppendHistory): Narrator {
  const { transactions } = lists;
  return {
    history,
    transactions,
    reason: (edge, names, witness) => appendReason(lists, edge, names, witness),
    witnesses: (edge) => witnessesOf(lists, edge),
  };
}
