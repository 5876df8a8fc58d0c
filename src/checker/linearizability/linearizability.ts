/**
 * Linearizability: is there, for each object, an order of its operations that its model allows
 * and in which an operation that returned before another was invoked comes before it?
 * (Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", 1990.)
 *
 * Each part (key, and the model's own partition) is judged alone. First what needs no search:
 * deciders for histories of special forms, and violations that show by themselves. Then all
 * parts that are left are searched in turns that grow, so that one hard part neither hides a
 * violation in an easy one nor keeps the others from being proved.
 */
import { present } from '../../base/assert.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import { listed, plural } from '../../base/text.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { modelNamed } from '../../model/library.ts';
import type { Model } from '../../model/model.ts';
import type { Checker, CheckLimits } from '../checker.ts';
import type { Anomaly, NonEmpty, UnknownReason, Verdict } from '../verdict.ts';
import { callsOfFinding, evidentIn, type Finding, staleIn, valueUses } from './classify.ts';
import { decidedAnomaly, type Refused } from './decided.ts';
import type { AnyModel, Decider, Decision, Engine, EngineRun, Outcome } from './engine.ts';
import { solve } from './engine.ts';
import { explained } from './explain.ts';
import { type Call, callsOf, failedCallsOf, type Part, partsOf } from './part.ts';
import { polynomialDecider } from './poly/decider.ts';
import { quickDecider } from './poly/quick-decider.ts';
import { prefixJson } from './prefix.ts';
import { race } from './race.ts';
import { confirm, type Effort, shrink, type Witness, witnessOf } from './witness.ts';

export interface LinearizableOptions {
  /** Violations that are explained; the rest is counted. Default 10. */
  readonly anomaliesMax?: number;
  /**
   * Asked in order before the search. Unless given: the polynomial algorithm for a model that is
   * given by name and has one.
   */
  readonly deciders?: readonly Decider[];
  /** The search for what no decider takes. */
  readonly engine?: Engine;
}

/** Steps that each part gets in the first turn, and how much more in each that follows. */
const firstTurnSteps = 4_000;
const turnGrowth = 4;
/** Once a violation is known, parts that need more steps than this are left undecided. */
const stepsAfterViolation = 256_000;
const bytesPerMb = 2 ** 20;
const shrinkMsMax = 5_000;
const shrinkStepsMax = 50_000;

/**
 * @param model a model, or what names one: `register`, `cas-register:0`
 * @throws UsageError if there is no model of that name
 */
export function linearizable<State>(
  model: string | Model<State>,
  options: LinearizableOptions = {},
): Checker {
  const object = typeof model === 'string' ? modelNamed(model) : (model as AnyModel);
  const settings: Settings = {
    model: object,
    modelName: typeof model === 'string' ? model : object.name,
    anomaliesMax: options.anomaliesMax ?? 10,
    deciders: options.deciders ?? decidersOf(model),
    engine: options.engine ?? race,
  };
  return {
    name: 'linearizability',
    summary: `that the operations on each ${object.name} have an order in real time`,
    perKey: true,
    check: (history, limits) => check(history, limits, settings),
  };
}

function decidersOf<State>(model: string | Model<State>): readonly Decider[] {
  // A model that is only handed over may mean anything by its name.
  const decider = typeof model === 'string' ? polynomialDecider(model) : undefined;
  if (decider === undefined || typeof model !== 'string') return [];
  const quick = quickDecider(model, decider);
  return quick === undefined ? [decider] : [quick, decider];
}

interface Settings {
  readonly model: AnyModel;
  readonly modelName: string;
  readonly anomaliesMax: number;
  readonly deciders: readonly Decider[];
  readonly engine: Engine;
}

/** A part that has no linearization, and all that is known of why. */
interface Broken {
  readonly part: Part;
  readonly refused?: Refused;
  readonly finding?: Finding;
  readonly outcome?: Outcome & { linearizable: false };
}

/** A part that is being searched. */
interface Open {
  readonly part: Part;
  readonly run: EngineRun;
}

interface Progress {
  readonly parts: readonly Part[];
  readonly broken: Broken[];
  readonly open: Open[];
  /** How many parts each method decided. */
  readonly methods: Map<string, number>;
}

/** Why the parts that are still open are. */
type GaveUp = 'timeout' | 'memory' | 'violation-known';

interface Judged extends Progress {
  readonly gaveUp: GaveUp | undefined;
}

