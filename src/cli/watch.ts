/** What people see while a test runs: on stderr, so that reports on stdout stay clean. */
import { isObject, type Json } from '../base/json.ts';
import { nsToMs } from '../base/units.ts';
import type { Progress } from '../runner/interpreter.ts';
import type { Watcher } from '../runner/watcher.ts';
import { createProgress } from './live-view.ts';
import { paintFor } from './paint.ts';

export interface CommandWatcher extends Watcher {
  done(): void;
}

/** @param quiet nothing but errors (for --json) */
export function createWatcher(quiet: boolean): CommandWatcher {
  const stream = process.stderr;
  const view = createProgress({ isTty: stream.isTTY && !process.env['CI'], stream, paint: paintFor(stream) });
  const inForce = new Map<string, string>();
  const say = quiet ? () => undefined : (act: () => void) => act();
  return {
    started: (folder, seed) => say(() => view.log(`seed ${seed}, recording to ${folder}`)),
    phase: (name) => say(() => view.phase(name)),
    fault: (f, value) => say(() => {
      note(inForce, value);
      view.fault(faultText(f, value));
    }),
    log: (message) => say(() => view.log(message)),
    progress: (progress, plan) => say(() => view.progress(figures(progress, plan.timeLimitMs, inForce))),
    done: () => {
      view.done();
    },
  };
}

function figures(progress: Progress, totalMs: number, inForce: ReadonlyMap<string, string>) {
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
  if (isObject(fault)) inForce.set(String(fault['kind']), String(fault['description']));
}

function faultText(f: string, value: Json): string {
  if (!isObject(value)) return f;
  const { fault, evidence } = value;
  if (isObject(fault)) return `${f}: ${String(fault['description'])}`;
  return typeof evidence === 'string' && evidence !== '' ? `${f}: ${evidence}` : f;
}
