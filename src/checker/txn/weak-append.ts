/**
 * Weak isolation levels of transactions that append to lists: a list is a register whose versions
 * show their past. Who reads a list reads from who appended its last element, as Elle has it, and
 * in which order the versions were made is known; unread appends come after the longest list. So
 * each level is decided as for registers (`weak-levels.ts`), with that order besides.
 */
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import type { Checker } from '../checker.ts';
import { findAppendAnomalies } from './append-anomalies.ts';
import { appendReason } from './append-reasons.ts';
import { registersOf } from './append-registers.ts';
import {
  type AppendHistory,
  appendHistoryOf,
  lastAppend,
  listOf,
  valuesOf,
} from './append-versions.ts';
import type { Edge, EdgeReason, Narrator } from './explain.ts';
import { type Findings, text, who } from './findings.ts';
import { duplicatedAppends } from './list-append.ts';
import { unfit } from './preconditions.ts';
import { relation } from './relations.ts';
import { readKind, writeKind } from './transactions.ts';
import type { CommitGraph, WeakLevel } from './weak-levels.ts';
import { type CommitCase, weakChecker } from './weak-register.ts';

/** What no order of commits explains, besides what none explains of registers. */
const alwaysBad = ['incompatible-order', 'duplicate-elements', 'reordered-appends'];

export function weakAppend(level: WeakLevel): Checker {
  const caseOf = (history: History): CommitCase => {
    const lists = appendHistoryOf(history);
    return {
      registers: registersOf(lists),
      findReadAnomalies: (findings) => {
        findAppendAnomalies(lists, findings);
      },
      findOwnMisreads: (findings) => {
        findOwnMisreads(lists, findings);
      },
      wrote: 'appended to',
      narratorOf: (graph) => narratorOf(history, lists, graph),
      unfit: unfit(lists.transactions) ?? duplicatedAppends(lists),
    };
  };
  return weakChecker(level, 'lists', caseOf, alwaysBad);
}

/** Lists that do not end with what their transaction had appended last. */
function findOwnMisreads(lists: AppendHistory, findings: Findings): void {
  const { transactions, ambiguous } = lists;
  const { count, first, kind, key, keys, outcome } = transactions;
  for (let t = 0; t < count; t += 1) {
    if (outcome[t] !== typeCode.ok) continue;
    const begin = first[t] ?? 0;
    for (let i = begin; i < (first[t + 1] ?? 0); i += 1) {
      if (kind[i] !== readKind || ambiguous.has(key[i] ?? 0)) continue;
      let own = i - 1;
      while (own >= begin && (key[own] !== key[i] || kind[own] !== writeKind)) own -= 1;
      if (own < begin || lastAppend(lists, i) === own) continue;
      findings.add('internal', () => ({
        key: keys[key[i] ?? 0] ?? null,
        transactions: [t],
        explanation: `${who(transactions, t)} read ${text(valuesOf(transactions, listOf(lists, i)))} at key ${text(keys[key[i] ?? 0])}, which does not end with ${text(transactions.elements.value(transactions.value[own] ?? 0))}, though it had appended that itself.`,
      }));
    }
  }
}

function narratorOf(history: History, lists: AppendHistory, graph: CommitGraph): Narrator {
  const { transactions } = lists;
  return {
    history,
    transactions,
    reason: (edge, names) => reasonText(lists, graph, edge, names),
  };
}

function reasonText(
  lists: AppendHistory,
  graph: CommitGraph,
  edge: Edge,
  names: readonly [string, string],
): EdgeReason {
  const { transactions } = lists;
  const reason = graph.reasonOf(edge.from, edge.to);
  if ((edge.bits & relation.wr) !== 0 || reason === undefined)
    return appendReason(lists, edge, names);
  const k = transactions.keys[transactions.key[reason.read] ?? 0] ?? null;
  const [a] = names;
  return {
    key: k,
    why: `${who(transactions, reason.reader)} had seen ${a}, which appended to key ${text(k)}, and yet read ${text(valuesOf(transactions, listOf(lists, reason.read)))} there: so that list was made after ${a} appended`,
  };
}
