/** `runTest()`: what `dsx test` does, for programs. */
import { join, resolve } from 'node:path';
import { UsageError } from '../base/errors.ts';
import type { Validity } from '../checker/verdict.ts';
import { type Config, parseConfig } from '../cli/config-file.ts';
import { verdictExitCode } from '../cli/exit-codes.ts';
import { seedOf } from '../cli/run-planned.ts';
import { planOf } from '../cli/settings.ts';
import { plainPaint } from '../report/paint.ts';
import type { RunReport } from '../report/report.ts';
import { renderTerminal } from '../report/terminal.ts';
import { runTest as run } from '../runner/run-test.ts';
import type { Watcher } from '../runner/watcher.ts';
import { createRunStore } from '../store/run-store.ts';
import type { TestSettings } from './test-settings.ts';

export interface RunTestOptions {
  /** Aborted: the run ends early, heals and stops all it started, and the promise rejects. */
  readonly signal?: AbortSignal;
  /** Told what happens, a line at a time: phases, faults, notes. */
  readonly onLine?: (line: string) => void;
  /** Where relative paths are meant from. Default: the current folder. */
  readonly folder?: string;
}

/** How a run went. `summary` and `history` hold all figures and every operation. */
export interface TestReport extends RunReport {
  readonly valid: Validity;
  /** True if the verdict is as expected (`expect`) and every gate was met: exit code 0. */
  readonly passed: boolean;
  /** The report as `dsx test` prints it, without colours: the verdict, and why. */
  readonly text: string;
}

/**
 * Starts the nodes, drives clients, injects faults, records, and checks: one run of `dsx test`.
 * The run folder is kept as for a run from the command line.
 *
 * @throws UsageError if a setting makes no sense; TargetError if the cluster or a fault failed
 */
export async function runTest(
  settings: TestSettings = {},
  options: RunTestOptions = {},
): Promise<TestReport> {
  const folder = resolve(options.folder ?? '.');
  const config = configFrom(settings, folder);
  const planned = await planOf(
    { ...config, flags: config.on, nodeArgs: config.args },
    seedOf(config.text['seed']),
  );
  const { target } = planned;
  if (target !== null && target.testbed === 'netns')
    throw new UsageError(
      `target ${target.name} runs in a sandbox that a program cannot move itself into.\nrun it from the command line: dsx test --target ${target.name}`,
    );
  const watcher = watcherOf(options.onLine);
  for (const note of planned.notes) watcher.log(note);
  const report = await run({
    ...planned,
    store: createRunStore(resolve(folder, config.text['out'] ?? join('histories', 'runs'))),
    watcher,
    signal: options.signal ?? new AbortController().signal,
    keepData: config.on.has('keep-data'),
  });
  const { valid, gates = [] } = report.summary;
  const isGateMissed = gates.some(({ passed }) => !passed);
  return {
    ...report,
    valid,
    passed: verdictExitCode(valid, planned.plan.expect, isGateMissed) === 0,
    text: renderTerminal(report, plainPaint, 100),
  };
}

/** The very validation of `dsx.yaml`: the settings are YAML already, as JSON. */
function configFrom(settings: TestSettings, folder: string): Config {
  const { bin } = settings;
  const given = bin === undefined ? settings : { ...settings, bin: resolve(folder, bin) };
  const file = join(folder, 'settings');
  try {
    return parseConfig(file, JSON.stringify(given));
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    // There is no file, and so no line in it.
    throw new UsageError(thrown.message.replace(`${file}:`, 'runTest: ').replace(/ \d+:\d+:/, ''));
  }
}

function watcherOf(onLine: ((line: string) => void) | undefined): Watcher {
  const say = onLine ?? ((): void => undefined);
  return {
    started: (folder, seed) => {
      say(`seed ${seed}, recording to ${folder}`);
    },
    phase: say,
    fault: (f, value) => {
      say(`fault ${f}: ${JSON.stringify(value)}`);
    },
    log: say,
    progress: () => undefined,
  };
}
