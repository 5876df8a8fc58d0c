/** Waiting for a system that settles in its own time: ask, look at the answers, ask again. */
import { canonical, isArray } from '../base/json.ts';
import type { HistoryEvent } from '../history/event.ts';
import { eachThread } from './assignment.ts';
import { exhausted, pending, pendingUntil, rewrapped } from './emission.ts';
import type { Emission, Generator, GeneratorContext, OpRequest } from './generator.ts';
import { phases } from './phases.ts';
import { repeat, untilOk } from './repetition.ts';
import { of } from './sources.ts';

export interface SettleOptions {
  /** Asked of every thread once a round: a read, say. */
  readonly op: OpRequest;
  /** Told how the ops of one round ended. Pure. */
  readonly isSettled: (round: readonly HistoryEvent[]) => boolean;
  /** From the end of a round to the next. */
  readonly pauseNs: number;
  /** No round begins later than this after the first one did. */
  readonly limitNs: number;
}

/** How often a client tries its final op before it gives up. */
const finalTriesMax = 3;

/**
 * What ends a run whose system converges in its own time: rounds until it has settled, then the
 * same op once more by every client, marked as final.
 */
export function lastReads(options: SettleOptions): Generator {
  const final = of({ ...options.op, final: true });
  return phases(settle(options), eachThread(untilOk(repeat(final, finalTriesMax))));
}

/** True of a round in which every answer is a list that has the values of all of `wanted`. */
export function showsAll(
  wanted: readonly HistoryEvent[],
): (round: readonly HistoryEvent[]) => boolean {
  const elements = [...new Set(wanted.map(({ value = null }) => canonical(value)))];
  return (round) =>
    round.every(({ type, value = null }) => {
      if (type !== 'ok' || !isArray(value)) return false;
      const shown = new Set(value.map(canonical));
      return elements.every((element) => shown.has(element));
    });
}

interface Round {
  readonly asking: Generator;
  readonly beginsNs: number;
  readonly firstNs: number | undefined;
  readonly ended: readonly HistoryEvent[];
}

/**
 * Rounds of one op until `isSettled` is true of a round, or until time is up: a system that
 * promises to converge *some time* gets that time, and one that is quick costs one round.
 */
export function settle(options: SettleOptions): Generator {
  return settleIn(options, {
    asking: eachThread(of(options.op)),
    beginsNs: 0,
    firstNs: undefined,
    ended: [],
  });
}

function settleIn(options: SettleOptions, round: Round): Generator {
  const self: Generator = {
    next(context) {
      if (context.nowNs < round.beginsNs) return pendingUntil(round.beginsNs);
      const firstNs = round.firstNs ?? context.nowNs;
      const emission = round.asking.next(context);
      if (emission.kind === 'exhausted') return afterRound(options, { ...round, firstNs }, context);
      return rewrapped(emission, (asking) => settleIn(options, { ...round, firstNs, asking }));
    },
    update(context, event) {
      const asking = round.asking.update(context, event);
      if (event.type !== 'invoke')
        return settleIn(options, { ...round, asking, ended: [...round.ended, event] });
      return asking === round.asking ? self : settleIn(options, { ...round, asking });
    },
  };
  return self;
}

function afterRound(
  options: SettleOptions,
  { firstNs = 0, ended }: Round,
  context: GeneratorContext,
): Emission {
  if (context.freeThreads.length < context.threads.length) return pending;
  const beginsNs = context.nowNs + options.pauseNs;
  if (options.isSettled(ended) || beginsNs > firstNs + options.limitNs) return exhausted;
  const asking = eachThread(of(options.op));
  return pendingUntil(beginsNs, settleIn(options, { asking, beginsNs, firstNs, ended: [] }));
}
