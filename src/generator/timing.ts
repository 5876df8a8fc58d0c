/** When: limits, rates, and windows of time. All lengths in nanoseconds. */
import { assert } from '../base/assert.ts';
import { drawUnit, type Prng } from '../base/prng.ts';
import { nsPerMs, nsPerSecond } from '../base/units.ts';
import {
  earlier,
  exhausted,
  followedBy,
  isStep,
  notBefore,
  pendingUntil,
  replaced,
  rewrapped,
  type Step,
  updatedEach,
} from './emission.ts';
import type { Emission, Generator, GeneratorContext } from './generator.ts';

/** `first-step`: the time runs from the first step of `inner`. `asked`: from when it is asked. */
export type TimeLimitStart = 'first-step' | 'asked';

/**
 * The steps of `inner` that begin before the limit. Operations that are open then go on;
 * sleeps end with it, so that a nemesis between two faults does not hold up the next phase.
 *
 * A step that would begin too late does not end it before its time: what is offered for
 * later may be replaced by something sooner when a thread becomes free.
 */
export function timeLimit(
  limitNs: number,
  inner: Generator,
  start: TimeLimitStart = 'first-step',
): Generator {
  return timeLimited({ limitNs, start, endNs: undefined }, inner);
}

interface Limit {
  readonly limitNs: number;
  readonly start: TimeLimitStart;
  /** Undefined while the time does not run yet. */
  readonly endNs: number | undefined;
}

function timeLimited(known: Limit, inner: Generator): Generator {
  const self: Generator = {
    next(context) {
      const { nowNs } = context;
      const limit = running(known, nowNs);
      if (limit.endNs !== undefined && nowNs >= limit.endNs) return exhausted;
      const emission = inner.next(context);
      if (emission.kind === 'exhausted') return emission;
      if (emission.kind !== 'pending' && Math.max(emission.atNs, nowNs) < (limit.endNs ?? Infinity))
        return limitedStep(limit, emission, nowNs);
      // Nothing before the end, as things are; but things may change before then.
      const { untilNs, then } = emission.kind === 'pending' ? emission : {};
      const isChanged = then !== undefined || limit !== known;
      return pendingUntil(
        earlier(untilNs, limit.endNs),
        isChanged ? timeLimited(limit, then ?? inner) : undefined,
      );
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : timeLimited(known, updated);
    },
  };
  return self;
}

function running(limit: Limit, nowNs: number): Limit {
  if (limit.endNs !== undefined || limit.start === 'first-step') return limit;
  return { ...limit, endNs: nowNs + limit.limitNs };
}

/** A step that begins in time: the first one may start the time. */
function limitedStep(limit: Limit, step: Step, nowNs: number): Emission {
  const beginsNs = Math.max(step.atNs, nowNs);
  const endNs = limit.endNs ?? beginsNs + limit.limitNs;
  if (endNs <= beginsNs) return exhausted;
  const then = timeLimited({ ...limit, endNs }, step.then);
  const isTooLong = step.kind === 'sleep' && step.untilNs > endNs;
  return followedBy(isTooLong ? { ...step, untilNs: endNs } : step, then);
}

/**
 * How late a step may be without moving the ones after it. A timer that fires a little late
 * must not lower the rate; a system that answered nothing for a second must not be paid back
 * with a burst.
 */
const lateAllowanceNs = 20 * nsPerMs;

/**
 * Steps of `inner` at random distances, uniform in [0, 2 · mean), over all threads together:
 * with ten threads each does a tenth of them.
 */
export function stagger(source: Prng, meanNs: number, inner: Generator): Generator {
  return staggerFrom(source, meanNs, inner, undefined);
}

function staggerFrom(
  source: Prng,
  meanNs: number,
  inner: Generator,
  nextNs: number | undefined,
): Generator {
  const self: Generator = {
    next(context) {
      const emission = inner.next(context);
      if (emission.kind === 'exhausted') return emission;
      if (emission.kind === 'pending')
        return rewrapped(emission, (then) => staggerFrom(source, meanNs, then, nextNs));
      const beginsNs = Math.max(emission.atNs, context.nowNs);
      const plannedNs = nextNs ?? beginsNs;
      const [unit, rest] = drawUnit(source);
      const distanceNs = Math.floor(unit * 2 * meanNs);
      const followingNs = Math.max(plannedNs, beginsNs - lateAllowanceNs) + distanceNs;
      const step = notBefore(emission, plannedNs);
      return followedBy(step, staggerFrom(rest, meanNs, emission.then, followingNs));
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : staggerFrom(source, meanNs, updated, nextNs);
    },
  };
  return self;
}