function check(history: History, limits: CheckLimits, settings: Settings): Verdict {
  const deadlineMs = limits.nowMs() + limits.timeoutMs;
  const outOfTime = (): boolean => limits.nowMs() >= deadlineMs;
  const progress = begin(history, settings, outOfTime);
  const gaveUp = searchInTurns(progress, limits, outOfTime);
  const explainUntilMs = Math.min(deadlineMs, limits.nowMs() + shrinkMsMax);
  const effort: Effort = {
    engine: settings.engine,
    stepsMax: shrinkStepsMax,
    outOfTime: () => limits.nowMs() >= explainUntilMs,
  };
  const anomalies = progress.broken
    .slice(0, settings.anomaliesMax)
    .map((broken) => anomalyOf(broken, settings, effort, limits));
  return verdictOf(history, { ...progress, gaveUp }, anomalies, settings, limits);
}

/** What deciders and plain sight tell; a first turn of the search for the rest. */
function begin(
  history: History,
  { model, deciders, engine }: Settings,
  outOfTime: () => boolean,
): Progress {
  const parts = partsOf(history, model);
  const methods = new Map<string, number>();
  const progress: Progress = { parts, broken: [], open: [], methods };
  for (const part of parts) {
    const decided = decide(part, model, deciders);
    if (decided !== undefined) {
      const { decision, decider } = decided;
      count(methods, decision.method);
      if (!decision.linearizable)
        progress.broken.push({ part, refused: { part, decision, decider } });
      continue;
    }
    const calls = callsOf(part, model);
    const uses = valueUses(calls, model);
    const finding =
      uses === undefined ? undefined : evidentIn(uses, () => failedCallsOf(part, model), model);
    if (finding !== undefined) {
      count(methods, 'values');
      progress.broken.push({ part, finding });
      continue;
    }
    const run = engine({ model, calls, start: model.init });
    advance(progress, { part, run }, firstTurnSteps, outOfTime);
  }
  return progress;
}

function decide(
  part: Part,
  model: AnyModel,
  deciders: readonly Decider[],
): { readonly decision: Decision; readonly decider: Decider } | undefined {
  for (const decider of deciders) {
    const decision = decider(part, model);
    if (decision !== undefined) return { decision, decider };
  }
  return undefined;
}

/** Gives every open part turns that grow, until all are decided or something says enough. */
function searchInTurns(
  progress: Progress,
  limits: CheckLimits,
  outOfTime: () => boolean,
): GaveUp | undefined {
  let steps = firstTurnSteps;
  while (progress.open.length > 0) {
    if (outOfTime()) return 'timeout';
    if (spentBytes(progress) > limits.memoryMb * bytesPerMb) return 'memory';
    if (progress.broken.length > 0 && steps >= stepsAfterViolation) return 'violation-known';
    steps *= turnGrowth;
    // Out of time, a turn ends at once: what is left stays open.
    for (const open of progress.open.splice(0)) advance(progress, open, steps, outOfTime);
  }
  return undefined;
}

/** A turn for one part. What is not decided goes back among the open ones. */
function advance(progress: Progress, open: Open, steps: number, outOfTime: () => boolean): void {
  const outcome = open.run.advance(steps, outOfTime);
  if (outcome === undefined) {
    progress.open.push(open);
    return;
  }
  count(progress.methods, 'search');
  if (!outcome.linearizable) progress.broken.push({ part: open.part, outcome });
}

