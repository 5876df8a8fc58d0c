/**
 * The atlas: which fault breaks which target, measured. Runs every correct variant, with every
 * workload that its target offers, under all faults, and every broken one under the faults that
 * should show it, over many seeds, and writes what it measured into `docs/atlas.md`. Rows that
 * were not measured this time stay as they are.
 *
 *     node --import tsx scripts/atlas.ts [--seeds 20] [--first-seed 1] [--jobs 2] [--minutes 120]
 *       [--only raft,gossip.flood] [--broken] [--dry-run]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import type { Target } from '../src/contract/target.ts';
import type { Workload } from '../src/contract/workload.ts';
import { loadTargets, loadWorkloads } from '../src/registry.ts';

interface Row {
  readonly target: string;
  readonly variant: string;
  readonly broken: string | null;
  readonly workload: string;
  readonly nemesis: string;
  readonly further?: readonly string[];
}

interface Tally {
  valid: number;
  anomaly: number;
  unknown: number;
  failed: number;
  readonly types: Map<string, number>;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    'first-seed': { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '120' },
    only: { type: 'string' },
    broken: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
  },
});
const page = 'docs/atlas.md';
const seedCount = Number(values.seeds);
const firstSeed = Number(values['first-seed']);
const only = values.only?.split(',');
const folder = mkdtempSync(join(tmpdir(), 'dsx-atlas-'));

const everyRow = await allRows();
const rows = everyRow.filter(
  ({ target, variant, broken }) =>
    (only?.some((name) => `${target}.${variant}`.startsWith(name)) ?? true) &&
    (broken !== null || !values.broken),
);
const tallies = rows.map(newTally);
// Seed by seed over all rows, so that a run that is cut short has seen as much of each.
const jobs = Array.from({ length: seedCount }, (_, seed) =>
  rows.map((_row, row) => ({ row, seed: firstSeed + seed })),
).flat();
const endMs = performance.now() + Number(values.minutes) * 60_000;
try {
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(rows.map((row, i) => lineOf(row, tallies[i] ?? newTally())).join('\n'));
if (!values['dry-run']) writeFileSync(page, pageOf());

async function allRows(): Promise<readonly Row[]> {
  const workloads = [...(await loadWorkloads()).values()];
  return [...(await loadTargets()).values()].flatMap((target) =>
    workloads
      .filter(({ object }) => target.objects.includes(object))
      .filter(({ name }) => target.keeps?.[name] !== null)
      .flatMap((workload) => rowsOf(target, workload)),
  );
}

function rowsOf(target: Target, { name: workload, models }: Workload): readonly Row[] {
  return target.variants.flatMap(({ name: variant, broken, promises }): readonly Row[] => {
    const base = { target: target.name, variant, workload };
    const rows: Row[] = [];
    // A variant may keep what it promises, and be broken for who asks for more.
    if (promises === undefined ? broken === undefined : models.includes(promises))
      for (const nemesis of correctUnder(target.survives))
        rows.push({ ...base, broken: null, nemesis, further: modelArguments(promises) });
    // A mistake is shown by one workload; with others of the same object it may stay hidden.
    if (broken?.shownBy.workload === workload) {
      const { nemesis, model, further = [] } = broken.shownBy;
      const args = [...modelArguments(model), ...further];
      rows.push({ ...base, broken: broken.mistake, nemesis, further: args });
    }
    return rows;
  });
}

function modelArguments(model: string | undefined): readonly string[] {
  return model === undefined ? [] : ['--model', model];
}

/** Each fault, two at a time where they go together; all at once leave nothing to judge. */
function correctUnder(survives: readonly string[]): readonly string[] {
  return [['partition'], ['kill', 'pause'], ['packet', 'clock']]
    .map((names) => names.filter((name) => survives.includes(name)).join(','))
    .filter((names) => names !== '');
}

async function worker(): Promise<void> {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    if (performance.now() > endMs) return;
    const row = rows[job.row];
    const tally = tallies[job.row];
    if (row !== undefined && tally !== undefined) await run(row, tally, job.seed);
  }
}

async function run(row: Row, tally: Tally, seed: number): Promise<void> {
  const { target, variant, workload, nemesis, further = [] } = row;
  const args = ['--target', target, '--variant', variant, '--workload', workload, ...further];
  const options = ['--nemesis', nemesis, '--seed', String(seed), '--out', folder, '--json'];
  const file = join(folder, `${rows.indexOf(row)}-${seed}.json`);
  const { exitCode, stderr } = await execa('node', ['bin/run.js', 'test', ...args, ...options], {
    reject: false,
    stdout: { file },
  });
  const outcome =
    ({ 0: 'valid', 1: 'anomaly', 2: 'unknown' } as const)[exitCode ?? 255] ?? 'failed';
  tally[outcome] += 1;
  if (outcome === 'anomaly')
    for (const type of typesIn(file)) tally.types.set(type, (tally.types.get(type) ?? 0) + 1);
  const odd = row.broken === null ? outcome !== 'valid' : outcome !== 'anomaly';
  const note = odd ? `  <-- look: dsx test ${[...args, ...options.slice(0, 4)].join(' ')}` : '';
  console.error(`${target} ${variant} ${workload} ${nemesis} seed ${seed}: ${outcome}${note}`);
  if (outcome === 'failed') console.error(stderr);
}

function typesIn(file: string): readonly string[] {
  const { verdicts } = JSON.parse(readFileSync(file, 'utf8')) as {
    verdicts: readonly { anomalies?: readonly { type: string }[] }[];
  };
  return [
    ...new Set(verdicts.flatMap((verdict) => (verdict.anomalies ?? []).map(({ type }) => type))),
  ];
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}

function lineOf(row: Row, tally: Tally): string {
  const count = tally.valid + tally.anomaly + tally.unknown + tally.failed;
  const seen =
    row.broken === null
      ? `${tally.valid} of ${count} valid`
      : `**${tally.anomaly} of ${count} caught**`;
  const types = [...tally.types].map(([type, times]) => `${type} (${times})`).join(', ');
  const rest = [...counted(tally.unknown, 'unknown'), ...counted(tally.failed, 'failed')];
  return `${keyOf(row)} ${row.broken ?? 'correct'} | ${[seen, ...rest].join(', ')} | ${types} |`;
}

/** How the line of a row begins. */
function keyOf({ target, variant, workload, nemesis, further = [] }: Row): string {
  return `| ${target} | ${variant} | ${workload} | ${[nemesis, ...further].join(' ')} |`;
}

function newTally(): Tally {
  return { valid: 0, anomaly: 0, unknown: 0, failed: 0, types: new Map() };
}

/** Every row that there is: measured now, or as it was. */
function pageOf(): string {
  const before = existsSync(page) ? readFileSync(page, 'utf8').split('\n') : [];
  const lines = everyRow.map((row) => {
    const tally = tallies[rows.indexOf(row)];
    if (tally !== undefined && tally.valid + tally.anomaly + tally.unknown + tally.failed > 0)
      return lineOf(row, tally);
    return (
      before.find((line) => line.startsWith(keyOf(row))) ??
      `${keyOf(row)} ${row.broken ?? 'correct'} | not measured |  |`
    );
  });
  return `# Which fault breaks which target

Every correct variant of the bundled targets, with every workload that it offers, under the faults
that it claims to survive, and every broken variant under the faults that should show it; five
nodes, runs of the default length (10 s), one seed after the other.

| target | variant | workload | nemesis | mistake | verdicts | anomalies (in how many runs) |
|---|---|---|---|---|---|---|
${lines.join('\n')}

Made by \`node --import tsx scripts/atlas.ts\`.
`;
}
