/**
 * The search for the smallest plan that still fails. Real processes keep their own time, so a plan
 * may fail by luck: a smaller one counts when it has failed again, and in the end the smallest is
 * run some more. If it turns out to fail too seldom, the last one before it that can be relied on
 * takes its place.
 */
import { firstLine } from '../base/text.ts';
import type { RunPlan } from '../plan/plan.ts';
import { type Sighting, smallerPlans } from '../plan/shrink.ts';
import type { RarePlan, TrialRecord } from '../report/shrink.ts';
import type { Effort, HitRate, Shown, TrialResult } from './shrink-session.ts';

/** What runs plans; in a test, something that makes results up. */
export interface TrialRuns {
  attempt(plan: RunPlan, effort: Effort): Promise<TrialResult>;
  measure(plan: RunPlan, effort: Effort): Promise<HitRate>;
  forget(shown: Shown): void;
}

/** A plan to begin with, and what it is. */
export interface Start {
  readonly plan: RunPlan;
  readonly what: string;
}

/** Where the search ended. */
export interface Settled {
  readonly shown: Shown;
  /** Of further runs; null if there was no time for any. */
  readonly hitRate: HitRate | null;
  /** Smaller plans that showed it too seldom to be of use, the smallest first. */
  readonly tooRare: readonly RarePlan[];
}

interface Accepted extends Start {
  readonly shown: Shown;
}

interface Measured extends Accepted {
  readonly rate: HitRate;
}

/** A smaller plan must show the anomaly so often, with as many tries for each time. */
const hitsWanted = 2;
/** Shown by a smaller share of further runs than this, a plan is too rare. */
const leastShare = 0.4;
/** Fewer further runs than this say nothing about a share. */
const leastRuns = 3;
/** Plans to fall back on; what is larger still is forgotten. */
const acceptedMax = 4;

export class Search {
  readonly trials: TrialRecord[] = [];
  isStopped = false;
  /** From the largest to the smallest. */
  readonly #accepted: Accepted[] = [];
  readonly #runs: TrialRuns;
  readonly #effort: Effort;
  readonly #note: (record: TrialRecord) => void;

  /** @param note is told of every plan that was tried */
  constructor(runs: TrialRuns, effort: Effort, note: (record: TrialRecord) => void) {
    this.#runs = runs;
    this.#effort = effort;
    this.#note = note;
  }

  /** @throws TargetError or UsageError if not even the plan as it was can be run */
  async first(start: Start, tries: number): Promise<Sighting | null> {
    const result = await this.#runs.attempt(start.plan, { ...this.#effort, tries });
    if (result.kind === 'not-shown' && result.tries === 0 && result.trouble !== null)
      throw result.trouble;
    return this.#record(start, result);
  }

  async rest(plan: RunPlan, seen: Sighting): Promise<void> {
    const plans = smallerPlans(plan, seen);
    let next = plans.next();
    while (next.done !== true && !this.isStopped) {
      const { words, plan: smaller } = next.value;
      const result = await this.#runs.attempt(smaller, { ...this.#effort, hits: hitsWanted });
      next = plans.next(this.#record({ plan: smaller, what: words }, result));
    }
  }

  /** The smallest plan that can be relied on, as far as the time lets one know. */
  async settle(effort: Effort): Promise<Settled | null> {
    const measured: Measured[] = [];
    for (const accepted of this.#accepted.toReversed()) {
      const none = { runs: 0, hits: 0 };
      const rate = effort.tries === 0 ? none : await this.#runs.measure(accepted.plan, effort);
      measured.push({ ...accepted, rate });
      if (!isRare(rate)) break;
    }
    const chosen = mostReliable(measured);
    if (chosen === undefined) return null;
    for (const { shown } of this.#accepted) if (shown !== chosen.shown) this.#runs.forget(shown);
    const smaller = measured.slice(0, measured.indexOf(chosen));
    return {
      shown: chosen.shown,
      hitRate: chosen.rate.runs === 0 ? null : chosen.rate,
      tooRare: smaller.map(({ what, rate }) => ({ what, ...rate })),
    };
  }

  #record(start: Start, result: TrialResult): Sighting | null {
    if (result.kind === 'stopped') {
      this.isStopped = true;
      return null;
    }
    const isShown = result.kind === 'shown';
    const { tries, hits } = result;
    const untold = isShown ? 0 : result.untold;
    const trouble = isShown || result.trouble === null ? null : firstLine(result.trouble.message);
    const record = { what: start.what, isShown, tries, hits, untold, trouble };
    this.trials.push(record);
    this.#note(record);
    if (!isShown) return null;
    this.#accepted.push({ ...start, shown: result.shown });
    const [largest] = this.#accepted;
    if (this.#accepted.length > acceptedMax && largest !== undefined) {
      this.#runs.forget(largest.shown);
      this.#accepted.shift();
    }
    return result.shown.sighting;
  }
}

function isRare({ runs, hits }: HitRate): boolean {
  return runs >= leastRuns && hits / runs < leastShare;
}

/** The one that is not rare, which comes last; else the most frequent, and of two the smaller. */
function mostReliable(measured: readonly Measured[]): Measured | undefined {
  const last = measured.at(-1);
  if (last === undefined || !isRare(last.rate)) return last;
  const share = ({ rate }: Measured): number => rate.hits / rate.runs;
  return measured.toSorted((a, b) => share(b) - share(a))[0];
}
