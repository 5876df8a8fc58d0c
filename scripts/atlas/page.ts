/** The page of the atlas: a table of what was measured, with what it comes to before it. */
import { plural } from '../../src/base/text.ts';
import { type Measured, nothingMeasured, type Tally } from './measured.ts';
import { keyOf, type Row } from './rows.ts';

/** What the table proves, or does not: sentences about rows that are not as they should be. */
export function problemsOf(rows: readonly Row[], measured: Measured): readonly string[] {
  return rows.flatMap((row) => {
    const tally = measured[keyOf(row)] ?? nothingMeasured;
    if (tally.seeds.length === 0) return [];
    if (row.mistake === null && tally.anomaly > 0)
      return [`${keyOf(row)}: correct, and accused in ${plural(tally.anomaly, 'run')}`];
    if (row.mistake !== null && tally.anomaly === 0) return [`${keyOf(row)}: never caught`];
    return tally.failed > 0 ? [`${keyOf(row)}: ${plural(tally.failed, 'run')} failed`] : [];
  });
}

export function pageOf(rows: readonly Row[], measured: Measured): string {
  const known = rows.filter((row) => measured[keyOf(row)] !== undefined);
  const unknown = [
    ...new Set(rows.flatMap((row) => (known.includes(row) ? [] : [`\`${row.target}\``]))),
  ];
  const table = known.map((row) => lineOf(row, measured[keyOf(row)] ?? nothingMeasured));
  return `# Which fault breaks which target

Every correct variant of the bundled targets, with the workloads that it offers, under the faults
that it claims to survive, and every broken variant under the faults that should show it. Runs of
the default length (10 s) unless the row says otherwise, on the number of nodes that is the
target's default, with the seeds 1, 2, 3, …; the verdicts are those of the runs, nothing is chosen.

${summaryOf(known, measured)}

| target | variant | workload | nemesis | mistake | verdicts | anomalies (in how many runs) | measured |
|---|---|---|---|---|---|---|---|
${table.join('\n')}

${unknown.length === 0 ? '' : `Not measured here, as they need what is not installed or were not asked for: ${unknown.join(', ')}.\n\n`}Made by \`npm run atlas\`, which measures what is missing in \`atlas.json\` and rewrites this page;
\`npm run atlas -- --again\` measures all anew, \`--only raft,gossip.flood\` some of it. The short form,
\`test/integration/atlas.test.ts\`, is part of every run of CI: a row of each workload each time, and
of the variants that need nothing installed a quarter in turn, for a few seconds each
(\`DSX_ATLAS_TURN=all\` for all of them).
`;
}

function summaryOf(rows: readonly Row[], measured: Measured): string {
  const count = (chosen: readonly Row[], of: (tally: Tally) => number): number =>
    chosen.reduce((sum, row) => sum + of(measured[keyOf(row)] ?? nothingMeasured), 0);
  const correct = rows.filter(({ mistake }) => mistake === null);
  const broken = rows.filter(({ mistake }) => mistake !== null);
  const [accused, undecided] = [
    count(correct, ({ anomaly }) => anomaly),
    count(correct, ({ unknown, failed }) => unknown + failed),
  ];
  const caught = broken.filter((row) => (measured[keyOf(row)]?.anomaly ?? 0) > 0);
  const sometimes = caught.filter((row) => {
    const { seeds, anomaly } = measured[keyOf(row)] ?? nothingMeasured;
    return anomaly < seeds.length;
  });
  return [
    `- Correct: ${plural(correct.length, 'row')}, ${plural(
      count(correct, ({ seeds }) => seeds.length),
      'run',
    )}; ${accused} accused, ${undecided} undecided.`,
    `- Broken: ${caught.length} of ${plural(broken.length, 'mistake')} caught, in ${count(
      broken,
      ({ anomaly }) => anomaly,
    )} of ${plural(
      count(broken, ({ seeds }) => seeds.length),
      'run',
    )}.`,
    ...(sometimes.length === 0
      ? []
      : [
          `- Not in every run, so run these with several seeds: ${sometimes.map(nameOf).join(', ')}.`,
        ]),
    `- Measured ${periodOf(rows, measured)}.`,
  ].join('\n');
}

function nameOf({ target, variant, workload }: Row): string {
  return `\`${target}.${variant}\` (${workload})`;
}

/** When, and with how many seeds. */
function periodOf(rows: readonly Row[], measured: Measured): string {
  const tallies = rows.map((row) => measured[keyOf(row)] ?? nothingMeasured);
  const days = tallies.map(({ day }) => day).toSorted();
  const byCount = new Map<number, number>();
  for (const { seeds } of tallies) byCount.set(seeds.length, (byCount.get(seeds.length) ?? 0) + 1);
  const counts = [...byCount]
    .toSorted(([a], [b]) => b - a)
    .map(([seeds, count]) => `${plural(count, 'row')} with ${plural(seeds, 'seed')}`);
  return `from ${days[0] ?? ''} to ${days.at(-1) ?? ''}: ${counts.join(', ')}`;
}

function lineOf(row: Row, tally: Tally): string {
  const { target, variant, workload, nemesis, further, mistake } = row;
  const count = tally.seeds.length;
  const seen =
    mistake === null
      ? `${tally.valid} of ${count} valid`
      : `**caught in ${tally.anomaly} of ${count}**`;
  const rest = [
    ...(mistake === null && tally.anomaly > 0 ? [`**${tally.anomaly} accused**`] : []),
    ...(tally.unknown === 0 ? [] : [`${tally.unknown} unknown`]),
    ...(tally.failed === 0 ? [] : [`${tally.failed} failed`]),
  ];
  const types = Object.entries(tally.anomalies).map(([type, times]) => `${type} (${times})`);
  const cells = [
    ...[target, variant, workload, [nemesis, ...further].join(' '), mistake ?? 'none'],
    ...[[seen, ...rest].join(', '), types.join(', '), tally.day],
  ];
  return `| ${cells.join(' | ')} |`;
}
