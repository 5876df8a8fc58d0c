/**
 * From the plan of a run that failed to smaller ones: a shorter time, fewer faults, clients, keys,
 * nodes and operations. Which of them still fail only running them can tell: this says what to
 * try next.
 */
import { durationText, plural } from '../base/text.ts';
import type { RunPlan, ScriptedFault } from './plan.ts';
import { ddmin, type NumberRange, smallest } from './reduce.ts';

/** A plan to run, and what is smaller about it. */
export interface Trial {
  readonly plan: RunPlan;
  readonly words: string;
}

/** What a run showed that failed in the same way. */
export interface Sighting {
  /** When the last operation of the anomaly was complete, from when the load began. */
  readonly completeMs: number;
}

/** Yields plans, is told what they showed (null: not this anomaly), returns the smallest that did. */
export type Shrinking = Generator<Trial, RunPlan, Sighting | null>;

/** After so many rounds the rest is not worth the time. */
const roundsMax = 3;

const limitLeastMs = 500;
/** After the anomaly is complete, before the load ends. */
const slackMs = 300;
/** When the first fault begins, once all have been moved forward. */
const firstFaultMs = 500;

/**
 * @param plan with its faults as a script, and none at random
 * @param seen what it showed
 */
export function* smallerPlans(plan: RunPlan, seen: Sighting): Shrinking {
  let best = plan;
  for (let round = 0; round < roundsMax; round += 1) {
    const before = best;
    // What makes every later run shorter comes first.
    best = yield* lessTime(best, round === 0 ? seen : null);
    best = yield* fewerFaults(best);
    best = yield* earlierFaults(best);
    best = yield* fewerClients(best);
    best = yield* fewerKeys(best);
    best = yield* fewerNodes(best);
    best = yield* lessRate(best);
    if (best === before) break;
  }
  return best;
}

/** Faults that would begin after the end are left out; those that would end after it end with it. */
export function withTimeLimit(plan: RunPlan, timeLimitMs: number): RunPlan {
  const script = plan.script
    .filter(({ atMs }) => atMs < timeLimitMs)
    .map((fault) => ({ ...fault, forMs: Math.min(fault.forMs, timeLimitMs - fault.atMs) }));
  return { ...plan, timeLimitMs, script };
}

function* lessTime(plan: RunPlan, seen: Sighting | null): Shrinking {
  const { timeLimitMs: known } = plan;
  const soonMs = (seen?.completeMs ?? Infinity) * 1.1 + slackMs;
  // Seen by the last reads only, there is nothing to go by.
  const guess = soonMs < 0.9 * known ? soonMs : known / 2;
  const range = { least: limitLeastMs, known, guess, unit: 100, tolerance: 0.2 };
  return yield* byNumber(plan, range, (limitMs) => ({
    plan: withTimeLimit(plan, limitMs),
    words: `time limit ${durationText(limitMs)} instead of ${durationText(known)}`,
  }));
}

function* fewerFaults(plan: RunPlan): Shrinking {
  const sets = ddmin(plan.script);
  let best = plan;
  let next = sets.next();
  while (next.done !== true) {
    const script = next.value;
    const trial = { ...plan, script };
    const seen = yield { plan: trial, words: faultWords(script, plan.script) };
    if (seen !== null) best = trial;
    next = sets.next(seen !== null);
  }
  return best;
}

function faultWords(kept: readonly ScriptedFault[], all: readonly ScriptedFault[]): string {
  if (kept.length === 0) return `none of ${plural(all.length, 'fault')}`;
  const names = kept.map(({ nemesis, atMs }) => `${nemesis.name} at ${durationText(atMs)}`);
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
  return `${kept.length} of ${plural(all.length, 'fault')}: ${shown}`;
}

/** What happens before the first fault is seldom needed. */
function* earlierFaults(plan: RunPlan): Shrinking {
  const first = Math.min(...plan.script.map(({ atMs }) => atMs));
  if (plan.script.length === 0 || first <= firstFaultMs) return plan;
  const byMs = first - firstFaultMs;
  const trial = {
    ...plan,
    timeLimitMs: Math.max(limitLeastMs, plan.timeLimitMs - byMs),
    script: plan.script.map((fault) => ({ ...fault, atMs: fault.atMs - byMs })),
  };
  const seen = yield { plan: trial, words: `everything ${durationText(byMs)} earlier` };
  return seen === null ? plan : trial;
}

function* fewerClients(plan: RunPlan): Shrinking {
  const { concurrency: known } = plan;
  return yield* byNumber(plan, { least: 1, known }, (concurrency) => ({
    plan: { ...plan, concurrency },
    words: `${plural(concurrency, 'client')} instead of ${known}`,
  }));
}

const keyOption = 'key-count';

function* fewerKeys(plan: RunPlan): Shrinking {
  const known = Number(plan.options[keyOption]);
  if (!Number.isInteger(known)) return plan;
  return yield* byNumber(plan, { least: 1, known }, (keys) => ({
    plan: { ...plan, options: { ...plan.options, [keyOption]: String(keys) } },
    words: `${plural(keys, 'key')} instead of ${known}`,
  }));
}

/** A node that a fault names is part of that fault. */
function* fewerNodes(plan: RunPlan): Shrinking {
  const named = new Set(plan.script.flatMap((fault) => plan.nodes.filter(isNamedBy(fault))));
  const known = plan.nodes.length;
  return yield* byNumber(plan, { least: Math.max(1, named.size), known }, (count) => {
    const spare = plan.nodes.filter((node) => !named.has(node)).slice(0, count - named.size);
    const nodes = plan.nodes.filter((node) => named.has(node) || spare.includes(node));
    return { plan: { ...plan, nodes }, words: `${plural(count, 'node')} instead of ${known}` };
  });
}

function isNamedBy({ fault, nemesis }: ScriptedFault): (node: string) => boolean {
  // One without a literal fault is drawn from all nodes.
  if (fault === null) return () => true;
  const words = new Set(`${fault} ${JSON.stringify(nemesis)}`.split(/[^\w-]+/));
  return (node) => words.has(node);
}

function* lessRate(plan: RunPlan): Shrinking {
  const { rateHz: known } = plan;
  // No limit, or hardly any load.
  if (known < 2) return plan;
  const range = { least: 1, known, guess: known / 2, tolerance: 0.5 };
  return yield* byNumber(plan, range, (rateHz) => ({
    plan: { ...plan, rateHz },
    words: `${rateHz} operations a second instead of ${known}`,
  }));
}

function* byNumber(
  plan: RunPlan,
  range: NumberRange,
  trialOf: (value: number) => Trial,
): Shrinking {
  const numbers = smallest(range);
  let best = plan;
  let next = numbers.next();
  while (next.done !== true) {
    const trial = trialOf(next.value);
    const seen = yield trial;
    if (seen !== null) best = trial.plan;
    next = numbers.next(seen !== null);
  }
  return best;
}
