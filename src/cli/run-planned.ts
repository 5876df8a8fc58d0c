/** What all commands that run tests share: the seed, one run with its live view, its exit code. */
import { randomInt } from 'node:crypto';
import { parseNumber } from '../plan/parse.ts';
import type { RunReport, RunSummary } from '../report/report.ts';
import { runTest } from '../runner/run-test.ts';
import type { Watcher } from '../runner/watcher.ts';
import type { RunStore } from '../store/run-store.ts';
import { verdictExitCode } from './exit-codes.ts';
import { Interrupted, interruptible } from './interrupt.ts';
import type { Planned } from './settings.ts';
import { createWatcher } from './watch.ts';

/** Seeds are 32 bits: what the generator of random numbers takes. */
export const seedMax = 2 ** 32 - 1;

/** A random one if none was given. @throws UsageError if it is no seed. */
export function seedOf(text: string | undefined): number {
  if (text === undefined) return randomInt(seedMax);
  return parseNumber('seed', text, { min: 0, max: seedMax, integer: true });
}

export interface RunOptions {
  readonly store: RunStore;
  /** Nothing on stderr but errors. */
  readonly isQuiet: boolean;
  readonly keepData: boolean;
}

export async function runPlanned(
  planned: Planned,
  { store, isQuiet, keepData }: RunOptions,
): Promise<RunReport> {
  const watcher = createWatcher(isQuiet);
  for (const note of planned.notes) watcher.log(note);
  let folder: string | undefined;
  const remembering: Watcher = {
    ...watcher,
    started(path, seed) {
      folder = path;
      watcher.started(path, seed);
    },
  };
  try {
    return await interruptible((signal) =>
      runTest({ ...planned, store, watcher: remembering, signal, keepData }),
    );
  } catch (thrown) {
    if (thrown instanceof Interrupted) thrown.folder = folder;
    throw thrown;
  } finally {
    watcher.done();
  }
}

export function exitCodeOf({ valid, plan, gates = [] }: RunSummary): number {
  const isGateMissed = gates.some(({ passed }) => !passed);
  return verdictExitCode(valid, plan.expect, isGateMissed);
}
