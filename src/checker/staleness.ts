/**
 * How stale the reads of registers with distinct values were: in time (Δ-atomicity, Golab, Li and
 * Shah, 2011) and in versions (k-atomicity, Aiyer, Alvisi and Bazzi, 2005: each read returns one
 * of the k newest values of one order of the writes). Only what changes nothing may look back:
 * reads, and compare-and-sets that said no. One that succeeded acts on the newest value.
 *
 * Δ is exact, to the nanosecond. The least k is NP-hard to find in general, so bounds are given:
 * at least one more than the writes that certainly lie between a value and a read of it, and at
 * most what the best of two orders of the writes shows. They mostly agree.
 */
import { canonical, type Json, type JsonObject } from '../base/json.ts';
import { durationText } from '../base/text.ts';
import { nsPerMs, nsToMs } from '../base/units.ts';
import type { History } from '../history/history.ts';
import type { Checker, CheckLimits } from './checker.ts';
import { linearizable } from './linearizability/linearizability.ts';
import { stalenessOf } from './linearizability/poly/staleness.ts';
import { lookingBack } from './looking-back.ts';
import { type Anomaly, anomaliesOf, type UnknownReason, type Verdict } from './verdict.ts';
import {
  initialWrite,
  isWrite,
  opKey,
  opText,
  type RegisterOps,
  registerOps,
  thinAir,
} from './weak/register-ops.ts';

export interface StalenessOptions {
  /** Reads may look back so far. Default: any; then only the figures are given. */
  readonly maxMs?: number;
  /** Reads may return one of so many newest values. */
  readonly maxVersions?: number;
  readonly initial?: Json;
}

export interface Staleness {
  /** Exact; Infinity if no looking back explains the history; undefined if it has no times. */
  readonly staleMs: number | undefined;
  /** True if `staleMs` is only the least that it can be, for cas that were refused. */
  readonly isLeast: boolean;
  readonly versionsAtLeast: number;
  /** Infinity if a read returned what was not there yet. */
  readonly versionsAtMost: number;
  /** The read that shows `versionsAtLeast`, what it read (negative: the initial value), and the oldest write between. */
  readonly worst: readonly number[];
}

export function staleness(options: StalenessOptions = {}): Checker {
  const { maxMs = Infinity, maxVersions = Infinity, initial = null } = options;
  return {
    name: 'staleness',
    summary: `how far back reads look${maxMs < Infinity ? `: at most ${durationText(maxMs)}` : ''}${maxVersions < Infinity ? `: at most ${maxVersions} versions` : ''}`,
    perKey: false,
    check(history, limits): Verdict {
      const base = {
        checker: 'staleness',
        method:
          'registers with distinct values: the least Δ by which reads must look back for the history to be linearizable, and bounds of the least k of k-atomicity',
        operationCount: history.operationCount,
      };
      const ops = registerOps(history, initial);
      if ('why' in ops) {
        const message = `not a history of registers with distinct values: ${ops.why}`;
        return { ...base, valid: 'unknown', reason: { kind: 'undetermined', message } };
      }
      if (ops.readCount - ops.updateCount + ops.guards.length === 0) {
        const message = 'no read succeeded: there is nothing to be stale';
        return { ...base, valid: 'unknown', reason: { kind: 'too-few-ok', message } };
      }
      const found = measuredStaleness(ops, limits, initial);
      const asked = { maxMs, maxVersions, initial, limits };
      return verdictOf(ops, found, asked, { ...base, details: stalenessDetails(found) });
    },
  };
}

export function measuredStaleness(
  ops: RegisterOps,
  limits: CheckLimits,
  initial: Json = null,
): Staleness {
  const { atLeast, worst } = versionsAtLeast(ops);
  const staleMs = longestStaleMs(ops.history, initial);
  return {
    staleMs,
    isLeast: staleMs !== undefined && !isEnough(ops, staleMs, limits, initial),
    versionsAtLeast: atLeast,
    // Neither do more values explain what no looking back does, nor fewer than one.
    versionsAtMost: staleMs === Infinity ? Infinity : Math.max(atLeast, versionsAtMost(ops)),
    worst,
  };
}

