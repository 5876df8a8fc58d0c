/**
 * Models weaker than linearizability, for registers (with or without cas) with distinct values: a checker for each,
 * and where on the map between linearizable and safe a history stands. For the shapes of
 * operations see `register-ops.ts`.
 */

import { UsageError } from '../../base/errors.ts';
import { canonical, type Json } from '../../base/json.ts';
import { didYouMean } from '../../base/text.ts';
import type { History } from '../../history/history.ts';
import type { Checker, CheckLimits } from '../checker.ts';
import { linearizable } from '../linearizability/linearizability.ts';
import { type Anomaly, anomaliesOf, type Verdict } from '../verdict.ts';
import { causal } from './causal.ts';
import { smallestEvidence, withWitnesses } from './evidence.ts';
import { withGuards } from './guards.ts';
import {
  strongestOf,
  type WeakModelName,
  weakerThan,
  weakestOf,
  weakModelNames,
} from './lattice.ts';
import { regular, safe } from './real-time.ts';
import { eventOf, opKey, type RegisterOps, registerOps } from './register-ops.ts';
import type { Budget, WeakResult } from './result.ts';
import { sequential } from './sequential.ts';
import { coherent, sessionGuarantee } from './sessions.ts';
import { causalMemory, pram } from './views.ts';

export { type WeakModelName, weakModelNames } from './lattice.ts';

export interface WeakModelOptions {
  /** What a read sees before any write. Default null. */
  readonly initial?: Json;
}

const promises: Readonly<Record<WeakModelName, string>> = {
  linearizable: 'one order of all operations on a key explains all reads and keeps real time',
  sequential: 'one order of all operations explains all reads and keeps the order of each process',
  'causal-convergence': 'reads show the newest write in their causal past, by one order for all',
  'causal-memory': 'each process has a view that keeps the causal order',
  causal: 'no read returns what its causal past had overwritten',
  pram: 'each process has a view that keeps the order of each process',
  coherent: 'each key by itself is sequentially consistent',
  'monotonic-reads': 'what a process reads of a key does not get older',
  'read-your-writes': 'what a process reads is not older than what it wrote',
  'monotonic-writes': 'nobody sees the writes of a process to a key out of its order',
  'writes-follow-reads': 'nobody sees a write to a key and later what its author had read before',
  regular: 'a read returns an overlapping write or one not overwritten before it began',
  safe: 'a read that overlaps no write returns one that was not overwritten',
};

/**
 * @param name one of `weakModelNames`
 * @throws UsageError if there is no such model
 */
export function weakModel(name: string, options: WeakModelOptions = {}): Checker {
  const model = weakModelNames.find((known) => known === name);
  if (model === undefined)
    throw new UsageError(
      `no weak model "${name}".${didYouMean(name, weakModelNames)} There are: ${weakModelNames.join(', ')}`,
    );
  return {
    name: model,
    summary: promises[model],
    // Most of these models span keys: a process's writes to one are ordered with its reads of another.
    perKey: false,
    check: (history, limits) => verdictOn(model, history, limits, options.initial ?? null),
  };
}

export interface Standing {
  /** Strongest models that the history is consistent with. */
  readonly holds: readonly WeakModelName[];
  /** Weakest models that it violates. */
  readonly violated: readonly WeakModelName[];
  /** Not decided within the limits; nothing is said of them. */
  readonly open: readonly WeakModelName[];
}

/**
 * Where a register history stands. All lists are empty if it is not one of a register with
 * distinct values, or if no read of it succeeded: then there is nothing to judge.
 *
 * What a model implies is not asked again once it holds; the limits are for each model.
 */
