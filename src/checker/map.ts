/**
 * The map of models: what a history's operations allow to be checked, and where it stands. Nobody
 * has to say what was promised; the strongest model that applies is taken as the promise, so that
 * `valid` says that it holds.
 *
 * Single-key reads and writes get the lattice from linearizable down to safe; transactions their
 * isolation levels; other objects their sequential model and the invariants that fit.
 */

import { UsageError } from '../base/errors.ts';
import { canonical, type Json, type JsonObject } from '../base/json.ts';
import { listed } from '../base/text.ts';
import type { History } from '../history/history.ts';
import type { Checker, CheckLimits } from './checker.ts';
import { invariantNamed } from './invariant/catalog.ts';
import { linearizable } from './linearizability/linearizability.ts';
import { type ObjectKind, objectOf } from './object-kinds.ts';
import { measuredStaleness, stalenessDetails } from './staleness.ts';
import { isolationCatalog } from './txn/catalog.ts';
import { listAppend } from './txn/list-append.ts';
import { isIsolationModel, isRuledOut, modelsImpliedBy } from './txn/models.ts';
import { rwRegister } from './txn/rw-register.ts';
import {
  type Anomaly,
  anomaliesOf,
  type NonEmpty,
  reasonText,
  type UnknownReason,
  type Verdict,
} from './verdict.ts';
import { realTimeModels, strongestOf, weakerThan, weakestOf } from './weak/lattice.ts';
import { registerOps } from './weak/register-ops.ts';
import { decide, type WeakModelName, weakAnomaly, weakModelNames } from './weak/weak.ts';

/** Where a history stands with one model. */
interface ModelStanding {
  readonly model: string;
  /**
   * `undecidable`: this history cannot tell. `open`: not decided within the limits.
   * `not-checked`: it needs to be told more, or nobody can check it.
   */
  readonly state: 'held' | 'violated' | 'undecidable' | 'open' | 'not-checked';
  /** The type of the anomaly that violates it. */
  readonly by?: string;
  /** The model from which it follows. */
  readonly follows?: string;
  /** Why it is not known, or what it was taken to be. */
  readonly why?: string;
}

interface Surveyed {
  readonly standings: readonly ModelStanding[];
  readonly anomalies: readonly Anomaly[];
  readonly holds: readonly string[];
  readonly violated: readonly string[];
  readonly details?: JsonObject;
}

export interface MapOptions {
  /** False if the order of events between processes is made up. */
  readonly realTime: boolean;
}

const sessionsOnly = 'the file orders events only within sessions';

/** Its verdict has the standings as `details.map`, and `models`. */
export function modelMap({ realTime }: MapOptions): Checker {
  return {
    name: 'models',
    summary: 'where on the map of models the history stands',
    perKey: false,
    check(history, limits): Verdict {
      const object = objectOf(history);
      const surveyed = surveyOf(history, object, limits, realTime);
      return verdictOf(history, object, surveyed);
    },
  };
}

function surveyOf(
  history: History,
  object: ObjectKind,
  limits: CheckLimits,
  realTime: boolean,
): Surveyed {
  if (object.kind === 'registers') return surveyRegisters(history, limits, realTime);
  if (object.kind === 'list-append' || object.kind === 'rw-register')
    return surveyTransactions(history, object.kind, limits, realTime);
  return surveyObject(history, object, limits, realTime);
}

