/**
 * Isolation levels of transactions that read and write registers, each value written once.
 *
 * First what shows by itself and what cycles of known dependencies show. That alone would
 * leave open what no known order of versions decides; so a level is only said to hold if it
 * was proved: by an order in which the transactions replay, or, where none suggests itself, by
 * a search over the orders of versions. In a large history a serial order is tried first: where
 * one suggests itself there is nothing else to look for.
 */
import type { Json, JsonObject } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import type { Checker, CheckLimits } from '../checker.ts';
import type { UnknownReason, Verdict } from '../verdict.ts';
import { findCycles } from './cycles.ts';
import { cycleFinding, type Edge, type EdgeReason, type Narrator } from './explain.ts';
import { Findings, text } from './findings.ts';
import { judge } from './judgement.ts';
import { likelyOrder } from './likely-order.ts';
import type { TransactionalOptions } from './list-append.ts';
import { isolationModel, modelsImpliedBy } from './models.ts';
import {
  findMismatches,
  needsRealTime,
  noRealTime,
  notEnough,
  undecidedCycles,
  unfit,
} from './preconditions.ts';
import { findRegisterAnomalies, valueText } from './register-anomalies.ts';
import { registerGraphOf } from './register-graph.ts';
import {
  provedByCommits,
  provedFree,
  provedParallel,
  quickFrom,
  searchVersions,
} from './register-proofs.ts';
import { initial, type RegisterHistory, registerHistoryOf, writeTo } from './register-versions.ts';
import { order, relation } from './relations.ts';

/** What is taken for granted; the first is looked after. */
const assumptions: readonly string[] = [
  'each value is written to a key once at most',
  'a key begins with null, or with 0, an empty text or false where nobody wrote that and it was read',
  'who read a version and then wrote the key made a later one (true from read-committed on)',
  'the order of real time and of sessions orders versions only for models that are about it',
];

/**
 * @param model an isolation level by any of its names: `snapshot-isolation`, `PL-3`, …
 * @throws UsageError if there is no such level
 */
export function rwRegister(model: string, options: TransactionalOptions = {}): Checker {
  const name = isolationModel(model);
  return {
    name: 'rw-register',
    summary: `that transactions on registers are ${name}`,
    perKey: false,
    check: (history, limits) => check(history, limits, name, options.realTime ?? true),
  };
}

function check(history: History, limits: CheckLimits, model: string, realTime: boolean): Verdict {
  const deadlineMs = limits.nowMs() + limits.timeoutMs;
  const outOfTime = (): boolean => limits.nowMs() >= deadlineMs;
  const registers = registerHistoryOf(history);
  const { transactions } = registers;
  const findings = new Findings();
  findMismatches(transactions, findings);
  const serial = findings.types.length === 0 ? provedSerial(registers, model, realTime) : undefined;
  if (serial !== undefined) return serial;
  findRegisterAnomalies(registers, findings);
  const graph = registerGraphOf(registers, realTime);
  const { cycles, undecided } = findCycles(graph, outOfTime);
  const narrator: Narrator = {
    history,
    transactions,
    reason: (edge, names) => reasonText(registers, edge, names),
  };
  for (const cycle of cycles) findings.add(cycle.type, () => cycleFinding(cycle, narrator));
  const blocked =
    notEnough(transactions, graph.dataEdges) ?? unfit(transactions) ?? duplicatedWrites(registers);
  const timeless = needsRealTime(model) && !realTime ? noRealTime(model) : undefined;
  const timeout = undecidedCycles(undecided, limits);
  const proofs = blocked === undefined ? [...provedFree(findings.types, undecided, realTime)] : [];
  const searched =
    blocked === undefined
      ? searchVersions(registers, model, { realTime, limits, outOfTime }, [
          findings,
          proofs,
          narrator,
        ])
      : undefined;
  const isOpen = (): boolean =>
    blocked === undefined && !proofs.some((level) => modelsImpliedBy(level).has(model));
  if (isOpen())
    proofs.push(...provedByCommits(registers, model, findings.types, { limits, outOfTime }));
  if (isOpen())
    proofs.push(...provedParallel(registers, model, findings.types, { limits, outOfTime }));
  return judge({
    checker: 'rw-register',
    model,
    method: methodOf(transactions.count, proofs, realTime),
    transactions,
    findings,
    proved: proofs,
    unproved: blocked ?? timeless ?? searched ?? timeout,
    details: detailsOf(registers, graph.dataEdges),
  });
}

/**
 * The verdict on a history of which an order of all its transactions suggests itself that is as
 * strong as can be: then there is no anomaly to look for.
 */
function provedSerial(
  registers: RegisterHistory,
  model: string,
  realTime: boolean,
): Verdict | undefined {
  const { transactions } = registers;
  if (transactions.count < quickFrom) return undefined;
  if (transactions.troubles.length > 0 || registers.ambiguous.size > 0) return undefined;
  const dependencies = likelyOrder(registers, realTime ? 'realtime' : 'process');
  if (dependencies <= 0) return undefined;
  return judge({
    checker: 'rw-register',
    model,
    method: [
      `a serial order of all ${plural(transactions.count, 'transaction')} that committed, found and replayed`,
      ...(realTime ? [] : ['the history has no real-time order']),
    ].join('; '),
    transactions,
    findings: new Findings(),
    proved: [realTime ? 'strict-serializable' : 'strong-session-serializable'],
    unproved: !realTime && needsRealTime(model) ? noRealTime(model) : undefined,
    details: detailsOf(registers, dependencies),
  });
}