export function strongestAndWeakest(
  history: History,
  limits: CheckLimits,
  options: WeakModelOptions = {},
): Standing {
  const initial = options.initial ?? null;
  const ops = registerOps(history, initial);
  if ('why' in ops || ops.readCount === 0) return { holds: [], violated: [], open: [] };
  const updates = ops.updateCount > 0;
  const known = new Map<WeakModelName, WeakResult['kind']>();
  for (const name of weakModelNames) {
    if (known.has(name)) continue;
    const kind = decide(name, ops, limits, initial).kind;
    known.set(name, kind);
    if (kind === 'holds') for (const weaker of weakerThan(name, updates)) known.set(weaker, kind);
  }
  const violated = weakModelNames.filter((name) => known.get(name) === 'violated');
  const refutedToo = (name: WeakModelName): boolean =>
    known.get(name) === 'open' && violated.some((weaker) => weakerThan(name, updates).has(weaker));
  const allViolated = weakModelNames.filter((name) => violated.includes(name) || refutedToo(name));
  return {
    holds: strongestOf(
      weakModelNames.filter((name) => known.get(name) === 'holds'),
      updates,
    ),
    violated: weakestOf(allViolated, updates),
    open: weakModelNames.filter((name) => known.get(name) === 'open' && !refutedToo(name)),
  };
}

function verdictOn(
  model: WeakModelName,
  history: History,
  limits: CheckLimits,
  initial: Json,
): Verdict {
  const ops = registerOps(history, initial);
  const base = {
    checker: model,
    model,
    method: methodOf(model),
    operationCount: history.operationCount,
  };
  if ('why' in ops) {
    const message = `not a history of registers with distinct values: ${ops.why}`;
    return { ...base, valid: 'unknown', reason: { kind: 'undetermined', message } };
  }
  const { count, readCount, writeCount, keyCount } = ops;
  const figures = { ...base, operationCount: count, details: { readCount, writeCount, keyCount } };
  if (readCount + ops.guards.length === 0) {
    const message = 'no read succeeded: there is nothing to explain';
    return { ...figures, valid: 'unknown', reason: { kind: 'too-few-ok', message } };
  }
  if (model === 'sequential' && isLinearizable(ops, limits, initial)) {
    const method = `${figures.method}; it is linearizable, from which it follows`;
    return { ...figures, method, valid: true };
  }
  const result = decide(model, ops, limits, initial);
  switch (result.kind) {
    case 'holds':
      return { ...figures, valid: true };
    case 'open':
      return { ...figures, valid: 'unknown', reason: result.reason };
    default:
      return {
        ...figures,
        valid: false,
        anomalies: [weakAnomaly(model, ops, result, { limits, initial })],
      };
  }
}

/** Models of which a part breaks the whole; linearizability makes its own evidence smaller. */
const notShrunk: ReadonlySet<WeakModelName> = new Set(['linearizable', 'regular', 'safe']);

/** For all that is tried to make the evidence smaller, and for each part that is judged. */
const evidenceMsMax = 3_000;
const partMsMax = 300;

/** A violation as evidence, as small as it can be. */
export function weakAnomaly(
  model: WeakModelName,
  ops: RegisterOps,
  found: Extract<WeakResult, { kind: 'violated' }>,
  { limits, initial }: { readonly limits: CheckLimits; readonly initial: Json },
): Anomaly {
  const {
    type,
    ops: named,
    explanation,
  } = model === 'linearizable' || notShrunk.has(model)
    ? found
    : smallestEvidence(ops, initial, found, partJudge(model, limits));
  const involved = withWitnesses(ops, named);
  const [first = 0] = involved;
  const sameKey = involved.every((op) => ops.key[op] === ops.key[first]);
  const key = ops.keyCount > 1 && sameKey ? opKey(ops, first) : undefined;
  const operations =
    found.events ?? involved.map((op) => eventOf(ops, op)).toSorted((x, y) => x - y);
  return { type, ...(key === undefined ? {} : { key }), model, operations, explanation };
}

