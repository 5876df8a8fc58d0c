/**
 * From a history that has no linearization to the smallest part of it that still has none.
 *
 * Not every part of a bad history is bad evidence: leave out a write and its reads look wrong.
 * Only steps are taken that a linearizable history survives, so that what is left proves
 * something of the whole:
 *
 * - *Truncate.* A prefix of a linearizable history is linearizable. What is still open at its
 *   end may or may not have happened.
 * - *Leave out pure operations*: they changed nothing.
 * - *Leave out whole values* with all operations about them, where the model allows it.
 * - *Cut the beginning off*, and let the object be in any state that it can ever be in.
 *
 * Within these steps the smallest is looked for by bisection (Zeller and Hildebrandt's ddmin),
 * with the search as the judge.
 */
import { assert } from '../../base/assert.ts';
import { illegal } from '../../model/model.ts';
import { checkOperations } from '../../porcupine/porcupine.ts';
import type { AnyModel, Engine, Outcome } from './engine.ts';
import { solve } from './engine.ts';
import { type Call, never, ungrouped, valueGroups } from './part.ts';

export interface Witness {
  /** In order of invocation. Of those that the truncation left open `returned` is `never`. */
  readonly calls: readonly Call[];
  /** The states that the object may be in before the first of them. */
  readonly starts: readonly unknown[];
  /** True if the beginning was cut off, so that `starts` is not just the initial state. */
  readonly isCut: boolean;
  /** False if the effort ended before every smaller part was tried. */
  readonly isMinimal: boolean;
}

export interface Effort {
  readonly engine: Engine;
  /** Steps of each search; one that takes more counts as "may be linearizable". */
  readonly stepsMax: number;
  readonly outOfTime: () => boolean;
}

/** More states than this, and the beginning is not cut off. */
const startStatesMax = 64;
/** A witness of so few calls is short enough to keep its beginning. */
const shortEnough = 3;
const roundsMax = 8;

/**
 * `outcome` is the search's answer for `calls` from the model's initial state. With `mayCut`
 * the beginning may go: that proves something only if `calls` are all that there were.
 */
export function shrink(
  model: AnyModel,
  calls: readonly Call[],
  outcome: Outcome & { linearizable: false },
  effort: Effort,
  mayCut = true,
): Witness {
  const judge = new Judge(model, effort);
  const starts = [model.init];
  let kept = truncate(model, calls, outcome.stuck);
  const isCondemned = (some: readonly Call[]): boolean => judge.condemns(some, starts);
  for (let round = 0; round < roundsMax; round += 1) {
    const before = kept.length;
    kept = onceReduced(model, kept, isCondemned);
    const again = judge.outcomeOf(kept, model.init);
    if (again?.linearizable === false) kept = truncate(model, kept, again.stuck);
    if (kept.length === before) break;
  }
  const cut = mayCut && kept.length > shortEnough ? cutBeginning(model, judge, kept) : undefined;
  if (cut !== undefined) {
    const lasting = withoutPure(
      model,
      cut.calls,
      () => true,
      (some) => judge.condemns(some, cut.starts),
    );
    return { calls: lasting, starts: cut.starts, isCut: true, isMinimal: !judge.gaveUp };
  }
  return { calls: kept, starts, isCut: false, isMinimal: !judge.gaveUp };
}

/** The calls without as many pure ones and values as can go while they are still refused. */
export function reduced(
  model: AnyModel,
  calls: readonly Call[],
  isRefused: (calls: readonly Call[]) => boolean,
  outOfTime: () => boolean,
): readonly Call[] {
  return onceReduced(model, calls, (some) => !outOfTime() && isRefused(some));
}

function onceReduced(
  model: AnyModel,
  calls: readonly Call[],
  isCondemned: (calls: readonly Call[]) => boolean,
): readonly Call[] {
  const first = withoutPure(model, calls, isAboutEverything, isCondemned);
  const second = withoutValues(model, first, isCondemned);
  return withoutPure(model, second, () => true, isCondemned);
}

/** A witness of these calls as they are. */
export function witnessOf(model: AnyModel, calls: readonly Call[]): Witness {
  return { calls, starts: [model.init], isCut: false, isMinimal: true };
}

const confirmMsMax = 200;

/**
 * Asks the other search (`dsx/porcupine`) as well, before anybody is accused. False if that
 * takes too long; the first search has then to be believed.
 * @throws InvariantError if the two disagree
 */
export function confirm(model: AnyModel, witness: Witness, nowMs: () => number): boolean {
  const operations = witness.calls.map(({ op, invoke, returned }) =>
    returned === never
      ? { input: op, callNs: invoke }
      : { input: op, callNs: invoke, output: null, returnNs: returned },
  );
  const deadlineMs = nowMs() + confirmMsMax;
  return witness.starts.every((start) => {
    const result = checkOperations<unknown, Call['op'], null>(
      {
        init: () => start,
        step(state, op, output) {
          const next = model.step(state, op);
          if (next === illegal) return [false, state];
          // One that need not happen and would change nothing need not be tried.
          const isIdle =
            output === undefined && model.fingerprint(next) === model.fingerprint(state);
          return [!isIdle, next];
        },
        equal: (a, b) => model.fingerprint(a) === model.fingerprint(b),
        hash: (state) => textHash(String(model.fingerprint(state))),
      },
      operations,
      { budget: { timeoutMs: deadlineMs - nowMs(), nowMs } },
    );
    assert(
      result !== 'Ok',
      `two searches disagree on a history of ${witness.calls.length} operations on a ${model.name}: ${witness.calls.map(({ op }) => model.describeOp(op)).join('; ')}`,
    );
    return result === 'Illegal';
  });
}

