/** `dsx test`: settings → plan → run → report → exit code. */
import { stringify } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { parseNumber } from '../plan/parse.ts';
import { provisionsOf } from '../runner/needs.ts';
import { createRunStore } from '../store/run-store.ts';
import { type Config, readConfig } from './config-file.ts';
import { exitCodes } from './exit-codes.ts';
import { parseReporters } from './reporters.ts';
import { runMany } from './run-many.ts';
import { seedMax, seedOf } from './run-planned.ts';
import { sandboxExitCode } from './sandbox.ts';
import { type Planned, planOf, type Settings } from './settings.ts';

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
  const elsewhere = await sandboxExitCode(first, await provisionsOf(first.plan));
  if (elsewhere !== undefined) return elsewhere;
  const plan = (i: number): Promise<Planned> =>
    i === 0 ? Promise.resolve(first) : planOf(settings, (seed + i) % (seedMax + 1));
  return runMany({
    count: testCount,
    plan,
    store: createRunStore(given.out ?? config.text['out'] ?? 'histories/runs'),
    reporters,
    isQuiet: given.json,
    keepData: settings.flags.has('keep-data'),
  });
}

export function settingsOf(
  given: Pick<TestArguments, 'text' | 'on' | 'options' | 'nodeArgs'>,
  config: Config,
): Settings {
  return {
    text: { ...config.text, ...defined(given.text) },
    flags: new Set([...config.on, ...given.on]),
    options: { ...config.options, ...parseOptions(given.options) },
    script: config.script,
    described: config.described,
    nodeArgs: given.nodeArgs.length > 0 ? given.nodeArgs : config.args,
  };
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
