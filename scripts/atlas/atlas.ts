/**
 * Measures which fault breaks which bundled target: every correct variant with the workloads
 * that its target offers, under the faults that it claims to survive, and every broken one under
 * the faults that should show it, over several seeds. What was measured is kept in
 * `docs/generated/atlas.json`, and `docs/generated/atlas.md` is made from it.
 *
 *     npm run atlas -- [--seeds 10] [--jobs 3] [--minutes 600] [--only raft,gossip.flood]
 *       [--broken] [--again] [--page] [--program bin/run.js]
 *
 * Exits 1 if a correct variant was accused, a broken one never caught, or a run failed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import type { Target } from '../../src/contract/target.ts';
import { loadTargets, loadWorkloads } from '../../src/registry.ts';
import { missingCommands } from '../../src/testbed/find-command.ts';
import { sandboxObstacle } from '../../src/testbed/netns/survey.ts';
import { nothingMeasured, type Outcome, readMeasured, withRun, writeMeasured } from './measured.ts';
import { pageOf, problemsOf } from './page.ts';
import { allRows, argumentsOf, keyOf, type Row } from './rows.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    jobs: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '600' },
    only: { type: 'string' },
    broken: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    program: { type: 'string', default: 'bin/run.js' },
  },
});
const file = 'docs/generated/atlas.json';
const page = 'docs/generated/atlas.md';
const only = values.only?.split(',');
const folder = mkdtempSync(join(tmpdir(), 'dsx-atlas-'));

const targets = [...(await loadTargets()).values()];
const everyRow = allRows(targets, [...(await loadWorkloads()).values()]);
const skipped = new Set<string>();
for (const target of targets) await skipUnlessThere(target);
const rows = everyRow.filter(
  (row) =>
    !skipped.has(row.target) &&
    (only?.some((name) => keyOf(row).startsWith(name)) ?? true) &&
    (row.mistake !== null || !values.broken),
);
if (!values.page) await measure();
forget();
const measured = readMeasured(file);
writeFileSync(page, pageOf(everyRow, measured));
const problems = problemsOf(everyRow, measured);
for (const problem of problems) console.error(`look: ${problem}`);
if (problems.length > 0) process.exitCode = 1;

/** Servers that are not installed, or networks that may not be made, are said once. */
async function skipUnlessThere(target: Target): Promise<void> {
  if (target.testbed === 'stdio' || !(only?.some((name) => name.startsWith(target.name)) ?? true))
    return;
  const obstacle = missingCommands(target.commands) ?? (await sandboxObstacle());
  if (obstacle === undefined) return;
  console.error(`skipped: ${target.name}: ${obstacle.found}; ${obstacle.advice}`);
  skipped.add(target.name);
}

/** Seed by seed over all rows, so that a measurement that is cut short has seen as much of each. */
async function measure(): Promise<void> {
  if (values.again) {
    const asked = new Set(rows.map(keyOf));
    keepOnly((key) => !asked.has(key));
  }
  const before = readMeasured(file);
  const jobs = Array.from({ length: Number(values.seeds) }, (_, i) =>
    rows
      .filter((row) => !(before[keyOf(row)]?.seeds.includes(i + 1) ?? false))
      .map((row) => ({ row, seed: i + 1 })),
  ).flat();
  console.error(`${rows.length} rows, ${jobs.length} runs`);
  const endMs = performance.now() + Number(values.minutes) * 60_000;
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift())
      if (performance.now() < endMs) await run(job.row, job.seed);
  };
  try {
    await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(row: Row, seed: number): Promise<void> {
  const args = [...argumentsOf(row), '--seed', String(seed)];
  const stdout = join(folder, `${everyRow.indexOf(row)}-${seed}.json`);
  const { exitCode, stderr } = await execa(
    process.execPath,
    [values.program, 'test', ...args, '--out', join(folder, 'runs'), '--json'],
    { reject: false, stdout: { file: stdout } },
  );
  const outcome: Outcome =
    ({ 0: 'valid', 1: 'anomaly', 2: 'unknown' } as const)[exitCode ?? 255] ?? 'failed';
  const types = outcome === 'anomaly' ? typesIn(stdout) : [];
  const measured = readMeasured(file);
  const day = new Date().toISOString().slice(0, 10);
  const tally = withRun(measured[keyOf(row)] ?? nothingMeasured, seed, { outcome, types, day });
  writeMeasured(file, { ...measured, [keyOf(row)]: tally });
  const isOdd = outcome !== (row.mistake === null ? 'valid' : 'anomaly');
  console.error(
    `${keyOf(row)}, seed ${seed}: ${outcome}${isOdd ? `  <-- look: dsx test ${args.join(' ')}` : ''}`,
  );
  if (outcome === 'failed') console.error(stderr);
  if (isOdd && outcome !== 'failed') console.error(reasonsIn(stdout).join('\n'));
  rmSync(stdout, { force: true });
}

interface Printed {
  readonly verdicts: readonly {
    readonly valid: unknown;
    readonly reason?: unknown;
    readonly anomalies?: readonly { readonly type: string }[];
  }[];
}

function typesIn(path: string): readonly string[] {
  const { verdicts } = JSON.parse(readFileSync(path, 'utf8')) as Printed;
  return [...new Set(verdicts.flatMap(({ anomalies = [] }) => anomalies.map(({ type }) => type)))];
}

/** What the checkers said that were not content. */
function reasonsIn(path: string): readonly string[] {
  const { verdicts } = JSON.parse(readFileSync(path, 'utf8')) as Printed;
  return verdicts
    .filter(({ valid }) => valid !== true)
    .map((verdict) => `    ${JSON.stringify(verdict).slice(0, 600)}`);
}

/** Rows that there are no more. */
function forget(): void {
  const keys = new Set(everyRow.map(keyOf));
  keepOnly((key) => keys.has(key));
}

function keepOnly(isKept: (key: string) => boolean): void {
  const before = Object.entries(readMeasured(file));
  const kept = before.filter(([key]) => isKept(key));
  if (kept.length < before.length) writeMeasured(file, Object.fromEntries(kept));
}
