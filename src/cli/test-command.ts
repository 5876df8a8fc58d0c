/** `dsx test`: settings → plan → run → report → exit code. */
import { randomInt } from 'node:crypto';
import { stringify } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { parseNumber } from '../plan/parse.ts';
import type { RunSummary } from '../report/report.ts';
import { runTest } from '../runner/run-test.ts';
import { createRunStore, type RunStore } from '../store/run-store.ts';
import { type Config, readConfig } from './config-file.ts';
import { exitCodes, verdictExitCode, worstExitCode } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { emitReports, parseReporters, type ReporterRequest } from './reporters.ts';
import { sandboxExitCode } from './sandbox.ts';
import { type Planned, planOf, type Settings } from './settings.ts';
import { createWatcher } from './watch.ts';

export interface TestArguments {
  readonly text: Readonly<Record<string, string | undefined>>;
  /** Names of the flags that are on. */
  readonly on: ReadonlySet<string>;
  /** `name=value`, as given with --option. */
  readonly options: readonly string[];
  readonly nodeArgs: readonly string[];
  readonly seed: string | null;
  readonly configFile: string | null;
  readonly out: string | null;
  readonly reporters: string | null;
  readonly testCount: string;
  readonly json: boolean;
  readonly printConfig: boolean;
}

/** Seeds are 32 bits: what the generator of random numbers takes. */
const seedMax = 2 ** 32 - 1;

export async function testCommand(given: TestArguments): Promise<number> {
  const config = readConfig(given.configFile);
  const settings = settingsOf(given, config);
  const seed = seedOf(given.seed ?? config.text['seed']);
  const testCount = parseNumber('test-count', given.testCount, { min: 1, integer: true });
  const reporters = parseReporters(given.reporters ?? config.text['reporter'], given.json);
  const first = await planOf(settings, seed);
  if (given.printConfig) {
    process.stdout.write(
      given.json ? `${JSON.stringify(first.plan, null, 2)}\n` : stringify(first.plan),
    );
    return exitCodes.valid;
  }
  const elsewhere = await sandboxExitCode(first.target);
  if (elsewhere !== undefined) return elsewhere;
  const plan = (i: number): Promise<Planned> =>
    i === 0 ? Promise.resolve(first) : planOf(settings, (seed + i) % (seedMax + 1));
  return runMany({
    count: testCount,
    plan,
    store: createRunStore(given.out ?? config.text['out'] ?? 'histories/runs'),
    reporters,
    quiet: given.json,
    keepData: settings.flags.has('keep-data'),
  });
}

function settingsOf(given: TestArguments, config: Config): Settings {
  return {
    text: { ...config.text, ...defined(given.text) },
    flags: new Set([...config.on, ...given.on]),
    options: { ...config.options, ...parseOptions(given.options) },
    script: config.script,
    nodeArgs: given.nodeArgs.length > 0 ? given.nodeArgs : config.args,
  };
}

function seedOf(text: string | undefined): number {
  if (text === undefined) return randomInt(seedMax);
  return parseNumber('seed', text, { min: 0, max: seedMax, integer: true });
}

export interface ManyRuns {
  readonly count: number;
  plan(i: number): Promise<Planned>;
  readonly store: RunStore;
  readonly reporters: readonly ReporterRequest[];
  readonly quiet: boolean;
  readonly keepData: boolean;
}

/** One run after the other; after several, how many of them went as expected. */
export async function runMany(job: ManyRuns): Promise<number> {
  const summaries: RunSummary[] = [];
  for (let i = 0; i < job.count; i += 1) {
    const planned = await job.plan(i);
    const watcher = createWatcher(job.quiet);
    for (const note of planned.notes) watcher.log(note);
    const { store, keepData } = job;
    const report = await interruptible((signal) =>
      runTest({ ...planned, store, watcher, signal, keepData }),
    ).finally(() => {
      watcher.done();
    });
    emitReports(report, job.reporters);
    summaries.push(report.summary);
  }
  if (job.count > 1) process.stderr.write(`${hitRateText(summaries)}\n`);
  return worstExitCode(summaries.map(exitCodeOf));
}

/** `5 runs: 3 with an anomaly (60 %), 2 valid; the first was run 2, seed 43`. */
export function hitRateText(summaries: readonly RunSummary[]): string {
  const count = (wanted: RunSummary['valid']): number =>
    summaries.filter(({ valid }) => valid === wanted).length;
  const [hits, unknown] = [count(false), count('unknown')];
  const first = summaries.findIndex(({ valid }) => valid === false);
  const seed = summaries[first]?.plan.seed;
  const parts = [
    `${hits} with an anomaly (${Math.round((100 * hits) / summaries.length)} %)`,
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
    `${count(true)} valid`,
  ];
  const where = seed === undefined ? '' : `; the first was run ${first + 1}, seed ${seed}`;
  return `${plural(summaries.length, 'run')}: ${parts.join(', ')}${where}`;
}

function exitCodeOf({ valid, plan, gates = [] }: RunSummary): number {
  return verdictExitCode(
    valid,
    plan.expect,
    gates.some(({ passed }) => !passed),
  );
}

function parseOptions(options: readonly string[]): Record<string, string> {
  const parsed: Record<string, string> = {};
  for (const option of options) {
    const at = option.indexOf('=');
    if (at < 1)
      throw new UsageError(`--option takes name=value, as in values=small; got "${option}"`);
    parsed[option.slice(0, at)] = option.slice(at + 1);
  }
  return parsed;
}

function defined(words: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(words).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}
