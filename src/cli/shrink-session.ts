/**
 * Runs one plan after the other and keeps, of all that were recorded, the run of the smallest
 * plan that still failed. Everything else is removed again.
 */
import { basename } from 'node:path';
import { TargetError, UsageError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { nsToMs } from '../base/units.ts';
import type { Anomaly } from '../checker/verdict.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { Sighting } from '../plan/shrink.ts';
import type { RunReport } from '../report/report.ts';
import { runTest } from '../runner/run-test.ts';
import type { Watcher } from '../runner/watcher.ts';
import type { RunStore } from '../store/run-store.ts';
import { isAborted } from './interrupt.ts';
import { sightingOf, type WantedAnomaly } from './same-anomaly.ts';
import type { Planned } from './settings.ts';

export interface SessionOptions {
  readonly planned: Planned;
  readonly wanted: WantedAnomaly;
  readonly store: RunStore;
  /** Added to `run.json` of every run. */
  readonly about: JsonObject;
  readonly watcher: Watcher;
  readonly signal: AbortSignal;
  readonly keepData: boolean;
}

/** How often a plan is run, at most; and when no run begins any more, by `performance.now()`. */
export interface Effort {
  readonly tries: number;
  /** How often it must show, with as many tries for each time; once if left out. */
  readonly hits?: number;
  readonly endMs: number;
}

/** A run that showed the anomaly. */
export interface Shown {
  readonly report: RunReport;
  readonly anomaly: Anomaly;
  readonly sighting: Sighting;
}

export type TrialResult =
  | {
      readonly kind: 'shown';
      /** The last of those that showed it; the others are gone. */
      readonly shown: Shown;
      readonly tries: number;
      readonly hits: number;
    }
  | {
      readonly kind: 'not-shown';
      /** Runs that came to a verdict. */
      readonly tries: number;
      /** Of those, ones that showed it, too few to count. */
      readonly hits: number;
      /** Of those, ones of which the checker could not tell. */
      readonly untold: number;
      /** Why others did not run, or why none could. */
      readonly trouble: Error | null;
    }
  /** The time was up, or the user had enough, before it was certain. */
  | { readonly kind: 'stopped' };

/** What one run came to. */
type OnceResult =
  | { readonly kind: 'shown'; readonly shown: Shown }
  | { readonly kind: 'not-shown' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'trouble'; readonly trouble: Error };

export class ShrinkSession {
  readonly #options: SessionOptions;
  #runCount = 0;
  #current: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Runs that were started. */
  get runCount(): number {
    return this.#runCount;
  }

  get isInterrupted(): boolean {
    return this.#options.signal.aborted;
  }

  /** Runs the plan until it has shown the anomaly as often as it must. */
  async attempt(plan: RunPlan, effort: Effort): Promise<TrialResult> {
    let [tries, hits, untold, failed] = [0, 0, 0, 0];
    let trouble: Error | null = null;
    let last: Shown | null = null;
    while (failed < effort.tries) {
      const result = await this.#once(plan, effort.endMs);
      if (result.kind === 'stopped') {
        if (last !== null) this.forget(last);
        return result;
      }
      failed += 1;
      if (result.kind === 'trouble') {
        trouble = result.trouble;
        // What makes no sense now makes none the next time.
        if (trouble instanceof UsageError) break;
        continue;
      }
      tries += 1;
      if (result.kind === 'unknown') untold += 1;
      if (result.kind !== 'shown') continue;
      if (last !== null) this.forget(last);
      last = result.shown;
      [hits, failed] = [hits + 1, 0];
      if (hits >= (effort.hits ?? 1)) return { kind: 'shown', shown: last, tries, hits };
    }
    if (last !== null) this.forget(last);
    return { kind: 'not-shown', tries, hits, untold, trouble };
  }

  /** @throws what is neither the target's nor the user's fault */
  async #once(plan: RunPlan, endMs: number): Promise<OnceResult> {
    if (this.isInterrupted || performance.now() >= endMs) return { kind: 'stopped' };
    try {
      return await this.#run(plan);
    } catch (thrown) {
      this.#removeCurrent();
      if (isAborted(this.#options.signal)) return { kind: 'stopped' };
      if (!(thrown instanceof TargetError || thrown instanceof UsageError)) throw thrown;
      return { kind: 'trouble', trouble: thrown };
    }
  }

  /** How often the plan shows the anomaly, in as many runs as there is time for. */
  async measure(plan: RunPlan, { tries, endMs }: Effort): Promise<HitRate> {
    let [runs, hits] = [0, 0];
    for (let i = 0; i < tries; i += 1) {
      const result = await this.attempt(plan, { tries: 1, endMs });
      if (result.kind === 'stopped') break;
      // What could not be run or told says nothing about how often it shows.
      if (result.kind === 'not-shown' && result.tries === result.untold) continue;
      runs += 1;
      if (result.kind !== 'shown') continue;
      hits += 1;
      this.forget(result.shown);
    }
    return { runs, hits };
  }

  /** Removes a run that is no longer the best. */
  forget({ report }: Shown): void {
    if (report.folder !== null) this.#options.store.remove(basename(report.folder));
  }

  async #run(plan: RunPlan): Promise<OnceResult> {
    const { planned, wanted, watcher, keepData } = this.#options;
    // Each run listens to a signal of its own, which goes when the run does.
    const signal = AbortSignal.any([this.#options.signal]);
    this.#runCount += 1;
    const store = this.#capturing();
    const report = await runTest({ ...planned, plan, watcher, signal, keepData, store });
    const anomaly = sightingOf(wanted, report.summary.verdicts);
    if (anomaly === undefined) {
      this.#removeCurrent();
      const ofChecker = report.summary.verdicts.filter(({ checker }) => checker === wanted.checker);
      const isUnknown = ofChecker.some(({ valid }) => valid === 'unknown');
      return isUnknown ? { kind: 'unknown' } : { kind: 'not-shown' };
    }
    this.#current = undefined;
    const sighting = { completeMs: completeMs(report, anomaly) };
    return { kind: 'shown', shown: { report, anomaly, sighting } };
  }

  /** A run that fails to end is to be removed too. */
  #capturing(): RunStore {
    const { store, about } = this.#options;
    return {
      ...store,
      create: (plan, more = {}) => {
        const writer = store.create(plan, { ...more, ...about });
        this.#current = writer.id;
        return writer;
      },
    };
  }

  #removeCurrent(): void {
    if (this.#current !== undefined) this.#options.store.remove(this.#current);
    this.#current = undefined;
  }
}

export interface HitRate {
  readonly runs: number;
  readonly hits: number;
}

/** When the last of its operations had ended, from when the first operation of all began. */
function completeMs({ history }: RunReport, { operations }: Anomaly): number {
  const { events, operations: rows } = history;
  const beginNs = events.timeNs[rows.invoke[0] ?? 0] ?? 0;
  const wanted = new Set(operations);
  let lastNs = beginNs;
  for (let row = 0; row < rows.count; row += 1) {
    const invoke = rows.invoke[row] ?? -1;
    if (!wanted.has(invoke)) continue;
    const complete = rows.complete[row] ?? -1;
    lastNs = Math.max(lastNs, events.timeNs[complete >= 0 ? complete : invoke] ?? 0);
  }
  return nsToMs(lastNs - beginNs);
}
