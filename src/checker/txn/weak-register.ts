/** Checkers of weak levels: from a graph of commits to a verdict. */
import { plural } from '../../base/text.ts';
import type { History } from '../../history/history.ts';
import type { Checker, CheckLimits } from '../checker.ts';
import type { Digraph } from '../digraph.ts';
import type { NonEmpty, UnknownReason, Verdict } from '../verdict.ts';
import { type Cycle, findCycles } from './cycles.ts';
import { cycleFinding, describe, type Edge, type EdgeReason, type Narrator } from './explain.ts';
import { anomalyOf, type Finding, Findings, text, who } from './findings.ts';
import { findMismatches, notEnough, unfit } from './preconditions.ts';
import { findReadAnomalies, valueText } from './register-anomalies.ts';
import { type RegisterHistory, registerHistoryOf } from './register-versions.ts';
import { relation } from './relations.ts';
import { duplicatedWrites } from './rw-register.ts';
import { readKind, writeKind } from './transactions.ts';
import { type CommitGraph, commitGraphOf, type WeakLevel } from './weak-levels.ts';

/** What no level allows. */
const alwaysBad = ['thin-air', 'G1a', 'G1b', 'future-read', 'mismatched-reply'];

const anomalyNames: Readonly<Record<WeakLevel, string>> = {
  'read-committed-monotonic': 'non-monotonic-read',
  'session-read-atomic': 'fractured-read',
  'causal-consistency': 'causality-violation',
};

const bytesPerMb = 2 ** 20;

export function weakRegister(level: WeakLevel): Checker {
  return weakChecker(level, 'registers', (history) => {
    const registers = registerHistoryOf(history);
    const { transactions } = registers;
    return {
      registers,
      findReadAnomalies: (findings) => {
        findReadAnomalies(registers, findings);
      },
      findOwnMisreads: (findings) => {
        findOwnMisreads(registers, findings);
      },
      wrote: 'wrote',
      narratorOf: (graph) => narratorOf(history, registers, graph),
      unfit: unfit(transactions) ?? duplicatedWrites(registers),
    };
  });
}

/** How objects of one kind are read, in which they differ. */
export interface CommitCase {
  readonly registers: RegisterHistory;
  /** What reads show by themselves. */
  readonly findReadAnomalies: (findings: Findings) => void;
  /** Reads, after an own write, of anything else. */
  readonly findOwnMisreads: (findings: Findings) => void;
  /** What a writer did to a key, in words. */
  readonly wrote: string;
  readonly narratorOf: (graph: CommitGraph) => Narrator;
  /** Why the history cannot be judged, if nothing was found. */
  readonly unfit: UnknownReason | undefined;
}

/** @param badBesides types that no level allows, of these objects alone */
export function weakChecker(
  level: WeakLevel,
  objects: string,
  caseOf: (history: History) => CommitCase,
  badBesides: readonly string[] = [],
): Checker {
  const bad = new Set([...alwaysBad, ...badBesides]);
  // A read of anything but the own last write is bad in its own way where others may be read.
  if (level !== 'read-committed-monotonic') bad.add('internal');
  return {
    name: 'weak-isolation',
    summary: `that transactions on ${objects} are ${level}`,
    perKey: false,
    check(history, limits) {
      const deadlineMs = limits.nowMs() + limits.timeoutMs;
      const outOfTime = (): boolean => limits.nowMs() >= deadlineMs;
      const given = caseOf(history);
      const findings = new Findings();
      findMismatches(given.registers.transactions, findings);
      given.findReadAnomalies(findings);
      const found = findings.kept.filter(({ type }) => bad.has(type));
      const misread = new Findings();
      if (level === 'read-committed-monotonic') given.findOwnMisreads(misread);
      return judgeCommits(given, [...found, ...misread.kept], { level, limits, outOfTime });
    },
  };
}

interface Question {
  readonly level: WeakLevel;
  readonly limits: CheckLimits;
  readonly outOfTime: () => boolean;
}

