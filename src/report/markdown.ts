/** A run as GitHub-flavoured Markdown: for a pull request, an issue, or a step summary. */
import { durationText, plural } from '../base/text.ts';
import { type Anomaly, anomaliesOf } from '../checker/verdict.ts';
import { asciiTimeline } from './ascii-timeline.ts';
import { definitionOf } from './definitions.ts';
import { escapeMarkdown, markdownBlock, markdownCode } from './escape.ts';
import { latencies } from './latency.ts';
import { plainPaint } from './paint.ts';
import type { RunReport, RunSummary } from './report.ts';
import { faultLine, messageText } from './terminal.ts';
import { witnessOf } from './witness.ts';
import { againCommands, anomalyTitle, headline, runTitle, symbolOf, verdictLine } from './words.ts';

const anomaliesMax = 5;
const icons = { '✓': '✅', '✗': '❌', '?': '❔' } as const;

/** Verdict, anomalies with evidence, counts, faults, warnings, commands. Ends in a line break. */
export function renderMarkdown(report: RunReport): string {
  const { summary } = report;
  const { symbol, text, expectation } = headline(summary);
  const blocks = [
    `## ${icons[symbol]} ${escapeMarkdown(text)}`,
    `${escapeMarkdown(runTitle(summary))}, seed ${summary.plan.seed}.${expectation === '' ? '' : ` ${expectation}`}`,
    verdictList(summary),
    ...anomalyBlocks(report),
    countTable(report),
    faultList(summary),
    summary.messages === null ? '' : escapeMarkdown(messageText(summary.messages)),
    summary.warnings.map((warning) => `> ⚠️ ${escapeMarkdown(warning)}`).join('\n>\n'),
    commandBlock(report),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function verdictList({ verdicts, gates = [] }: RunSummary): string {
  const lines = verdicts.map(
    (verdict) => `- ${icons[symbolOf(verdict.valid)]} ${escapeMarkdown(verdictLine(verdict))}`,
  );
  const goals = gates.map(
    ({ gate, passed, figure }) =>
      `- ${icons[symbolOf(passed)]} gate ${markdownCode(gate)}: ${escapeMarkdown(figure)}`,
  );
  return [...lines, ...goals].join('\n');
}

function anomalyBlocks(report: RunReport): readonly string[] {
  const anomalies = report.summary.verdicts.flatMap(anomaliesOf);
  const blocks = anomalies.slice(0, anomaliesMax).flatMap((one) => anomalyBlock(one, report));
  const rest = anomalies.length - anomaliesMax;
  return rest > 0
    ? [...blocks, `… and ${plural(rest, 'more anomaly', 'more anomalies')}.`]
    : blocks;
}

function anomalyBlock(anomaly: Anomaly, { history, summary }: RunReport): readonly string[] {
  const faults = summary.faults.map(({ window }) => window);
  const witness = witnessOf(anomaly, history, faults, { operationsMax: 24, labelLength: 28 });
  const picture = asciiTimeline(witness, plainPaint, 110);
  const meaning = definitionOf(anomaly.type)?.meaning;
  return [
    `### ${escapeMarkdown(anomalyTitle(anomaly))}`,
    ...(meaning === undefined ? [] : [escapeMarkdown(meaning)]),
    ...(picture.length === 0 ? [] : [markdownBlock(picture.join('\n'))]),
    markdownBlock(anomaly.explanation),
  ];
}

function countTable({ summary, history }: RunReport): string {
  const quantiles = new Map(latencies(history).map((row) => [row.f, row]));
  const rows = summary.functions.map(({ f, ok, fail, info }) => {
    const took = quantiles.get(f);
    const times =
      took === undefined
        ? ['', '', '']
        : [took.p50Ms, took.p99Ms, took.maxMs].map((ms) => durationText(ms));
    return `| ${[markdownCode(f), ok, fail, info, ...times].join(' | ')} |`;
  });
  return [
    `${plural(summary.operationCount, 'operation')} in ${durationText(summary.durationMs)}, checked in ${durationText(summary.checkMs)}.`,
    '',
    '| function | ok | fail | info | p50 | p99 | max |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n');
}

function faultList({ faults }: RunSummary): string {
  if (faults.length === 0) return '';
  const lines = faults.slice(0, 30).map((fault) => `- ${escapeMarkdown(faultLine(fault))}`);
  const rest = faults.length - lines.length;
  const more = rest > 0 ? [`- … and ${plural(rest, 'more fault')}`] : [];
  return [`**${plural(faults.length, 'fault')}**`, '', ...lines, ...more].join('\n');
}

function commandBlock(report: RunReport): string {
  const lines = againCommands(report).flatMap(({ title, command }) => [`# ${title}`, command]);
  return markdownBlock(lines.join('\n'), 'sh');
}