function verdictOf(history: History, object: ObjectKind, surveyed: Surveyed): Verdict {
  const { standings, anomalies, holds, violated } = surveyed;
  const base = {
    checker: 'models',
    ...(standings[0] === undefined ? {} : { model: standings[0].model }),
    method: `${object.text}: every model that its operations allow to be checked; the promise is taken to be the strongest`,
    operationCount: history.operationCount,
    models: { holds, violated },
    details: {
      ...surveyed.details,
      object: object.kind,
      map: standings.map((standing): Json => ({ ...standing })),
    },
  };
  if (anomalies.length > 0)
    return { ...base, valid: false, anomalies: anomalies as unknown as NonEmpty<Anomaly> };
  const open = standings.find(({ state }) => state === 'open');
  const undecided = standings.filter(({ state }) => state === 'undecidable');
  if (open === undefined && holds.length > 0 && !isStrongestOpen(standings))
    return { ...base, valid: true };
  const first = open ?? undecided[0];
  const message =
    first === undefined
      ? `nothing is known that could be checked of operations named ${listed(history.functions)}; say what was promised with --model`
      : `${first.model}: ${first.why ?? 'not decided'}`;
  return { ...base, valid: 'unknown', reason: { kind: 'undetermined', message } };
}

/** The first of the map is the promise. */
function isStrongestOpen([strongest]: readonly ModelStanding[]): boolean {
  return strongest?.state !== 'held';
}

/** The anomaly of the strongest and that of the weakest model that it shows to be violated. */
function telling(found: ReadonlyMap<string, Anomaly>, weakest: readonly string[]): Anomaly[] {
  const [strongest] = found.values();
  const all = [strongest, ...weakest.map((name) => found.get(name))];
  const distinct = new Map<string, Anomaly>();
  for (const anomaly of all)
    if (anomaly !== undefined)
      distinct.set(`${anomaly.type} ${anomaly.operations.join()}`, anomaly);
  return [...distinct.values()];
}

function surveyRegisters(history: History, limits: CheckLimits, realTime: boolean): Surveyed {
  const initial = initialValue(history);
  const ops = registerOps(history, initial);
  const updates = 'why' in ops || ops.updateCount > 0;
  const known = new Map<WeakModelName, ModelStanding>();
  const anomalies = new Map<string, Anomaly>();
  const endMs = limits.nowMs() + limits.timeoutMs;
  const settle = (model: WeakModelName, standing: Omit<ModelStanding, 'model'>): void => {
    if (!known.has(model)) known.set(model, { model, ...standing });
  };
  // Linearizability first, since all follows from it; then from the weakest on.
  const order: readonly WeakModelName[] = ['linearizable', ...weakModelNames.toReversed()];
  for (const model of new Set(order)) {
    if (known.has(model)) continue;
    if (!realTime && realTimeModels.has(model)) {
      settle(model, { state: 'undecidable', why: sessionsOnly });
      continue;
    }
    const leftMs = endMs - limits.nowMs();
    if (leftMs <= 0) {
      settle(model, notReached(limits));
      continue;
    }
    const part = { ...limits, timeoutMs: model === 'linearizable' ? leftMs / 2 : leftMs };
    const decided = decideRegister(history, ops, model, part, initial);
    settle(model, decided.standing);
    if (decided.anomaly !== undefined) anomalies.set(model, decided.anomaly);
    const { state, by } = decided.standing;
    if (state === 'held')
      for (const weaker of weakerThan(model, updates)) settle(weaker, { state, follows: model });
    if (state !== 'violated' || by === undefined) continue;
    for (const stronger of weakModelNames)
      if (weakerThan(stronger, updates).has(model)) settle(stronger, { state, by, follows: model });
  }
  const inState = (state: ModelStanding['state']): WeakModelName[] =>
    weakModelNames.filter((name) => known.get(name)?.state === state);
  const weakest = weakestOf(inState('violated'), updates);
  return {
    standings: weakModelNames.flatMap((name) => known.get(name) ?? []),
    anomalies: telling(anomalies, weakest),
    holds: strongestOf(inState('held'), updates),
    violated: weakest,
    details: {
      ...(initial === null ? {} : { initial }),
      ...('why' in ops || !realTime || ops.readCount === ops.updateCount
        ? {}
        : knownFigures(stalenessDetails(measuredStaleness(ops, limits, initial)))),
    },
  };
}

