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
  readonly endMs: number;
}

/** A run that showed the anomaly. */
export interface Shown {
  readonly report: RunReport;
  readonly anomaly: Anomaly;
  readonly sighting: Sighting;
}

export type TrialResult =
  | { readonly kind: 'shown'; readonly shown: Shown; readonly tries: number }
  | {
      readonly kind: 'not-shown';
      /** Runs that came to a verdict. */
      readonly tries: number;
      /** Of those, ones of which the checker could not tell. */
      readonly untold: number;
      /** Why others did not run, or why none could. */
      readonly trouble: Error | null;
    }
  /** The time was up, or the user had enough, before it was certain. */
  | { readonly kind: 'stopped' };

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

  /** Runs the plan until it shows the anomaly. */
  async attempt(plan: RunPlan, effort: Effort): Promise<TrialResult> {
    let [tries, untold] = [0, 0];
    let trouble: Error | null = null;
    for (let i = 0; i < effort.tries; i += 1) {
      if (this.isInterrupted || performance.now() >= effort.endMs) return { kind: 'stopped' };
      try {
        const shown = await this.#run(plan);
        tries += 1;
        if (shown === 'unknown') untold += 1;
        else if (shown !== undefined) return { kind: 'shown', shown, tries };
      } catch (thrown) {
        this.#removeCurrent();
        if (isAborted(this.#options.signal)) return { kind: 'stopped' };
        if (!(thrown instanceof TargetError || thrown instanceof UsageError)) throw thrown;
        trouble = thrown;
        // What makes no sense now makes none the next time.
        if (thrown instanceof UsageError) break;
      }
    }
    return { kind: 'not-shown', tries, untold, trouble };
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

  async #run(plan: RunPlan): Promise<Shown | 'unknown' | undefined> {
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
      return ofChecker.some(({ valid }) => valid === 'unknown') ? 'unknown' : undefined;
    }
    this.#current = undefined;
    return { report, anomaly, sighting: { completeMs: completeMs(report, anomaly) } };
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
