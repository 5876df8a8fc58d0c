/**
 * When faults begin and end: the nemesis thread's schedule, drawn from the seed or scripted.
 *
 * A start is the op `{f: fault.f, value: {fault}}`, an end `{f: stopF, value: {stop: name}}`.
 * Whatever is in force when the schedule is cut off is healed by whoever performs the ops.
 */
import { assert } from '../base/assert.ts';
import { UsageError } from '../base/errors.ts';
import { drawUnit, fork, type Prng, pick } from '../base/prng.ts';
import type { Fault } from '../fault/fault.ts';
import { exhausted, pending, pendingUntil } from './emission.ts';
import type { Emission, Generator, GeneratorContext, OpRequest } from './generator.ts';

/** One nemesis with one shape and one set of parameters, as far as a schedule must know it. */
export interface FaultSource {
  /** Sources of the same name share one schedule: their faults replace each other. */
  readonly name: string;
  readonly stopF: string;
  /** Draws the next fault; `ordinal` of them were drawn in this lane before. Pure. */
  propose(source: Prng, ordinal: number): readonly [Fault, Prng];
}

export interface RandomFaultOptions {
  readonly sources: readonly FaultSource[];
  /** Mean time between two ops of the same nemesis. */
  readonly intervalNs: number;
  readonly rng: Prng;
  /**
   * After each fault that strikes the leader comes the op `awaitLeaderF`, which takes as long as
   * the others need for a new one: an election may last longer than a fault, and a fault that
   * ends before it shows nothing. Every fault then lasts at least half the interval, and the
   * leader is not struck again before the last one that was is back.
   */
  readonly awaitsLeader?: boolean;
}

/** Waits for whoever leads in place of a leader that was just struck; its value is ignored. */
export const awaitLeaderF = 'await-leader';

/** A fault with its times, from a script or from the schedule of an earlier run. */
export interface TimedFault {
  readonly startNs: number;
  /** Null: it is left in force. */
  readonly endNs: number | null;
  readonly name: string;
  readonly stopF: string;
  readonly fault: Fault;
}

/** A fault that its nemesis never undoes, such as a crash without restart: it has no end op. */
export function isPermanent(fault: Fault): boolean {
  return fault.detail['permanent'] === true;
}

/**
 * Each nemesis by itself starts a fault, ends it, starts the next one, and so on, with gaps
 * in [0, 2 × interval) and the interval as their mean, as jepsen's `stagger` has them.
 *
 * Unlike there, gaps are not independent: the k-th op falls at a random point of the k-th
 * interval. Independent gaps make a random walk, and one short run in ten would hold hardly
 * a fault; here the number of ops in a run is fixed by its length. The first interval is a
 * half one, so that a run of five intervals holds three faults. A fault lasts at least a
 * quarter of the interval from when it was seen to hold; if that was late, all that follows
 * shifts. An op that takes longer than such a quarter puts off what the other nemeses do, too:
 * else they would all strike at once as soon as it is done.
 */
export function randomFaults(options: RandomFaultOptions): Generator {
  const { sources, intervalNs, rng, awaitsLeader = false } = options;
  assert(intervalNs > 0, `the interval between faults must be positive, got ${intervalNs} ns`);
  const names = [...new Set(sources.map(({ name }) => name))];
  const lanes = names.map((name): Lane => {
    const [unit, next] = drawUnit(fork(rng, `times of ${name}`));
    return {
      sources: sources.filter((source) => source.name === name),
      times: next,
      faults: fork(rng, `faults of ${name}`),
      slotNs: Math.round(intervalNs / 2),
      dueNs: Math.floor((unit * intervalNs) / 2),
      isOpen: false,
      strikesLeader: false,
      count: 0,
    };
  });
  return new RandomSchedule({
    ...{ intervalNs, lanes, awaitsLeader },
    ...{ originNs: undefined, acting: -1, begunNs: 0, isLeaderless: false },
  });
}

