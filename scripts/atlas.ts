/**
 * The atlas: which fault breaks which target, measured. Runs every correct variant under all
 * faults and every broken one under the faults that should show it, over many seeds, and
 * writes `docs/atlas.md`.
 *
 *     node --import tsx scripts/atlas.ts [--seeds 20] [--jobs 3] [--only raft] [--dry-run]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { loadTargets } from '../src/registry.ts';

interface Row {
  readonly target: string;
  readonly variant: string;
  readonly broken: string | null;
  readonly workload: string;
  readonly nemesis: string;
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
    jobs: { type: 'string', default: '3' },
    only: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  },
});
const seedCount = Number(values.seeds);
const folder = mkdtempSync(join(tmpdir(), 'dsx-atlas-'));

const rows = (await allRows()).filter(
  ({ target, variant }) =>
    values.only === undefined || `${target}.${variant}`.startsWith(values.only),
);
const tallies = rows.map(newTally);
const jobs = rows.flatMap((_, row) =>
  Array.from({ length: seedCount }, (_seed, seed) => ({ row, seed: seed + 1 })),
);
try {
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const page = pageOf();
console.log(page);
if (!values['dry-run'] && values.only === undefined) writeFileSync('docs/atlas.md', page);

async function allRows(): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const target of (await loadTargets()).values()) {
    const all = target.survives.join(',');
    for (const variant of target.variants) {
      const base = { target: target.name, variant: variant.name };
      if (variant.broken === undefined) {
        for (const nemesis of ['partition', all])
          found.push({ ...base, broken: null, workload: 'register', nemesis });
      } else {
        found.push({ ...base, broken: variant.broken.mistake, ...variant.broken.shownBy });
      }
    }
  }
  return found;
}

async function worker(): Promise<void> {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const row = rows[job.row];
    const tally = tallies[job.row];
    if (row !== undefined && tally !== undefined) await run(row, tally, job.seed);
  }
}

async function run(row: Row, tally: Tally, seed: number): Promise<void> {
  const { target, variant, workload, nemesis } = row;
  const args = ['--target', target, '--variant', variant, '--workload', workload];
  const options = ['--nemesis', nemesis, '--seed', String(seed), '--out', folder, '--json'];
  const { exitCode, stderr } = await execa('node', ['bin/run.js', 'test', ...args, ...options], {
    reject: false,
    stdout: { file: join(folder, `${target}.${variant}.${seed}.json`) },
  });
  const outcome =
    ({ 0: 'valid', 1: 'anomaly', 2: 'unknown' } as const)[exitCode ?? 255] ?? 'failed';
  tally[outcome] += 1;
  if (outcome === 'anomaly')
    for (const type of typesIn(join(folder, `${target}.${variant}.${seed}.json`)))
      tally.types.set(type, (tally.types.get(type) ?? 0) + 1);
  const odd = (row.broken === null) !== (outcome === 'valid');
  const note = odd ? `  <-- look: dsx test ${[...args, ...options.slice(0, 4)].join(' ')}` : '';
  console.error(`${target} ${variant} ${nemesis} seed ${seed}: ${outcome}${note}`);
  if (outcome === 'failed') console.error(stderr);
}

function typesIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...new Set([...text.matchAll(/"type":\s*"([a-z-]+)"/g)].map((match) => match[1] ?? ''))];
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}

function lineOf(row: Row, tally: Tally): string {
  const seen =
    row.broken === null
      ? `${tally.valid} of ${seedCount} valid`
      : `**${tally.anomaly} of ${seedCount} caught**`;
  const types = [...tally.types].map(([type, count]) => `${type} (${count})`).join(', ');
  const rest = [...counted(tally.unknown, 'unknown'), ...counted(tally.failed, 'failed')];
  const verdicts = [seen, ...rest].join(', ');
  return `| ${row.target} | ${row.variant} | ${row.broken ?? 'correct'} | ${row.nemesis} | ${verdicts} | ${types} |`;
}

function newTally(): Tally {
  return { valid: 0, anomaly: 0, unknown: 0, failed: 0, types: new Map() };
}

function pageOf(): string {
  const lines = rows.map((row, i) => lineOf(row, tallies[i] ?? newTally()));
  return `# Which fault breaks which target

Every correct variant of the bundled targets under partitions alone and under all faults at
once, and every broken variant under the faults that should show it: workload \`register\`,
five nodes, runs of the default length (10 s), seeds 1 to ${seedCount}.

| target | variant | mistake | nemesis | verdicts | anomalies (in how many runs) |
|---|---|---|---|---|---|
${lines.join('\n')}

Made by \`node --import tsx scripts/atlas.ts\`.
`;
}