/** The figures, as far as there are any. */
export function stalenessDetails(found: Staleness): JsonObject {
  const { staleMs, isLeast, versionsAtLeast: low, versionsAtMost: high } = found;
  const isKnown = staleMs !== undefined && staleMs !== Infinity;
  return {
    ...(isLeast ? { staleMsAtLeast: isKnown ? staleMs : null } : {}),
    staleMs: isKnown && !isLeast ? staleMs : null,
    versionsAtLeast: low,
    versionsAtMost: high === Infinity ? null : high,
  };
}

type Base = Pick<Verdict, 'checker' | 'method' | 'operationCount' | 'details'>;

interface Asked {
  readonly maxMs: number;
  readonly maxVersions: number;
  readonly initial: Json;
  readonly limits: CheckLimits;
}

function verdictOf(
  ops: RegisterOps,
  found: Staleness,
  { maxMs, maxVersions, initial, limits }: Asked,
  base: Base & { readonly details: JsonObject },
): Verdict {
  const { staleMs } = found;
  const isEndless = staleMs === Infinity;
  if (found.versionsAtLeast > maxVersions && !isEndless)
    return { ...base, valid: false, anomalies: [tooManyVersions(ops, found, maxVersions)] };
  const isAsked = maxMs < Infinity || (isEndless && maxVersions < Infinity);
  if (isAsked && staleMs !== undefined && staleMs > maxMs) {
    const backMs = isEndless ? endOf(ops.history) : maxMs;
    const model = maxMs < Infinity ? `Δ-atomic:${maxMs}` : `k-atomic:${maxVersions}`;
    const shown = stillBroken(ops, backMs, limits, initial);
    if (shown === undefined) return { ...base, valid: 'unknown', reason: undetermined(notShown) };
    const claim = isEndless
      ? 'However far reads look back, no order of these operations explains them:'
      : `Only if reads look back ${durationText(staleMs)} is there an order of the operations that explains them; ${durationText(maxMs)} ${maxMs === 0 ? 'is' : 'are'} not enough for these:`;
    return { ...base, valid: false, anomalies: [tooFarBack(ops, shown, { model, claim })] };
  }
  const open =
    (staleMs === undefined && maxMs < Infinity) ||
    (found.isLeast && maxMs < Infinity) ||
    (found.versionsAtMost > maxVersions && maxVersions < Infinity);
  if (!open) return { ...base, valid: true };
  return { ...base, valid: 'unknown', reason: undetermined(openText(found, maxMs)) };
}

function openText({ staleMs, isLeast, ...found }: Staleness, maxMs: number): string {
  if (maxMs < Infinity && staleMs === undefined)
    return 'the history has no times: how far back its reads look can not be told';
  if (maxMs < Infinity && isLeast)
    return `reads look back ${durationText(staleMs ?? 0)} at least; how far the cas that were refused do is not told`;
  return `the least number of versions lies between ${found.versionsAtLeast} and ${found.versionsAtMost}`;
}

const notShown =
  'reads look back too far, but no operations that show it were found within the limits';

function undetermined(message: string): UnknownReason {
  return { kind: 'undetermined', message };
}

function tooManyVersions(ops: RegisterOps, found: Staleness, maxVersions: number): Anomaly {
  const operations = found.worst
    .filter((op) => op >= 0)
    .map((op) => ops.invoked[op] ?? 0)
    .toSorted((a, b) => a - b);
  const key = ops.keyCount > 1 ? opKey(ops, found.worst[0] ?? 0) : undefined;
  return {
    type: 'stale-read',
    ...(key === undefined ? {} : { key }),
    model: `k-atomic:${maxVersions}`,
    operations,
    explanation: `${betweenText(ops, found)} At most ${maxVersions - 1} may.`,
  };
}