interface Decided {
  readonly standing: Omit<ModelStanding, 'model'>;
  readonly anomaly?: Anomaly;
}

// eslint-disable-next-line max-params -- a model, a history in two shapes, and the limits
function decideRegister(
  history: History,
  ops: ReturnType<typeof registerOps>,
  model: WeakModelName,
  limits: CheckLimits,
  initial: Json,
): Decided {
  if (model === 'linearizable') {
    const name = history.functionId('cas') >= 0 ? 'cas-register' : 'register';
    const specification = initial === null ? name : `${name}:${canonical(initial)}`;
    return fromVerdict(linearizable(specification).check(history, limits));
  }
  if ('why' in ops) return { standing: { state: 'undecidable', why: ops.why } };
  if (ops.readCount === 0) return { standing: { state: 'undecidable', why: 'no read succeeded' } };
  const result = decide(model, ops, limits, initial);
  if (result.kind === 'holds') return { standing: { state: 'held' } };
  if (result.kind === 'open') return { standing: unknownStanding(result.reason) };
  const anomaly = weakAnomaly(model, ops, result, { limits, initial });
  return { standing: { state: 'violated', by: anomaly.type }, anomaly };
}

/** An object's model may not know an operation of the history: then it does not apply. */
function tryOut(make: () => Checker, history: History, limits: CheckLimits): Decided {
  try {
    return fromVerdict(make().check(history, limits));
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    return { standing: { state: 'undecidable', why: thrown.message } };
  }
}

function fromVerdict(verdict: Verdict): Decided {
  if (verdict.valid === true) return { standing: { state: 'held' } };
  if (verdict.valid === 'unknown') return { standing: unknownStanding(verdict.reason) };
  const [anomaly] = verdict.anomalies;
  return { standing: { state: 'violated', by: anomaly.type }, anomaly };
}

function unknownStanding(reason: UnknownReason): Omit<ModelStanding, 'model'> {
  const state = ['timeout', 'memory'].includes(reason.kind) ? 'open' : 'undecidable';
  return { state, why: reasonText(reason) };
}

/** The time was up before the model's turn came. */
function notReached({ timeoutMs }: CheckLimits): Omit<ModelStanding, 'model'> {
  return unknownStanding({ kind: 'timeout', limitMs: timeoutMs, proved: 'it was not looked at' });
}

function knownFigures(figures: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== null));
}

/** What is read without ever having been written, if it is one value everywhere. */
function initialValue(history: History): Json {
  const { count, f, key, input, output, complete } = history.operations;
  const [readId, writeId] = [history.functionId('read'), history.functionId('write')];
  const casId = history.functionId('cas');
  const written = new Set<string>();
  const shown = new Map<string, Json>();
  for (let row = 0; row < count; row += 1) {
    const given = history.values.value(input[row] ?? -1) ?? null;
    const at = key[row] ?? -1;
    if (f[row] === writeId) written.add(`${at} ${canonical(given)}`);
    if (f[row] === casId && Array.isArray(given))
      written.add(`${at} ${canonical(given[1] as Json)}`);
    if (f[row] !== readId || (complete[row] ?? -1) < 0) continue;
    const value = history.values.value(output[row] ?? -1) ?? null;
    shown.set(`${at} ${canonical(value)}`, value);
  }
  const unwritten = new Map<string, Json>();
  for (const [name, value] of shown) if (!written.has(name)) unwritten.set(canonical(value), value);
  const [only] = unwritten.values();
  return unwritten.size === 1 && only !== undefined ? only : null;
}

/** Of the time, for the strongest level, from which most of the others follow. */
const topShare = 0.75;

