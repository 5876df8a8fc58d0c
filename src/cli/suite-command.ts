/** `dsx suite FILE` and `dsx merge FILE…`: many tests, one summary, one exit code. */
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UsageError } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import type { Target } from '../contract/target.ts';
import { parseNumber } from '../plan/parse.ts';
import type { RunPlan } from '../plan/plan.ts';
import {
  digestOf,
  expandSuite,
  inShard,
  parseShard,
  type Shard,
  type SuiteTest,
  seedOf,
} from '../plan/suite.ts';
import {
  mergeShards,
  type SuiteReport,
  type SuiteResult,
  suiteFormat,
  suiteReportFrom,
} from '../report/suite/suite.ts';
import { resultLine } from '../report/suite/terminal.ts';
import { dsxVersion } from '../runner/version.ts';
import { rootError } from '../store/disk-error.ts';
import { writeAtomic } from '../store/write-atomic.ts';
import { parseConfig } from './config-file.ts';
import { exitCodes, worstExitCode } from './exit-codes.ts';
import { withRowsOf, writeFindings } from './findings-page.ts';
import { interruptible } from './interrupt.ts';
import { paintFor } from './paint.ts';
import { parseReporters } from './reporters.ts';
import { missingForTarget } from './sandbox.ts';
import { planOf } from './settings.ts';
import { configText, readSuite, type SuiteFile } from './suite-file.ts';
import { emitSuite } from './suite-reporters.ts';
import { notRun, outcomeCode, runSuite } from './suite-run.ts';
import { versionOf } from './system-version.ts';

export interface SuiteArguments {
  readonly file: string;
  readonly jobs: string | null;
  readonly shard: string | null;
  readonly grep: string | null;
  readonly repeat: string | null;
  readonly seed: string | null;
  readonly failFast: boolean;
  readonly list: boolean;
  readonly out: string;
  readonly results: string | null;
  readonly reporters: string | null;
  readonly json: boolean;
}

interface PlannedTest {
  readonly test: SuiteTest;
  readonly plan: RunPlan;
  readonly target: Target | null;
}

export async function suiteCommand(given: SuiteArguments): Promise<number> {
  const reporters = parseReporters(given.reporters ?? undefined, given.json);
  const jobs = jobsOf(given.jobs);
  const shard = given.shard === null ? null : parseShard(given.shard);
  const path = suitePath(given.file);
  const file = readSuite(path);
  const all = selected(file, given);
  const seed = seedFor(file, given);
  const planned = await plansOf(file, all, { seed, folder: dirname(path) });
  const mine = planned.filter((_, i) => shard === null || inShard(i, shard));
  if (given.list) return listTests(mine, given.json);
  const name = file.name ?? basename(path).replace(/\.ya?ml$/, '');
  const startedAt = new Date();
  const folder = newFolder(given.results ?? defaultFolder(name, startedAt, shard));
  const report = (results: readonly SuiteResult[]): SuiteReport => ({
    format: suiteFormat,
    name,
    dsxVersion,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    seed,
    digest: digestOf(all),
    testCount: all.length,
    shard,
    complete: results.every(({ outcome }) => outcome !== 'not-run'),
    results,
  });
  const write = (results: readonly SuiteResult[]): void => {
    writeAtomic(join(folder, 'suite.json'), [`${JSON.stringify(report(results), null, 2)}\n`]);
    // With each result: a suite that is killed keeps what it has shown.
    keepPage(given, { file, path, results });
  };
  write(mine.map(({ test }) => notRun(test)));
  const running = { jobs, seed, folder, mine, write, suiteFolder: dirname(path) };
  const { results, interrupted } = await runAll(given, { ...running, file });
  write(results);
  emitSuite(report(results), reporters);
  const page = keepPage(given, { file, path, results });
  if (page !== null && !given.json)
    process.stderr.write(`findings: ${relative(process.cwd(), page)}\n`);
  if (!given.json) process.stderr.write(`results: ${relative(process.cwd(), folder)}/suite.json\n`);
  return interrupted ? exitCodes.failed : worstExitCode(results.map(outcomeCode));
}

