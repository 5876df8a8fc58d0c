/** `dsx test`: settings → plan → run → report → exit code. */
import { stringify } from 'yaml';
import { UsageError } from '../base/errors.ts';
import { parseNumber } from '../plan/parse.ts';
import { createRunStore } from '../store/run-store.ts';
import { readConfig } from './config-file.ts';
import { exitCodes, worstExitCode } from './exit-codes.ts';
import { emitReports, parseReporters } from './reporters.ts';
import { exitCodeOf, runPlanned, seedMax, seedOf } from './run-planned.ts';
import { sandboxExitCode } from './sandbox.ts';
import { planOf, type Settings } from './settings.ts';

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
  const settings: Settings = {
    text: { ...config.text, ...defined(given.text) },
    flags: new Set([...config.on, ...given.on]),
    options: { ...config.options, ...parseOptions(given.options) },
    script: config.script,
    described: config.described,
    nodeArgs: given.nodeArgs,
  };
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
  const store = createRunStore(given.out ?? config.text['out'] ?? 'histories/runs');
  const codes: number[] = [];
  for (let i = 0; i < testCount; i += 1) {
    const planned = i === 0 ? first : await planOf(settings, (seed + i) % (seedMax + 1));
    const report = await runPlanned(planned, {
      store,
      isQuiet: given.json,
      keepData: given.on.has('keep-data'),
    });
    emitReports(report, reporters);
    codes.push(exitCodeOf(report.summary));
  }
  return worstExitCode(codes);
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