function judgeCommits(
  { registers, ...given }: CommitCase,
  foundBefore: readonly Finding[],
  { level, limits, outOfTime }: Question,
): Verdict {
  const { transactions } = registers;
  const found = [...foundBefore];
  const bytesMax = limits.memoryMb * bytesPerMb;
  const graph = commitGraphOf(registers, level, { bytesMax, outOfTime });
  let doubt = typeof graph === 'string' ? doubtOf(graph, limits) : undefined;
  if (typeof graph === 'object') {
    const transactionCount = graph.initialVertex + 1;
    const digraph = graph.edges.toDigraph(transactionCount);
    const { isAcyclic, cycles } = findCycles({ graph: digraph, transactionCount }, outOfTime);
    // Any cycle at all is a violation: one is there, and there was no time to find it.
    if (!isAcyclic && cycles.length === 0)
      doubt = timeoutOf(limits, 'whether commits have an order');
    const narrator = given.narratorOf(graph);
    const seenBy: SeenBy = (seen, reader) => pathOf(digraph, seen, reader);
    for (const cycle of cycles)
      found.push({
        type: anomalyNames[level],
        ...(afterInitial(cycle, graph, { seenBy, narrator, wrote: given.wrote }) ??
          withReaders(cycle, graph, seenBy, narrator)),
      });
  }
  const base = {
    checker: 'weak-isolation',
    model: level,
    operationCount: transactions.count,
    method: `commit order among ${plural(transactions.count, 'transaction')} by sessions, reads and what the level adds`,
    details: { transactions: transactions.count, committed: transactions.okCount },
  };
  if (found.length > 0) {
    const anomalies = found.map((finding) => ({
      ...anomalyOf(finding, transactions),
      model: level,
    }));
    return {
      ...base,
      models: { holds: [], violated: [level] },
      valid: false,
      anomalies: anomalies as unknown as NonEmpty<(typeof anomalies)[number]>,
    };
  }
  const dataEdges = typeof graph === 'string' ? 1 : readEdges(graph);
  const reason: UnknownReason | undefined =
    notEnough(transactions, dataEdges) ?? given.unfit ?? doubt;
  if (reason !== undefined) return { ...base, valid: 'unknown', reason };
  return { ...base, models: { holds: [level], violated: [] }, valid: true };
}

function doubtOf(missing: 'memory' | 'time', limits: CheckLimits): UnknownReason {
  if (missing === 'time') return timeoutOf(limits, 'what each transaction had seen');
  const proved = 'the causal pasts of all transactions do not fit';
  return { kind: 'memory', limitMb: limits.memoryMb, proved };
}

function timeoutOf({ timeoutMs }: CheckLimits, what: string): UnknownReason {
  return { kind: 'timeout', limitMs: timeoutMs, proved: `${what} is not known` };
}

function readEdges({ edges }: CommitGraph): number {
  return (edges.bits & (relation.wr | relation.ww)) === 0 ? 0 : 1;
}

/** By which transactions one came to see another, both ends included. */
type SeenBy = (seen: number, reader: number) => readonly number[];

/** A shortest way over sessions and reads; the two alone if there is none. */
function pathOf(
  { offsets, targets, relations }: Digraph,
  from: number,
  to: number,
): readonly number[] {
  const came = new Map<number, number>();
  const open = [from];
  for (let i = 0; i < open.length && !came.has(to); i += 1) {
    const v = open[i] ?? 0;
    for (let edge = offsets[v] ?? 0; edge < (offsets[v + 1] ?? 0); edge += 1) {
      const next = targets[edge] ?? 0;
      if (((relations[edge] ?? 0) & (relation.process | relation.wr)) === 0) continue;
      if (came.has(next)) continue;
      came.set(next, v);
      open.push(next);
    }
  }
  const path = [to];
  for (let v = came.get(to); v !== undefined && v !== from; v = came.get(v)) path.push(v);
  return [from, ...path.toReversed()];
}

function pathText(path: readonly number[], { transactions: { invoke } }: Narrator): string {
  if (path.length < 3) return '';
  return ` (events ${path.map((t) => invoke[t] ?? -1).join(' → ')})`;
}

