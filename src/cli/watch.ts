/** What people see while a test runs: on stderr, so that reports on stdout stay clean. */
import { isObject, type Json } from '../base/json.ts';
import { nsToMs } from '../base/units.ts';
import type { Progress } from '../runner/interpreter.ts';
import type { Watcher } from '../runner/watcher.ts';
import { createProgress, type ProgressFigures, type ProgressView } from './live-view.ts';
import { paintFor } from './paint.ts';

export interface CommandWatcher extends Watcher {
  done(): void;
}

/** Of many runs in a row: each is one line, and only a terminal shows how the present one goes. */
export interface SeriesWatcher extends CommandWatcher {
  /** A line that stays. */
  say(line: string): void;
}

/** @param quiet nothing but errors (for --json) */
export function createSeriesWatcher(quiet: boolean): SeriesWatcher {
  const { isTty, view } = viewOf(quiet);
  if (quiet) return { ...silent(view), say: ignore };
  const inForce = new Map<string, string>();
  return {
    ...silent(view),
    done() {
      view.done();
    },
    say(line) {
      view.log(line);
    },
    fault: (_, value) => {
      note(inForce, value);
    },
    phase(name) {
      if (isTty) view.phase(name);
    },
    started: () => {
      inForce.clear();
    },
    progress(progress, plan) {
      if (isTty) view.progress(figures(progress, plan.timeLimitMs, inForce));
    },
  };
}

/** @param quiet nothing but errors (for --json) */
export function createWatcher(quiet: boolean): CommandWatcher {
  const { view } = viewOf(quiet);
  if (quiet) return silent(view);
  const inForce = new Map<string, string>();
  return {
    started(folder, seed) {
      view.log(`seed ${seed}, recording to ${folder}`);
    },
    phase(name) {
      view.phase(name);
    },
    fault(f, value) {
      note(inForce, value);
      view.fault(faultText(f, value));
    },
    log(message) {
      view.log(message);
    },
    progress(progress, plan) {
      view.progress(figures(progress, plan.timeLimitMs, inForce));
    },
    done() {
      view.done();
    },
  };
}

function viewOf(quiet: boolean): { readonly isTty: boolean; readonly view: ProgressView } {
  const stream = process.stderr;
  const isTty = !quiet && stream.isTTY && (process.env['CI'] ?? '') === '';
  return { isTty, view: createProgress({ isTty, stream, paint: paintFor(stream) }) };
}

function ignore(): void {
  // Deliberately nothing.
}

function silent(view: ProgressView): CommandWatcher {
  return {
    started: ignore,
    phase: ignore,
    fault: ignore,
    log: ignore,
    progress: ignore,
    done() {
      view.done();
    },
  };
}

function figures(
  progress: Progress,
  totalMs: number,
  inForce: ReadonlyMap<string, string>,
): ProgressFigures {
  const { ok, fail, info, inFlight, nowNs, invoked } = progress;
  const elapsedMs = nsToMs(nowNs);
  const rateHz = elapsedMs === 0 ? 0 : (invoked / elapsedMs) * 1000;
  return { ok, fail, info, inFlight, rateHz, elapsedMs, totalMs, faults: [...inForce.values()] };
}

function note(inForce: Map<string, string>, value: Json): void {
  if (!isObject(value)) return;
  const { stopped, fault } = value;
  if (typeof stopped === 'string') inForce.delete(stopped);
  if (Array.isArray(stopped)) inForce.clear();
  if (isObject(fault)) inForce.set(wordsOf(fault['kind']), wordsOf(fault['description']));
}

function faultText(f: string, value: Json): string {
  if (!isObject(value)) return f;
  const { fault, evidence } = value;
  if (isObject(fault)) return `${f}: ${wordsOf(fault['description'])}`;
  return typeof evidence === 'string' && evidence !== '' ? `${f}: ${evidence}` : f;
}

function wordsOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