function surveyTransactions(
  history: History,
  kind: 'list-append' | 'rw-register',
  limits: CheckLimits,
  realTime: boolean,
): Surveyed {
  const endMs = limits.nowMs() + limits.timeoutMs;
  const top = realTime ? 'strict-serializable' : 'strong-session-serializable';
  const checker =
    kind === 'list-append' ? listAppend(top, { realTime }) : rwRegister(top, { realTime });
  const verdict = checker.check(history, { ...limits, timeoutMs: limits.timeoutMs * topShare });
  const found = anomaliesOf(verdict);
  const { holds = [], violated = [] } = verdict.models ?? {};
  const held = new Set(holds.flatMap((name) => [...modelsImpliedBy(name)]));
  const unproved =
    verdict.valid === 'unknown'
      ? unknownStanding(verdict.reason)
      : ({ state: 'undecidable', why: 'neither proved nor ruled out' } as const);
  const others: Anomaly[] = [];
  const entries = isolationCatalog.filter((each) => each.refutable && each.kinds.includes(kind));
  const standings = entries.map((entry): ModelStanding => {
    const { name, realTime: needsIt } = entry;
    if (!isIsolationModel(name)) {
      // Levels that the dependency graph does not know have their own procedures.
      const timeoutMs = endMs - limits.nowMs();
      if (timeoutMs <= 0) return { model: name, ...notReached(limits) };
      const judged = fromVerdict(
        entry.checker(kind, { realTime }).check(history, { ...limits, timeoutMs }),
      );
      if (judged.anomaly !== undefined) others.push(judged.anomaly);
      return { model: name, ...judged.standing };
    }
    const by = found.find(({ type }) => isRuledOut(name, [type]))?.type;
    if (by !== undefined) return { model: name, state: 'violated', by };
    if (held.has(name)) {
      const from = holds.includes(name)
        ? undefined
        : holds.find((h) => modelsImpliedBy(h).has(name));
      return { model: name, state: 'held', ...(from === undefined ? {} : { follows: from }) };
    }
    if (needsIt && !realTime) return { model: name, state: 'undecidable', why: sessionsOnly };
    return { model: name, ...unproved };
  });
  const strength = ({ model }: ModelStanding): number =>
    isIsolationModel(model) ? modelsImpliedBy(model).size : 0;
  const anomalies = found.length === 0 ? others.slice(0, 1) : found;
  const strongestFirst = standings.toSorted((a, b) => strength(b) - strength(a));
  return { standings: strongestFirst, anomalies, holds, violated };
}

function surveyObject(
  history: History,
  object: ObjectKind,
  limits: CheckLimits,
  realTime: boolean,
): Surveyed {
  const endMs = limits.nowMs() + limits.timeoutMs;
  const standings: ModelStanding[] = [];
  const anomalies = new Map<string, Anomaly>();
  const checkers: (readonly [name: string, make: () => Checker])[] = [
    ...object.models.map((name) => [name, () => linearizable(name)] as const),
    ...object.invariants.flatMap((name) => {
      const checker = invariantNamed(name);
      return checker === undefined ? [] : [[name, () => checker] as const];
    }),
  ];
  for (const [i, [name, make]] of checkers.entries()) {
    if (!realTime) {
      standings.push({
        model: name,
        state: 'undecidable',
        why: sessionsOnly,
      });
      continue;
    }
    const timeoutMs = (endMs - limits.nowMs()) / (checkers.length - i);
    if (timeoutMs <= 0) {
      standings.push({ model: name, ...notReached(limits) });
      continue;
    }
    const { standing, anomaly } = tryOut(make, history, { ...limits, timeoutMs });
    standings.push({ model: name, ...standing });
    if (anomaly !== undefined) anomalies.set(name, anomaly);
  }
  for (const [name, why] of Object.entries(object.notChecked))
    standings.push({ model: name, state: 'not-checked', why });
  const inState = (state: ModelStanding['state']): readonly string[] =>
    standings.filter((standing) => standing.state === state).map(({ model }) => model);
  const violated = inState('violated');
  return { standings, anomalies: telling(anomalies, violated), holds: inState('held'), violated };
}
