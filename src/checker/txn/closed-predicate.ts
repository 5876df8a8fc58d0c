/** Isolation levels of transactions with predicate reads: see `predicate-versions.ts`. */
import { plural } from '../../base/text.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import type { Checker, CheckLimits } from '../checker.ts';
import { EdgeList } from '../digraph.ts';
import type { Verdict } from '../verdict.ts';
import { type DependencyGraph, findCycles } from './cycles.ts';
import { cycleFinding, type Edge, type EdgeReason, type Narrator } from './explain.ts';
import { Findings, text, who } from './findings.ts';
import { judge } from './judgement.ts';
import type { TransactionalOptions } from './list-append.ts';
import { isolationModel } from './models.ts';
import { addProcessEdges, addRealtimeEdges } from './order-edges.ts';
import {
  needsRealTime,
  noRealTime,
  notEnough,
  provable,
  undecidedCycles,
  unfit,
} from './preconditions.ts';
import {
  matches,
  type PredicateHistory,
  predicateHistoryOf,
  type UniverseKey,
  type VersionRead,
} from './predicate-versions.ts';
import { relation } from './relations.ts';

/**
 * @param model an isolation level by any of its names: `serializable`, `repeatable-read`, …
 * @throws UsageError if there is no such level
 */
export function closedPredicate(model: string, options: TransactionalOptions = {}): Checker {
  const name = isolationModel(model);
  return {
    name: 'closed-predicate',
    summary: `that transactions with predicate reads are ${name}`,
    perKey: false,
    check: (history, limits) => check(history, limits, name, options.realTime ?? true),
  };
}

/** A data edge, and the row and read that it comes from. */
interface Dependency {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
  readonly key: UniverseKey;
  readonly read: VersionRead | undefined;
}

function check(history: History, limits: CheckLimits, model: string, realTime: boolean): Verdict {
  const deadlineMs = limits.nowMs() + limits.timeoutMs;
  const predicates = predicateHistoryOf(history);
  const { transactions } = predicates;
  const findings = new Findings();
  findDirectly(predicates, findings);
  const dependencies = dependenciesOf(predicates);
  const graph = graphOf(predicates, dependencies, realTime);
  const { cycles, undecided } = findCycles(graph, () => limits.nowMs() >= deadlineMs);
  const narrator: Narrator = {
    history,
    transactions,
    reason: (edge, names) => reasonText(dependencies, edge, names),
  };
  for (const cycle of cycles) findings.add(cycle.type, () => cycleFinding(cycle, narrator));
  const blocked = notEnough(transactions, dependencies.length) ?? unfit(transactions);
  const timeout = undecidedCycles(undecided, limits);
  // All-or-nothing visibility is not looked for here.
  const levels = provable(findings.types, undecided, realTime).filter(
    (level) => level !== 'read-atomic',
  );
  return judge({
    checker: 'closed-predicate',
    model,
    method: `dependency cycles among ${plural(transactions.count, 'transaction')}; versions of ${plural(predicates.universe.length, 'key')} by what predicate reads show and lack`,
    transactions,
    findings,
    proved: blocked === undefined ? levels : [],
    unproved:
      blocked ?? (needsRealTime(model) && !realTime ? noRealTime(model) : undefined) ?? timeout,
    details: {
      transactions: transactions.count,
      committed: transactions.okCount,
      keys: predicates.universe.length,
      dependencies: dependencies.length,
      assumptions: ['all keys are known, and each is initialized and changed once at most'],
    },
  });
}