/** So many steps a second over all clients together, as Maelstrom's `--rate`. 0: no limit. */
export function rate(source: Prng, stepsPerSecond: number, inner: Generator): Generator {
  assert(stepsPerSecond >= 0, `a rate cannot be negative, got ${stepsPerSecond}`);
  return stepsPerSecond === 0 ? inner : stagger(source, nsPerSecond / stepsPerSecond, inner);
}

/** Steps as near as possible to `intervalNs` apart. One that is late is caught up with. */
export function delay(intervalNs: number, inner: Generator): Generator {
  return delayFrom(intervalNs, inner, undefined);
}

function delayFrom(intervalNs: number, inner: Generator, nextNs: number | undefined): Generator {
  const self: Generator = {
    next(context) {
      const emission = inner.next(context);
      if (emission.kind === 'exhausted') return emission;
      if (emission.kind === 'pending')
        return rewrapped(emission, (then) => delayFrom(intervalNs, then, nextNs));
      const plannedNs = nextNs ?? Math.max(emission.atNs, context.nowNs);
      const step = notBefore(emission, plannedNs);
      return followedBy(step, delayFrom(intervalNs, emission.then, plannedNs + intervalNs));
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? self : delayFrom(intervalNs, updated, nextNs);
    },
  };
  return self;
}

/** For so long, this generator. */
export type TimedWindow = readonly [lengthNs: number, generator: Generator];

/**
 * One generator after the other by the clock, round and round from the first question on.
 * Each keeps its state while it is not its turn. The turn of one that is exhausted is a quiet
 * time; it ends when all are.
 */
export function cycleTimes(...windows: readonly TimedWindow[]): Generator {
  const lengthsNs = windows.map(([lengthNs]) => lengthNs);
  const periodNs = lengthsNs.reduce((sum, lengthNs) => sum + lengthNs, 0);
  assert(periodNs > 0 || windows.length === 0, 'cycleTimes needs windows longer than 0 ns');
  const states = windows.map(([, generator]) => generator);
  return cycleTimesFrom({ lengthsNs, periodNs }, states, undefined);
}

interface Windows {
  readonly lengthsNs: readonly number[];
  readonly periodNs: number;
}

function cycleTimesFrom(
  windows: Windows,
  states: readonly Generator[],
  knownStartNs: number | undefined,
): Generator {
  const self: Generator = {
    next(context) {
      const startNs = knownStartNs ?? context.nowNs;
      const { index, endNs } = windowAt(windows, startNs, context.nowNs);
      const current = states[index];
      if (current === undefined) return exhausted;
      const emission = current.next(context);
      if (emission.kind === 'exhausted' && allExhausted(states, context)) return exhausted;
      // A step for a later window is asked for again when that comes.
      if (isStep(emission) && emission.atNs < endNs) {
        const then = replaced(states, index, emission.then);
        return followedBy(emission, cycleTimesFrom(windows, then, startNs));
      }
      const { untilNs, then } = emission.kind === 'pending' ? emission : {};
      const changed = then === undefined ? states : replaced(states, index, then);
      const isChanged = changed !== states || knownStartNs === undefined;
      return pendingUntil(
        earlier(untilNs, endNs),
        isChanged ? cycleTimesFrom(windows, changed, startNs) : undefined,
      );
    },
    update(context, event) {
      const updated = updatedEach(states, (state) => state.update(context, event));
      return updated === states ? self : cycleTimesFrom(windows, updated, knownStartNs);
    },
  };
  return self;
}

/** Whose turn it is, and until when. */
function windowAt(
  { lengthsNs, periodNs }: Windows,
  startNs: number,
  nowNs: number,
): { index: number; endNs: number } {
  const intoNs = (nowNs - startNs) % periodNs;
  let endNs = 0;
  for (const [index, lengthNs] of lengthsNs.entries()) {
    endNs += lengthNs;
    if (intoNs < endNs) return { index, endNs: nowNs - intoNs + endNs };
  }
  return { index: lengthsNs.length - 1, endNs: nowNs - intoNs + periodNs };
}

function allExhausted(states: readonly Generator[], context: GeneratorContext): boolean {
  return states.every((state): boolean => {
    const emission: Emission = state.next(context);
    return emission.kind === 'exhausted';
  });
}
