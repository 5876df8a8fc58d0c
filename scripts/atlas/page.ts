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
the default length (10 s), on the number of nodes that is the target's default, with the seeds
1, 2, 3, …; the verdicts are those of the runs, nothing is chosen.

${summaryOf(known, measured)}

| target | variant | workload | nemesis | mistake | verdicts | anomalies (in how many runs) |
|---|---|---|---|---|---|---|
${table.join('\n')}

${unknown.length === 0 ? '' : `Not measured here, as they need what is not installed or were not asked for: ${unknown.join(', ')}.\n\n`}Made by \`npm run atlas\`, which measures what is missing in \`atlas.json\` and rewrites this page;
\`npm run atlas -- --again\` measures all anew, \`--only raft,gossip.flood\` some of it. CI runs every
variant that needs nothing installed, a quarter of them in turn each time, for a few seconds:
\`test/integration/atlas.test.ts\` (\`DSX_ATLAS_TURN=all\` for all of them).
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
  ].join('\n');
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
    ...[[seen, ...rest].join(', '), types.join(', ')],
  ];
  return `| ${cells.join(' | ')} |`;
}