/** The operations that have no order, with their events in the history itself. */
function tooFarBack(
  { history }: RegisterOps,
  shown: readonly number[],
  { model, claim }: { readonly model: string; readonly claim: string },
): Anomaly {
  const lines: string[] = [];
  let key: Json | undefined;
  const rows = history.operations.invoke;
  for (const invoke of shown) {
    const operation = history.operation(rows.indexOf(invoke));
    const { process, f, input, invokeNs } = operation;
    key = operation.key;
    const isKnown = operation.outcome === 'ok';
    const isRefused = isKnown && operation.output === false;
    const value = canonical(f === 'read' && isKnown ? operation.output : input);
    const end = isKnown
      ? `event ${operation.returnIndex} (${nsToMs(operation.returnNs)} ms)`
      : 'an unknown end';
    lines.push(
      `  process ${process}: ${f} ${value}${isRefused ? ', refused' : ''}, from event ${invoke} (${nsToMs(invokeNs)} ms) to ${end}`,
    );
  }
  return {
    type: 'stale-read',
    ...(key === undefined ? {} : { key }),
    model,
    operations: shown,
    explanation: [claim, ...lines].join('\n'),
  };
}

/** Milliseconds after which nothing happens any more. */
function endOf({ events: { timeNs } }: History): number {
  return nsToMs(timeNs.at(-1) ?? 0) + 1;
}

/** Invocations of operations that no order explains, although reads look back so far. */
function stillBroken(
  ops: RegisterOps,
  backMs: number,
  limits: CheckLimits,
  initial: Json,
): readonly number[] | undefined {
  const { history, eventOf } = lookingBack(ops.history, backMs * nsPerMs);
  const [anomaly] = anomaliesOf(linearizable(modelOf(ops, initial)).check(history, limits));
  return anomaly?.operations.map((event) => eventOf[event] ?? 0).toSorted((a, b) => a - b);
}

/** Whether looking back so far is enough for cas that were refused too. */
function isEnough(ops: RegisterOps, backMs: number, limits: CheckLimits, initial: Json): boolean {
  if (ops.guards.length === 0 || backMs === Infinity) return true;
  const { history } = lookingBack(ops.history, backMs * nsPerMs);
  return linearizable(modelOf(ops, initial)).check(history, limits).valid === true;
}

function modelOf({ history }: RegisterOps, initial: Json): string {
  const name = history.functionId('cas') >= 0 ? 'cas-register' : 'register';
  return initial === null ? name : `${name}:${canonical(initial)}`;
}

function betweenText(ops: RegisterOps, { versionsAtLeast: atLeast, worst }: Staleness): string {
  const [read = 0, source = -1, write] = worst;
  if (write === undefined) return `${opText(ops, read)} is as new as can be.`;
  const old = source < 0 ? 'the initial value' : `the value of ${opText(ops, source)}`;
  const count = atLeast - 1;
  return `${opText(ops, read)} returned ${old}, though ${count} ${count === 1 ? 'write' : 'writes'} lie between them for certain, first ${opText(ops, write)}.`;
}

/** Each key by itself: the worst of them. */
function longestStaleMs(history: History, initial: Json): number | undefined {
  if (!history.isTimed) return undefined;
  let longest = 0;
  for (const rows of history.rowsByKey().values()) {
    const found = stalenessOf(history, rows, initial);
    if (found.kind !== 'staleness') return undefined;
    longest = Math.max(longest, found.staleMs);
  }
  return longest;
}

/**
 * For each read of v, the writes that began after v was written and ended before the read began.
 * Sweep over time with a tree of counts by end of the write that each began after.
 */