function spentBytes({ open }: Progress): number {
  return open.reduce((sum, { run }) => sum + run.memoryBytes, 0);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function anomalyOf(
  { part, refused, finding, outcome }: Broken,
  { model, engine }: Settings,
  effort: Effort,
  limits: CheckLimits,
): Anomaly {
  const { nowMs } = limits;
  if (refused !== undefined) return decidedAnomaly(refused, { model, effort, nowMs });
  const calls = callsOf(part, model);
  const common = { part, model, isStandalone: true };
  if (finding !== undefined) {
    const witness = witnessOf(model, callsOfFinding(finding));
    const isConfirmed = confirm(model, witness, nowMs);
    const problem = { model, calls, start: model.init };
    const whole = solve(engine, problem, shrinkStepsMax, effort.outOfTime);
    const longestPrefix =
      whole?.linearizable === false
        ? prefixJson(part, model, { calls, outcome: whole })
        : undefined;
    const failed = finding.type === 'aborted-read' ? [finding.failed] : [];
    return explained({ ...common, witness, isConfirmed, failed, finding, longestPrefix });
  }
  const found = present(outcome, 'why a part is broken');
  const witness = shrink(model, calls, found, effort);
  const named = stale(calls, witness, model);
  const shown = named?.witness ?? witness;
  return explained({
    ...common,
    witness: shown,
    isConfirmed: confirm(model, shown, nowMs),
    failed: [],
    finding: named?.finding,
    longestPrefix: prefixJson(part, model, { calls, outcome: found }),
  });
}

/** The name of what the search found, and the few calls that prove it, if it has one. */
function stale(
  calls: readonly Call[],
  witness: Witness,
  model: AnyModel,
): { readonly finding: Finding; readonly witness: Witness } | undefined {
  const uses = valueUses(calls, model);
  if (uses === undefined) return undefined;
  const rows = new Set(witness.calls.map(({ row }) => row));
  const suspects = calls.filter(({ row }) => rows.has(row));
  const finding = staleIn(suspects, uses, model);
  return finding === undefined
    ? undefined
    : { finding, witness: witnessOf(model, callsOfFinding(finding)) };
}

function verdictOf(
  history: History,
  progress: Judged,
  anomalies: readonly Anomaly[],
  settings: Settings,
  limits: CheckLimits,
): Verdict {
  const counts = outcomeCounts(history);
  const base = {
    checker: 'linearizability',
    model: settings.modelName,
    operationCount: history.operationCount,
    method: methodText(progress, counts, settings),
    details: details(progress, counts, anomalies),
  };
  const [first, ...rest] = anomalies;
  if (first !== undefined) {
    const sorted: NonEmpty<Anomaly> = [first, ...rest];
    const models = { holds: [], violated: ['linearizable'] };
    return { ...base, valid: false, anomalies: sorted, models };
  }
  const reason = unknownReason(progress, counts, limits);
  if (reason !== undefined) return { ...base, valid: 'unknown', reason };
  return { ...base, valid: true, models: { holds: ['linearizable'], violated: [] } };
}

interface OutcomeCounts {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

function outcomeCounts(history: History): OutcomeCounts {
  const { outcome, count: operationCount } = history.operations;
  let [ok, fail] = [0, 0];
  for (let row = 0; row < operationCount; row += 1) {
    if (outcome[row] === typeCode.ok) ok += 1;
    if (outcome[row] === typeCode.fail) fail += 1;
  }
  return { ok, fail, info: operationCount - ok - fail };
}

function unknownReason(
  { open, parts, gaveUp }: Judged,
  { ok }: OutcomeCounts,
  { timeoutMs, memoryMb }: CheckLimits,
): UnknownReason | undefined {
  if (ok === 0)
    return {
      kind: 'too-few-ok',
      message: 'no operation is known to have happened, so there is nothing to judge',
    };
  if (open.length === 0) return undefined;
  const proved = `${provedText(parts.length, open)}; no violation was found before that`;
  return gaveUp === 'memory'
    ? { kind: 'memory', limitMb: memoryMb, proved }
    : { kind: 'timeout', limitMs: timeoutMs, proved };
}

function provedText(partCount: number, open: readonly Open[]): string {
  const hardest = open.reduce((least, each) =>
    each.run.provedEvents < least.run.provedEvents ? each : least,
  );
  const { part, run } = hardest;
  const name = part.key === undefined ? 'the object' : `key ${JSON.stringify(part.key)}`;
  const prefix = `${name} is proved linearizable up to event ${run.provedEvents - 1} of ${part.history.eventCount}`;
  if (partCount === 1) return prefix;
  const others = `${partCount - open.length} of ${plural(partCount, 'part')} decided`;
  return `${others}; of the others ${prefix}, or further`;
}

function methodText(
  { methods }: Progress,
  { fail, info }: OutcomeCounts,
  { model, modelName }: Settings,
): string {
  const names: Record<string, string> = {
    search: 'by search (depth first and just in time, raced; after Wing, Gong and Lowe)',
    values: 'by values alone',
  };
  const how = [...methods].map(
    ([name, parts]) => `${plural(parts, 'part')} ${names[name] ?? `by ${name}`}`,
  );
  const notes = [
    fail === 0 ? '' : `${plural(fail, 'failed operation')} left out`,
    info === 0 ? '' : `${info} of unknown outcome optional`,
  ].filter((note) => note !== '');
  const object = `${modelName} starting as ${model.describeState(model.init)}`;
  return `an order in real time for ${object}; decided: ${how.length === 0 ? 'nothing' : listed(how)}${notes.length === 0 ? '' : `; ${notes.join(', ')}`}`;
}

function details(
  { parts, broken, open, gaveUp }: Judged,
  { ok, fail, info }: OutcomeCounts,
  anomalies: readonly Anomaly[],
): JsonObject {
  const keyOf = ({ part }: { readonly part: Part }): Json => part.key ?? part.name ?? null;
  return {
    partCount: parts.length,
    okCount: ok,
    failCount: fail,
    infoCount: info,
    brokenCount: broken.length,
    undecidedCount: open.length,
    ...(broken.length > anomalies.length
      ? {
          brokenKeysNotExplained: broken.slice(anomalies.length, anomalies.length + 100).map(keyOf),
        }
      : {}),
    ...(gaveUp === 'violation-known'
      ? { undecidedBecause: 'a violation is known, and these need a long search' }
      : {}),
  };
}
