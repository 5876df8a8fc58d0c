/**
 * The atlas: which fault breaks which target, measured. Runs every correct variant under all
 * faults and every broken one under the faults that should show it, over many seeds, and
 * writes `docs/atlas.md`.
 *
 *     node --import tsx scripts/atlas.ts [--seeds 20] [--jobs 3] [--minutes 120] [--only raft] [--dry-run]
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
    jobs: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '120' },
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
// Seed by seed over all rows, so that a run that is cut short has seen as much of each.
const jobs = Array.from({ length: seedCount }, (_, seed) =>
  rows.map((_row, row) => ({ row, seed: seed + 1 })),
).flat();
const endMs = performance.now() + Number(values.minutes) * 60_000;
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
    for (const variant of target.variants) {
      const base = { target: target.name, variant: variant.name };
      if (variant.broken === undefined) {
        for (const nemesis of correctUnder(target.survives))
          found.push({ ...base, broken: null, workload: 'register', nemesis });
      } else {
        found.push({ ...base, broken: variant.broken.mistake, ...variant.broken.shownBy });
      }
    }
  }
  return found;
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
  const types = [...tally.types].map(([type, count]) => `${type} (${count})`).join(', ');
  const rest = [...counted(tally.unknown, 'unknown'), ...counted(tally.failed, 'failed')];
  const verdicts = [seen, ...rest].join(', ');
  return `| ${row.target} | ${row.variant} | ${row.broken ?? 'correct'} | ${[row.nemesis, ...(row.further ?? [])].join(' ')} | ${verdicts} | ${types} |`;
}

function newTally(): Tally {
  return { valid: 0, anomaly: 0, unknown: 0, failed: 0, types: new Map() };
}

function pageOf(): string {
  const lines = rows.map((row, i) => lineOf(row, tallies[i] ?? newTally()));
  return `# Which fault breaks which target

Every correct variant of the bundled targets under every fault that it claims to survive, and every broken variant under the faults that should show it: workload \`register\`,
five nodes, runs of the default length (10 s), seeds 1 to ${seedCount}.

| target | variant | mistake | nemesis | verdicts | anomalies (in how many runs) |
|---|---|---|---|---|---|
${lines.join('\n')}

Made by \`node --import tsx scripts/atlas.ts\`.
`;
}