/** Judges parts, and remembers whether it ever had to give up. */
class Judge {
  readonly #model: AnyModel;
  readonly #effort: Effort;
  gaveUp = false;

  constructor(model: AnyModel, effort: Effort) {
    this.#model = model;
    this.#effort = effort;
  }

  outcomeOf(calls: readonly Call[], start: unknown): Outcome | undefined {
    const { engine, stepsMax } = this.#effort;
    const outcome = solve(engine, { model: this.#model, calls, start }, stepsMax);
    if (outcome === undefined) this.gaveUp = true;
    return outcome;
  }

  /** True only if none of the starts allows an order. */
  condemns(calls: readonly Call[], starts: readonly unknown[]): boolean {
    if (this.#effort.outOfTime()) {
      this.gaveUp = true;
      return false;
    }
    return starts.every((start) => this.outcomeOf(calls, start)?.linearizable === false);
  }
}

/** All that was invoked before the return that cannot be passed. */
function truncate(model: AnyModel, calls: readonly Call[], stuck: number): readonly Call[] {
  return truncateAt(model, calls, calls[stuck]?.returned ?? never);
}

/**
 * The prefix up to that event. What is open there keeps the answer that it was to give, but
 * need not have happened: it may have depended on something later.
 */
export function truncateAt(model: AnyModel, calls: readonly Call[], end: number): readonly Call[] {
  return calls
    .filter(({ invoke }) => invoke < end)
    .filter(({ returned, op }) => returned <= end || !model.isPure(op))
    .map((call) => (call.returned <= end ? call : { ...call, returned: never }));
}

function isAboutEverything(model: AnyModel, call: Call): boolean {
  return (model.valuesOf?.(call.op)?.about ?? 'everything') === 'everything';
}

function withoutPure(
  model: AnyModel,
  calls: readonly Call[],
  which: (model: AnyModel, call: Call) => boolean,
  isCondemned: (calls: readonly Call[]) => boolean,
): readonly Call[] {
  const groups = calls
    .filter((call) => model.isPure(call.op) && which(model, call))
    .map((call) => new Set([call]));
  return withoutGroups(calls, groups, isCondemned);
}

function withoutValues(
  model: AnyModel,
  calls: readonly Call[],
  isCondemned: (calls: readonly Call[]) => boolean,
): readonly Call[] {
  const groupOf = valueGroups(calls, model);
  if (groupOf === undefined) return calls;
  const groups = new Map<number, Set<Call>>();
  for (const [index, call] of calls.entries()) {
    const group = groupOf[index] ?? ungrouped;
    if (group === ungrouped) continue;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, new Set([call]));
    else known.add(call);
  }
  return withoutGroups(calls, [...groups.values()], isCondemned);
}

/** Leaves out as many groups as it can while what is left is still condemned. */
function withoutGroups(
  calls: readonly Call[],
  groups: readonly ReadonlySet<Call>[],
  isCondemned: (calls: readonly Call[]) => boolean,
): readonly Call[] {
  let kept = calls;
  let left = groups;
  let size = Math.ceil(left.length / 2);
  while (size >= 1 && left.length > 0) {
    const countBefore = left.length;
    for (let at = 0; at < left.length; ) {
      const dropped = new Set(left.slice(at, at + size).flatMap((group) => [...group]));
      const rest = kept.filter((call) => !dropped.has(call));
      if (isCondemned(rest)) {
        kept = rest;
        left = left.toSpliced(at, size);
      } else at += size;
    }
    // What could not go alone may go once others have gone.
    if (size === 1 && left.length === countBefore) break;
    size = Math.max(1, Math.floor(size / 2));
  }
  return kept;
}

interface Cut {
  readonly calls: readonly Call[];
  readonly starts: readonly unknown[];
}

/**
 * Cuts off as much of the beginning as can go when the object may be in any state after it.
 * Calls that cross the cut may have been linearized before it: they become optional. What fails
 * after a later cut fails after an earlier one, so the latest is found by bisection.
 */
function cutBeginning(model: AnyModel, judge: Judge, calls: readonly Call[]): Cut | undefined {
  const starts = reachableStates(model, calls);
  if (starts === undefined) return undefined;
  const returns = calls
    .map(({ returned }) => returned)
    .filter((returned) => returned !== never)
    .toSorted((a, b) => a - b);
  let best: readonly Call[] | undefined;
  let low = 0;
  let high = returns.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const rest = cutAt(model, calls, returns[middle] ?? never);
    if (judge.condemns(rest, starts)) {
      best = rest;
      low = middle + 1;
    } else high = middle - 1;
  }
  // "Any state" is harder to follow than a few more operations.
  return best === undefined || best.length * 3 > calls.length * 2
    ? undefined
    : { calls: best, starts };
}

/** What is left after a cut at that event; see `cutBeginning`. */
export function cutAt(model: AnyModel, calls: readonly Call[], cut: number): readonly Call[] {
  return calls
    .filter(({ returned }) => returned > cut)
    .filter(({ invoke, op }) => invoke > cut || !model.isPure(op))
    .map((call) => (call.invoke > cut ? call : { ...call, returned: never }));
}

/** Every state that some sequence of the calls leads to, in whatever order; undefined if many. */
export function reachableStates(
  model: AnyModel,
  calls: readonly Call[],
): readonly unknown[] | undefined {
  const found = new Map<string | number, unknown>([[model.fingerprint(model.init), model.init]]);
  for (const state of found.values()) {
    // The map grows as it is walked, and the walk goes on to what was added.
    for (const { op } of calls) {
      const next = model.step(state, op);
      if (next !== illegal) found.set(model.fingerprint(next), next);
    }
    if (found.size > startStatesMax) return undefined;
  }
  return [...found.values()];
}

function textHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
  return hash;
}