/** One nemesis: what it does next, and when. Times count from the first question. */
interface Lane {
  readonly sources: readonly FaultSource[];
  readonly times: Prng;
  readonly faults: Prng;
  /** Begin of the interval in which the op after the next falls. */
  readonly slotNs: number;
  readonly dueNs: number;
  readonly isOpen: boolean;
  /** True if the fault that it has in force was aimed at whoever led. */
  readonly strikesLeader: boolean;
  /** Faults started so far. */
  readonly count: number;
}

interface ScheduleState {
  readonly intervalNs: number;
  readonly lanes: readonly Lane[];
  readonly originNs: number | undefined;
  /** The lane whose op was emitted last. */
  readonly acting: number;
  /** When that was. */
  readonly begunNs: number;
  readonly awaitsLeader: boolean;
  /** True if that op struck the leader, and the next one waits for its successor. */
  readonly isLeaderless: boolean;
}

class RandomSchedule implements Generator {
  readonly #state: ScheduleState;

  constructor(state: ScheduleState) {
    this.#state = state;
  }

  next(context: GeneratorContext): Emission {
    const { lanes, originNs } = this.#state;
    if (lanes.length === 0 || !context.threads.includes('nemesis')) return exhausted;
    if (originNs === undefined)
      return pendingUntil(
        context.nowNs + Math.min(...lanes.map(({ dueNs }) => dueNs)),
        new RandomSchedule({ ...this.#state, originNs: context.nowNs }),
      );
    if (!context.freeThreads.includes('nemesis')) return pending;
    if (this.#state.isLeaderless) {
      const then = { ...this.#state, isLeaderless: false, begunNs: context.nowNs };
      const op = { f: awaitLeaderF, value: null };
      const process = 'nemesis';
      return { kind: 'op', op, process, atNs: context.nowNs, then: new RandomSchedule(then) };
    }
    const chosen = this.#nextOp();
    if (chosen === undefined) return exhausted;
    const { acting, lane, op, then, strikesLeader } = chosen;
    const { awaitsLeader } = this.#state;
    const atNs = Math.max(context.nowNs, originNs + lane.dueNs);
    return {
      kind: 'op',
      op,
      process: 'nemesis',
      atNs,
      then: new RandomSchedule({
        ...{ ...this.#state, acting, begunNs: atNs, lanes: lanes.with(acting, then) },
        isLeaderless: awaitsLeader && strikesLeader,
      }),
    };
  }

  /** The op that is due first, of those that may be done now. */
  #nextOp() {
    const { lanes, intervalNs, awaitsLeader } = this.#state;
    const order = lanes.map((lane, acting) => ({ lane, acting }));
    order.sort((a, b) => a.lane.dueNs - b.lane.dueNs);
    // Leaders struck one after the other, each before the last is back, leave no majority.
    const isStruck = awaitsLeader && lanes.some(({ strikesLeader }) => strikesLeader);
    for (const { lane, acting } of order) {
      const [op, then, strikesLeader] = step(lane, intervalNs);
      if (!strikesLeader || !isStruck) return { acting, lane, op, then, strikesLeader };
    }
    return undefined;
  }

  /** Puts off what follows an op that took long, so that its effect lasts. */
  update(_context: GeneratorContext, event: { process: unknown; time: number }): Generator {
    const { acting, awaitsLeader, begunNs, intervalNs, lanes, originNs } = this.#state;
    const lane = lanes[acting];
    if (event.process !== 'nemesis' || lane === undefined || originNs === undefined) return this;
    const quarterNs = Math.ceil(intervalNs / 4);
    const lastsNs = awaitsLeader && lane.isOpen ? 2 * quarterNs : quarterNs;
    const earliestNs = event.time - originNs + lastsNs;
    const tookNs = event.time - begunNs;
    const later = lanes.map((other, i) => {
      if (i === acting) return putOff(other, earliestNs - other.dueNs);
      return tookNs > quarterNs ? putOff(other, tookNs) : other;
    });
    if (later.every((other, i) => other === lanes[i])) return this;
    return new RandomSchedule({ ...this.#state, lanes: later });
  }
}

function putOff(lane: Lane, byNs: number): Lane {
  return byNs <= 0 ? lane : { ...lane, dueNs: lane.dueNs + byNs, slotNs: lane.slotNs + byNs };
}

function step(lane: Lane, intervalNs: number): readonly [OpRequest, Lane, boolean] {
  const [unit, times] = drawUnit(lane.times);
  const later = {
    times,
    slotNs: lane.slotNs + intervalNs,
    dueNs: lane.slotNs + Math.floor(unit * intervalNs),
  };
  const [source, afterPick] = pick(lane.faults, lane.sources);
  if (lane.isOpen) {
    const stop = { f: source.stopF, value: { stop: source.name } };
    return [stop, { ...lane, ...later, isOpen: false, strikesLeader: false }, false];
  }
  const [fault, faults] = source.propose(afterPick, lane.count);
  const count = lane.count + 1;
  const isOpen = !isPermanent(fault);
  const isStrike = fault.detail['primaries'] === true;
  const begun = { ...lane, ...later, faults, count, isOpen, strikesLeader: isOpen && isStrike };
  return [startOf(fault), begun, isStrike];
}

/**
 * These faults at these times, and no others. Times count from the first question, when the load
 * begins: how long the nodes took to start moves nothing. An end comes before a start at the same
 * time.
 * @throws UsageError if two faults of one nemesis overlap: it can hold one at a time.
 */
export function scriptedFaults(faults: readonly TimedFault[]): Generator {
  const sorted = faults.toSorted((a, b) => a.startNs - b.startNs);
  const last = new Map<string, TimedFault>();
  for (const fault of sorted) {
    const before = last.get(fault.name);
    const beforeEndNs = before?.endNs ?? -1;
    if (before !== undefined && !isPermanent(before.fault) && beforeEndNs > fault.startNs)
      throw new UsageError(
        `two ${fault.name} faults overlap: one lasts until ${beforeEndNs / 1e9} s, the next begins at ${fault.startNs / 1e9} s. End the first one before.`,
      );
    last.set(fault.name, fault);
  }
  const ops = sorted
    .flatMap(({ startNs, endNs, name, stopF, fault }): TimedOp[] => [
      { atNs: startNs, order: 1, op: startOf(fault) },
      ...(endNs === null || isPermanent(fault)
        ? []
        : [{ atNs: endNs, order: 0, op: { f: stopF, value: { stop: name } } }]),
    ])
    .toSorted((a, b) => a.atNs - b.atNs || a.order - b.order);
  return timedOps(ops, 0, undefined);
}

interface TimedOp {
  readonly atNs: number;
  readonly order: number;
  readonly op: OpRequest;
}

function timedOps(
  ops: readonly TimedOp[],
  position: number,
  originNs: number | undefined,
): Generator {
  const timed = ops[position];
  const self: Generator = {
    next(context) {
      if (timed === undefined || !context.threads.includes('nemesis')) return exhausted;
      if (originNs === undefined)
        return pendingUntil(context.nowNs + timed.atNs, timedOps(ops, position, context.nowNs));
      if (!context.freeThreads.includes('nemesis')) return pending;
      const atNs = Math.max(originNs + timed.atNs, context.nowNs);
      const then = timedOps(ops, position + 1, originNs);
      return { kind: 'op', op: timed.op, process: 'nemesis', atNs, then };
    },
    update: () => self,
  };
  return self;
}

/** Spelled out field by field, because an interface is not a JSON value to the compiler. */
function startOf({ kind, f, shape, nodes, detail, description }: Fault): OpRequest {
  return { f, value: { fault: { kind, f, shape, nodes, detail, description } } };
}