interface Running {
  readonly jobs: number;
  readonly seed: number;
  readonly folder: string;
  readonly mine: readonly PlannedTest[];
  readonly file: SuiteFile;
  readonly suiteFolder: string;
  write(results: readonly SuiteResult[]): void;
}

async function runAll(given: SuiteArguments, running: Running) {
  const { jobs, seed, folder, mine, file, suiteFolder } = running;
  const planned = new Map(mine.map((one) => [one.test, one]));
  const say = (text: string): void => {
    if (!given.json) process.stderr.write(`${text}\n`);
  };
  say(`${plural(mine.length, 'test')}, ${jobs} at once; seed ${seed}`);
  const paint = paintFor(process.stderr);
  let interrupted = false;
  let count = 0;
  const results = await interruptible((signal) => {
    signal.addEventListener('abort', () => {
      interrupted = true;
      say('ending the tests that run; what is finished is kept');
    });
    return runSuite({
      tests: mine.map(({ test }) => test),
      ...{ seed, jobs, folder, signal, failFast: given.failFast },
      runsFolder: resolve(given.out),
      suiteFolder,
      limitMs: (test) => limitOf(planned.get(test)?.plan),
      obstacle: (test) => {
        const missing = missingForTarget(planned.get(test)?.target ?? null);
        return file.skipsMissing ? missing : undefined;
      },
      version: (test) => versionOf(planned.get(test)?.target ?? null),
      finished(result, all) {
        count += 1;
        say(`${count}/${mine.length} ${resultLine(result, paint)}`);
        running.write(all);
      },
    });
  });
  return { results, interrupted };
}

/** The page, if the suite has one and there is a folder for it. */
function keepPage(
  given: SuiteArguments,
  suite: {
    readonly file: SuiteFile;
    readonly path: string;
    readonly results: readonly SuiteResult[];
  },
): string | null {
  const { file, path, results } = suite;
  if (file.page === null) return null;
  const page = resolve(dirname(path), file.page);
  const started = expandSuite(file.entries, null).map(notRun);
  const all = withRowsOf(started, () => expandSuite(readSuite(path).entries, null).map(notRun));
  return writeFindings({ path: page, all, results, repeat: `dsx suite ${given.file}` });
}

/** A path, or the name of a suite that comes with dsx. */
function suitePath(given: string): string {
  if (existsSync(given) || !/^[a-z0-9-]+$/.test(given)) return resolve(given);
  for (const up of ['../../', '../../../']) {
    const path = fileURLToPath(new URL(`${up}suites/${given}.yaml`, import.meta.url));
    if (existsSync(path)) return path;
  }
  return resolve(given);
}

/** Load, healing, last reads, every checker to its limit, and a margin for a slow machine. */
function limitOf(plan: RunPlan | undefined): number {
  if (plan === undefined) return 600_000;
  return 120_000 + 3 * (plan.timeLimitMs + plan.recoveryMs + plan.checkTimeoutMs);
}

/** A test takes about a core for dsx and one for its nodes. */
function jobsOf(text: string | null): number {
  if (text === null) return Math.max(1, Math.floor(availableParallelism() / 2));
  return parseNumber('jobs', text, { min: 1, max: 256, integer: true });
}

function seedFor(file: SuiteFile, given: SuiteArguments): number {
  const max = 2 ** 32 - 1;
  if (given.seed !== null) return parseNumber('seed', given.seed, { min: 0, max, integer: true });
  return file.seed ?? randomInt(max);
}