function versionsAtLeast(ops: RegisterOps): { atLeast: number; worst: readonly number[] } {
  let [atLeast, worst] = [1, [0] as readonly number[]];
  for (const group of byKey(ops)) {
    const writes = group.filter((op) => ops.writes[op] === 1);
    // By place in order of invocation; a write counts from the moment of its return.
    const place = new Map(writes.map((op, i) => [op, i]));
    const counts = new Float64Array(writes.length + 1);
    const add = (at: number): void => {
      for (let i = at + 1; i < counts.length; i += i & -i) counts[i] = (counts[i] ?? 0) + 1;
    };
    const below = (end: number): number => {
      let sum = 0;
      for (let i = end; i > 0; i -= i & -i) sum += counts[i] ?? 0;
      return sum;
    };
    const returns = writes
      .filter((op) => (ops.returned[op] ?? 0) < Infinity)
      .toSorted((a, b) => (ops.returned[a] ?? 0) - (ops.returned[b] ?? 0));
    let next = 0;
    for (const read of group) {
      const source = ops.from[read] ?? isWrite;
      if (ops.writes[read] === 1 || source === thinAir) continue;
      const begun = ops.invoked[read] ?? 0;
      for (; next < returns.length && (ops.returned[returns[next] ?? 0] ?? 0) < begun; next += 1)
        add(place.get(returns[next] ?? 0) ?? 0);
      const written = source === initialWrite ? -1 : (ops.returned[source] ?? 0);
      const first = firstInvokedAfter(ops, writes, written);
      const between = next - below(first);
      if (between + 1 <= atLeast) continue;
      atLeast = between + 1;
      const oldest = writes.find((op, i) => i >= first && (ops.returned[op] ?? 0) < begun);
      worst = oldest === undefined ? [read] : [read, source, oldest];
    }
  }
  return { atLeast, worst };
}

/** Orders of the writes that keep real time, each with reads as early as they can be. */
function versionsAtMost(ops: RegisterOps): number {
  const firstSeen = Float64Array.from(ops.returned);
  for (let op = 0; op < ops.count; op += 1) {
    const source = ops.from[op] ?? isWrite;
    if (source === thinAir) return Infinity;
    if (source < 0) continue;
    if ((ops.invoked[source] ?? 0) > (ops.returned[op] ?? 0)) return Infinity;
    firstSeen[source] = Math.min(firstSeen[source] ?? 0, ops.returned[op] ?? 0);
  }
  return Math.min(versionsInOrderOf(ops, ops.invoked), versionsInOrderOf(ops, firstSeen));
}

function versionsInOrderOf(ops: RegisterOps, moment: Float64Array): number {
  let most = 1;
  for (const group of byKey(ops)) {
    const writes = group
      .filter((op) => ops.writes[op] === 1)
      .toSorted((a, b) => (moment[a] ?? 0) - (moment[b] ?? 0));
    const place = new Map(writes.map((op, i) => [op, i + 1]));
    // A cas comes right after the value that it found; otherwise this is no order.
    for (const [i, op] of writes.entries())
      if (ops.from[op] !== isWrite && (ops.from[op] ?? 0) !== (writes[i - 1] ?? initialWrite))
        return Infinity;
    const returns = group
      .filter((op) => (ops.returned[op] ?? 0) < Infinity)
      .toSorted((a, b) => (ops.returned[a] ?? 0) - (ops.returned[b] ?? 0));
    // How many writes came before each read, and before what has returned by now.
    const reached = new Map<number, number>();
    let [next, before] = [0, 0];
    for (const op of group) {
      for (; (ops.returned[returns[next] ?? -1] ?? Infinity) < (ops.invoked[op] ?? 0); next += 1) {
        const done = returns[next] ?? 0;
        before = Math.max(before, place.get(done) ?? reached.get(done) ?? 0);
      }
      const source = ops.from[op] ?? isWrite;
      if (ops.writes[op] === 1) continue;
      const own = source === initialWrite ? 0 : (place.get(source) ?? 0);
      const at = Math.max(before, own);
      reached.set(op, at);
      most = Math.max(most, at - own + 1);
    }
  }
  return most;
}

/** Index of the first write, in order of invocation, that began after `event`. */
function firstInvokedAfter(ops: RegisterOps, writes: readonly number[], event: number): number {
  let [from, to] = [0, writes.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ops.invoked[writes[middle] ?? 0] ?? 0) <= event) from = middle + 1;
    else to = middle;
  }
  return from;
}

function byKey(ops: RegisterOps): readonly (readonly number[])[] {
  const groups: number[][] = Array.from({ length: ops.keyCount }, () => []);
  for (let op = 0; op < ops.count; op += 1) groups[ops.key[op] ?? 0]?.push(op);
  return groups;
}