function methodOf(count: number, proved: readonly string[], realTime: boolean): string {
  const serial = proved.some((level) => modelsImpliedBy(level).has('serializable'));
  return [
    `dependency cycles among ${plural(count, 'transaction')}, as far as the order of versions is known`,
    ...(serial ? ['proved by a serial order of them all'] : []),
    ...(realTime ? [] : ['the history has no real-time order']),
  ].join('; ');
}

export function duplicatedWrites({
  ambiguous,
  transactions,
}: RegisterHistory): UnknownReason | undefined {
  const [first] = ambiguous;
  if (first === undefined) return undefined;
  const [key, [a, b]] = first;
  const { invoke, of, keys } = transactions;
  const what =
    a === b
      ? `null is written to key ${text(keys[key])} (event ${invoke[of[a] ?? 0] ?? -1}), which reads cannot tell from the initial value`
      : `${valueText(transactions, a)} is written to key ${text(keys[key])} twice, at events ${invoke[of[a] ?? 0] ?? -1} and ${invoke[of[b] ?? 0] ?? -1}, so that nobody can tell which of the two was read`;
  return {
    kind: 'undetermined',
    message: `${what}; written values must differ per key (${plural(ambiguous.size, 'such key')}, not judged)`,
  };
}

function detailsOf({ transactions }: RegisterHistory, dependencies: number): JsonObject {
  return {
    transactions: transactions.count,
    committed: transactions.okCount,
    keys: transactions.keys.length,
    dependencies,
    assumptions,
  };
}

function reasonText(
  registers: RegisterHistory,
  { from, to, bits }: Edge,
  [a, b]: readonly [string, string],
): EdgeReason {
  const { transactions, source } = registers;
  const { first, key, of, keys, elements, value } = transactions;
  const range = (t: number): readonly number[] =>
    Array.from({ length: (first[t + 1] ?? 0) - (first[t] ?? 0) }, (_, i) => (first[t] ?? 0) + i);
  const keyAt = (i: number): Json => keys[key[i] ?? 0] ?? null;
  const valueAt = (i: number): Json => elements.value(value[i] ?? -1) ?? null;
  if ((bits & relation.wr) !== 0) {
    const read = range(to).find((i) => (source[i] ?? 0) >= 0 && of[source[i] ?? 0] === from);
    if (read === undefined) return { why: `${b} read from ${a}` };
    return {
      key: keyAt(read),
      value: valueAt(read),
      why: `${b} read ${valueText(transactions, read)} at key ${text(keyAt(read))}, which ${a} wrote`,
    };
  }
  for (const read of range(from)) {
    const version = source[read] ?? 0;
    const write =
      version === initial || version >= 0 ? writeTo(transactions, to, key[read] ?? 0) : -1;
    if (write === -1 || (version >= 0 && of[version] === to)) continue;
    const because = orderReason(registers, [version, write], bits, [a, b]);
    if (because === undefined) continue;
    const { clause, witness } = because;
    return {
      key: keyAt(write),
      value: valueAt(write),
      why: `${a} read ${valueText(transactions, read)} at key ${text(keyAt(read))} and not ${valueText(transactions, write)}, which ${b} wrote after that version: ${clause}`,
      shownBy: [...(version >= 0 ? [of[version] ?? 0] : []), ...witness],
    };
  }
  return { why: `${a} did not see a write of ${b}` };
}

/** Why the write made its version after the one that was read. */
function orderReason(
  registers: RegisterHistory,
  [version, write]: readonly [number, number],
  bits: number,
  [, b]: readonly [string, string],
): { readonly clause: string; readonly witness: readonly number[] } | undefined {
  const { transactions, source, external, readersStart, readers } = registers;
  const { of, key, first, process, complete, invoke, outcome } = transactions;
  const later = of[write] ?? 0;
  if (version === initial)
    return { clause: 'the initial version comes before all others', witness: [] };
  for (let i = first[later] ?? 0; i < (first[later + 1] ?? 0); i += 1)
    if (external[i] === 1 && key[i] === key[write] && source[i] === version && i < write)
      return { clause: `${b} had read that version too`, witness: [] };
  if ((bits & order) === 0) return undefined;
  const witnesses = [of[version] ?? 0];
  for (let at = readersStart[version] ?? 0; at < (readersStart[version + 1] ?? 0); at += 1)
    witnesses.push(of[readers[at] ?? 0] ?? 0);
  // One of unknown outcome has ended, as far as its client goes, but not returned.
  const before = (t: number): boolean =>
    outcome[t] === typeCode.ok && (complete[t] ?? 0) < (invoke[later] ?? 0);
  const usual = (bits & relation.process) !== 0;
  const witness = witnesses.find(
    (t) => before(t) && t !== later && (!usual || process[t] === process[later]),
  );
  if (witness === undefined) return undefined;
  const did = witness === of[version] ? 'wrote' : 'read';
  const clause = usual
    ? `its process ${did} that version before (event ${invoke[witness] ?? -1})`
    : `the transaction of event ${invoke[witness] ?? -1} ${did} that version and had returned (event ${complete[witness] ?? -1}) before ${b} was invoked (event ${invoke[later] ?? -1})`;
  return { clause, witness: [witness] };
}