/** Says nothing any more when the time for evidence is over. */
function partJudge(
  model: Exclude<WeakModelName, 'linearizable'>,
  limits: CheckLimits,
): (part: RegisterOps) => WeakResult {
  const endMs = limits.nowMs() + Math.min(evidenceMsMax, limits.timeoutMs);
  return (part) =>
    limits.nowMs() > endMs
      ? { kind: 'holds' }
      : decideOps(model, part, { ...limits, timeoutMs: partMsMax });
}

function methodOf(model: WeakModelName): string {
  const how =
    model === 'sequential'
      ? 'closed under what must follow, then a search within the limits'
      : 'decided in polynomial time';
  return `${promises[model]}; registers with distinct values, ${how}; the first violation is shown`;
}

/** Decides one model, within the limits. */
export function decide(
  model: WeakModelName,
  ops: RegisterOps,
  limits: CheckLimits,
  initial: Json,
): WeakResult {
  // The checker of linearizability has guards in its model.
  if (model === 'linearizable') return linearizability(ops, limits, initial);
  const endMs = limits.nowMs() + limits.timeoutMs;
  const result = decideOps(model, ops, limits);
  if (result.kind !== 'holds' || ops.guards.length === 0) return result;
  return withGuards(ops, initial, (guessed) =>
    decideOps(model, guessed, { ...limits, timeoutMs: Math.max(1, endMs - limits.nowMs()) }),
  );
}

function decideOps(
  model: Exclude<WeakModelName, 'linearizable'>,
  ops: RegisterOps,
  limits: CheckLimits,
): WeakResult {
  const endMs = limits.nowMs() + limits.timeoutMs;
  const { timeoutMs, memoryMb } = limits;
  const budget: Budget = { expired: () => limits.nowMs() > endMs, timeoutMs, memoryMb };
  switch (model) {
    case 'sequential':
      return unlessNotCausal(ops, budget, () => sequential(ops, budget));
    case 'causal-convergence':
      return causal(ops, budget, true);
    case 'causal-memory':
      return causalMemory(ops, budget);
    case 'causal':
      return causal(ops, budget);
    case 'pram':
      return pram(ops, budget);
    case 'coherent':
      return coherent(ops);
    case 'regular':
      return regular(ops);
    case 'safe':
      return safe(ops);
    default:
      return sessionGuarantee(ops, model, budget);
  }
}

/** From so many operations on it takes too long to show at length what is simple. */
const longFrom = 1000;

/** What a long history lacks of causal consistency, without which it is not sequential, shows at once. */
function unlessNotCausal(ops: RegisterOps, budget: Budget, decided: () => WeakResult): WeakResult {
  if (ops.count < longFrom) return decided();
  const weaker = causal(ops, budget);
  return weaker.kind === 'violated' ? weaker : decided();
}

/**
 * Mostly quicker to tell than sequential consistency, which follows from it. That the order of
 * events between processes may mean nothing does not matter: an order that keeps it is an order.
 */
function isLinearizable(ops: RegisterOps, limits: CheckLimits, initial: Json): boolean {
  const part = { ...limits, timeoutMs: limits.timeoutMs / 2 };
  return linearizability(ops, part, initial).kind === 'holds';
}

function linearizability(ops: RegisterOps, limits: CheckLimits, initial: Json): WeakResult {
  const name = ops.history.functionId('cas') >= 0 ? 'cas-register' : 'register';
  const model = initial === null ? name : `${name}:${canonical(initial)}`;
  const verdict = linearizable(model).check(ops.history, limits);
  if (verdict.valid === true) return { kind: 'holds' };
  if (verdict.valid === 'unknown') return { kind: 'open', reason: verdict.reason };
  const [anomaly] = anomaliesOf(verdict);
  const events = new Set(anomaly?.operations ?? []);
  const involved = Array.from({ length: ops.count }, (_, op) => op).filter((op) =>
    events.has(eventOf(ops, op)),
  );
  return {
    kind: 'violated',
    type: anomaly?.type ?? 'nonlinearizable',
    ops: involved,
    events: anomaly?.operations ?? [],
    explanation: anomaly?.explanation ?? '',
  };
}