/** A cycle through the initial state is one claim: that a transaction committed before it. */
function afterInitial(
  { steps }: Cycle,
  graph: CommitGraph,
  {
    seenBy,
    narrator,
    wrote,
  }: Pick<CommitCase, 'wrote'> & {
    readonly seenBy: SeenBy;
    readonly narrator: Narrator;
  },
): Omit<Finding, 'type'> | undefined {
  const at = steps.findIndex(({ from }) => from === graph.initialVertex);
  if (at === -1) return undefined;
  const seen = steps.at(at - 1)?.from ?? 0;
  const reason = graph.reasonOf(seen, graph.initialVertex);
  if (reason === undefined) return undefined;
  const { key, keys, invoke } = narrator.transactions;
  const k = keys[key[reason.read] ?? 0] ?? null;
  const path = seenBy(seen, reason.reader);
  return {
    key: k,
    transactions: path,
    explanation: `T1 = ${describe(narrator, seen)}\nT2 = ${describe(narrator, reason.reader)}\nBy what it had seen before${pathText(path, narrator)}, T2 must see T1, which ${wrote} key ${text(k)}; but it read the initial state there.`,
    evidence: {
      roles: { writer: invoke[seen] ?? 0, reader: invoke[reason.reader] ?? 0 },
    },
  };
}

/** The cycle, and those whose reads show that it is one. */
function withReaders(
  cycle: Cycle,
  graph: CommitGraph,
  seenBy: SeenBy,
  narrator: Narrator,
): Omit<Finding, 'type'> {
  const finding = cycleFinding(cycle, narrator);
  const readers = cycle.steps.flatMap(({ from }, i) => {
    const to = cycle.steps[(i + 1) % cycle.steps.length]?.from ?? from;
    const reason = graph.reasonOf(from, to);
    return reason === undefined ? [] : seenBy(from, reason.reader);
  });
  return { ...finding, transactions: [...finding.transactions, ...readers] };
}

/** Reads, after an own write, of anything else: what even read-committed does not allow. */
function findOwnMisreads({ transactions }: RegisterHistory, findings: Findings): void {
  const { count, first, kind, key, value, keys } = transactions;
  for (let t = 0; t < count; t += 1) {
    const begin = first[t] ?? 0;
    for (let i = begin; i < (first[t + 1] ?? 0); i += 1) {
      if (kind[i] !== readKind) continue;
      let own = i - 1;
      while (own >= begin && (key[own] !== key[i] || kind[own] !== writeKind)) own -= 1;
      if (own < begin || value[own] === value[i]) continue;
      findings.add('internal', () => ({
        key: keys[key[i] ?? 0] ?? null,
        transactions: [t],
        explanation: `${who(transactions, t)} read ${valueText(transactions, i)} at key ${text(keys[key[i] ?? 0])}, after it had written ${valueText(transactions, own)} there itself.`,
      }));
    }
  }
}

function narratorOf(history: History, registers: RegisterHistory, graph: CommitGraph): Narrator {
  const { transactions } = registers;
  return {
    history,
    transactions,
    reason: (edge, names) => reasonText(registers, graph, edge, names),
  };
}

function reasonText(
  { transactions, source }: RegisterHistory,
  graph: CommitGraph,
  { from, to, bits }: Edge,
  [a, b]: readonly [string, string],
): EdgeReason {
  const { first, of, key, keys } = transactions;
  if ((bits & relation.wr) !== 0)
    for (let i = first[to] ?? 0; i < (first[to + 1] ?? 0); i += 1) {
      if ((source[i] ?? 0) < 0 || of[source[i] ?? 0] !== from) continue;
      const k = keys[key[i] ?? 0] ?? null;
      return {
        key: k,
        why: `${b} read ${valueText(transactions, i)} at key ${text(k)}, which ${a} wrote`,
      };
    }
  const reason = graph.reasonOf(from, to);
  if (reason === undefined) return { why: `${a} committed before ${b}` };
  const k = keys[key[reason.read] ?? 0] ?? null;
  return {
    key: k,
    why: `${who(transactions, reason.reader)} had seen ${a}, which wrote key ${text(k)}, and yet read ${valueText(transactions, reason.read)} there: so what it read was written after ${a} wrote`,
  };
}