function findDirectly(
  { transactions, missed, reads, unknown }: PredicateHistory,
  findings: Findings,
): void {
  for (const { reader, key, predicate } of missed)
    findings.add('predicate-read-miss', () => ({
      key: key.key,
      transactions: [reader],
      explanation: `${who(transactions, reader)} read all rows that match ${text(predicate)} and found none of key ${text(key.key)}, but each version of it matches: ${key.values
        .filter((_, i) => i === 0 || key.makers[1] !== -1)
        .map(text)
        .join(' and ')}.`,
    }));
  for (const { reader, key, version } of reads) {
    const maker = key.makers[version];
    if (maker === -1 || transactions.outcome[maker] !== typeCode.fail) continue;
    findings.add('G1a', () => ({
      key: key.key,
      transactions: [maker, reader],
      explanation: `${who(transactions, reader)} saw key ${text(key.key)} as ${who(transactions, maker)} made it (${text(key.values[version])}), and that one failed: an aborted write was read.`,
    }));
  }
  for (const { reader, key, value } of unknown)
    findings.add('thin-air', () => ({
      key,
      transactions: [reader],
      explanation: `${who(transactions, reader)} read ${text(value)} at key ${text(key)}, but nobody in this history ever tried to write that.`,
    }));
}

function dependenciesOf({
  universe,
  reads,
  transactions,
}: PredicateHistory): readonly Dependency[] {
  const found: Dependency[] = [];
  const committed = new Set<number>();
  for (const { key, version } of reads) if (version === 1) committed.add(key.makers[1]);
  const counts = (t: number): boolean =>
    t !== -1 &&
    transactions.outcome[t] !== typeCode.fail &&
    (transactions.outcome[t] === typeCode.ok || committed.has(t));
  const add = (dependency: Dependency): void => {
    const { from, to } = dependency;
    if (from !== to && counts(from) && counts(to)) found.push(dependency);
  };
  for (const key of universe)
    add({ from: key.makers[0], to: key.makers[1], bits: relation.ww, key, read: undefined });
  for (const read of reads) {
    const { reader, key, version, predicate } = read;
    // A row that is not shown binds the reader only to changes of what matches.
    const isPredicate = predicate !== undefined;
    const changed =
      !isPredicate || matches(predicate, key.values[0]) !== matches(predicate, key.values[1]);
    if (!changed) continue;
    if (version === 1)
      add({
        from: key.makers[1],
        to: reader,
        bits: isPredicate ? relation.wrp : relation.wr,
        key,
        read,
      });
    else {
      const bits = isPredicate ? relation.rwp : relation.rw;
      add({ from: reader, to: key.makers[1], bits, key, read });
      if (!isPredicate) add({ from: key.makers[0], to: reader, bits: relation.wr, key, read });
    }
  }
  return found;
}

function graphOf(
  { transactions }: PredicateHistory,
  dependencies: readonly Dependency[],
  realTime: boolean,
): DependencyGraph {
  const edges = new EdgeList(dependencies.length + transactions.count * 4);
  for (const { from, to, bits } of dependencies) edges.add(from, to, bits);
  addProcessEdges(edges, transactions);
  const { count } = transactions;
  const moments = realTime ? addRealtimeEdges(edges, transactions, count) : 0;
  return { graph: edges.toDigraph(count + moments), transactionCount: count };
}

function reasonText(
  dependencies: readonly Dependency[],
  { from, to, bits }: Edge,
  [a, b]: readonly [string, string],
): EdgeReason {
  const found = dependencies.find(
    (each) => each.from === from && each.to === to && each.bits === bits,
  );
  if (found === undefined) return { why: `${a} and ${b} are linked` };
  const { key, read } = found;
  const k = text(key.key);
  const now = key.values[1] === null ? 'deleted it' : `set it to ${text(key.values[1])}`;
  const reason = (why: string): EdgeReason => ({ key: key.key, value: key.values[1], why });
  if (read === undefined) return reason(`${a} initialized key ${k} and ${b} ${now}`);
  if (read.predicate === undefined) {
    const seen = text(key.values[read.version]);
    if ((bits & relation.wr) !== 0)
      return reason(`${b} read ${seen} at key ${k}, which ${a} wrote`);
    return reason(`${a} read ${seen} at key ${k}, and ${b} ${now}`);
  }
  const predicate = text(read.predicate);
  if ((bits & relation.wrp) !== 0)
    return reason(
      `${b} read all that matches ${predicate} without key ${k}, which matched until ${a} ${now}`,
    );
  return reason(
    `${a} read all that matches ${predicate} without key ${k}, which matches since ${b} ${now}`,
  );
}