function selected(file: SuiteFile, { grep, repeat, file: path }: SuiteArguments) {
  const count = repeat === null ? null : parseNumber('repeat', repeat, { min: 1, integer: true });
  const expanded = expandSuite(file.entries, count);
  // A page tells how many of so many seeds show a finding: then each seed is run once.
  const isTally = file.page !== null && (count ?? 1) > 1;
  const tests = isTally ? expanded.map((test) => ({ ...test, tries: 1 })) : expanded;
  if (tests.length === 0)
    throw new UsageError(`${path}: no test is left, since exclude leaves out all combinations`);
  if (grep === null) return tests;
  const pattern = patternOf(grep);
  // A repetition has a number in its name; what fits without it fits all of them.
  const found = tests.filter(({ name, group }) => pattern.test(name) || pattern.test(group));
  if (found.length > 0) return found;
  throw new UsageError(
    `--grep ${grep} fits none of ${plural(tests.length, 'test')}.\nto see their names: dsx suite ${path} --list`,
  );
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'iu');
  } catch (thrown) {
    throw new UsageError(`--grep takes a regular expression: ${messageOf(thrown)}`);
  }
}

/** Every test is planned before the first one runs: a slip in the last must not cost an hour. */
async function plansOf(
  file: SuiteFile,
  tests: readonly SuiteTest[],
  { seed, folder }: { readonly seed: number; readonly folder: string },
) {
  const planned: PlannedTest[] = [];
  for (const test of tests) {
    const { name, settings, entry } = test;
    try {
      checkTries(test);
      const own = seedOf(test, seed, 0);
      const config = parseConfig(name, configText(settings, folder));
      const { args, on, ...rest } = config;
      const { plan, target } = await planOf({ ...rest, flags: on, nodeArgs: args }, own);
      planned.push({ test, plan, target });
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      throw file.complain(entry, `test "${name}": ${thrown.message}`);
    }
  }
  return planned;
}

/** More than one try at being valid would hide what dsx is for. */
function checkTries({ tries, expect }: SuiteTest): void {
  if (tries === 1 || expect.kind !== 'valid') return;
  throw new UsageError(
    'tries is for tests that expect an anomaly; one that should be valid must be so every time (see repeat)',
  );
}

function listTests(planned: readonly PlannedTest[], json: boolean): number {
  const text = json
    ? JSON.stringify(
        planned.map(({ test, plan }) => ({ name: test.name, expect: test.expect, plan })),
        null,
        2,
      )
    : planned.map(({ test }) => test.name).join('\n');
  process.stdout.write(`${text}\n`);
  return exitCodes.valid;
}

function defaultFolder(name: string, startedAt: Date, shard: Shard | null): string {
  const time = startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const safe = name.replace(/[^A-Za-z0-9._]+/g, '-').slice(0, 60);
  const part = shard === null ? '' : `-${shard.index}of${shard.count}`;
  return join('histories/suites', `${time}-${safe}${part}`);
}

function newFolder(path: string): string {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw rootError(thrown, folder);
  }
  return folder;
}

export interface MergeArguments {
  readonly files: readonly string[];
  readonly results: string | null;
  readonly reporters: string | null;
  readonly json: boolean;
}

/** What a shard that is missing would have said is unknown: the code is that of a failure. */
export function mergeCommand(given: MergeArguments): number {
  const reporters = parseReporters(given.reporters ?? undefined, given.json);
  const parts = given.files.map(readResults);
  const report = mergeShards(parts);
  if (given.results !== null)
    writeAtomic(join(newFolder(given.results), 'suite.json'), [
      `${JSON.stringify(report, null, 2)}\n`,
    ]);
  emitSuite(report, reporters);
  const codes = report.results.map(outcomeCode);
  const failed = report.results.some(
    ({ outcome }) => outcome !== 'passed' && outcome !== 'not-run',
  );
  return worstExitCode(report.complete || failed ? codes : [...codes, exitCodes.failed]);
}

function readResults(path: string): { readonly file: string; readonly report: SuiteReport } {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  const file = statSync(path).isDirectory() ? join(path, 'suite.json') : path;
  if (!existsSync(file))
    throw new UsageError(`the folder ${path} holds no suite.json; name what dsx suite wrote`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new UsageError(`${file} is not JSON: ${messageOf(thrown)}`);
  }
  return { file, report: suiteReportFrom(value, file) };
}
