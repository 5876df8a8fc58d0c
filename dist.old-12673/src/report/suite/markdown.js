/** A suite as GitHub-flavoured Markdown: for a pull request, an issue, or a step summary. */
import { durationText, plural } from '../../base/text.js';
import { escapeMarkdown, markdownBlock, markdownCode } from '../escape.js';
import { countsText, groupsOf, incompleteText, outcomeCounts } from './suite.js';

const icons = {
  passed: '✅',
  failed: '❌',
  unknown: '❔',
  error: '💥',
  'not-run': '⏭️',
};
/** Details of so many failures; the others are in the table and in the files. */
const detailsMax = 20;
/** Ends in a line break. */
export function renderSuiteMarkdown(report) {
  const counts = outcomeCounts(report.results);
  const isGood = counts.passed === report.results.length;
  const troubled = report.results.filter(
    ({ outcome }) => outcome !== 'passed' && outcome !== 'not-run',
  );
  const incomplete = incompleteText(report);
  const rest = troubled.length - detailsMax;
  const blocks = [
    `## ${isGood ? '✅' : '❌'} ${escapeMarkdown(report.name)}: ${countsText(counts)}`,
    `${plural(report.results.length, 'test')} in ${durationText(report.durationMs)}, seed ${report.seed}.`,
    incomplete === '' ? '' : `> ⚠️ ${escapeMarkdown(incomplete)}`,
    table(report),
    ...troubled.slice(0, detailsMax).map(details),
    rest > 0 ? `… and ${rest} more.` : '',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
function table({ results }) {
  return [
    '| | test | expected | as expected | result |',
    '| --- | --- | --- | ---: | --- |',
    ...groupsOf(results).map(row),
  ].join('\n');
}
function row(group) {
  const { name, results, outcome, hits, runs } = group;
  const said = results.find((result) => result.outcome === outcome);
  const cells = [
    icons[outcome],
    escapeMarkdown(name),
    escapeMarkdown(results[0]?.expect ?? ''),
    `${hits} of ${runs}`,
    escapeMarkdown(said?.text.split('\n')[0] ?? ''),
  ];
  return `| ${cells.join(' | ')} |`;
}
function details({ name, outcome, text, command, folder }) {
  const again = [
    ...(folder === null ? [] : [`# ${folder}`]),
    ...(command === null ? [] : [command]),
  ].join('\n');
  return [
    `### ${icons[outcome]} ${escapeMarkdown(name)}`,
    text.includes('\n') ? markdownBlock(text) : markdownCode(text),
    ...(again === '' ? [] : [markdownBlock(again, 'sh')]),
  ].join('\n\n');
}
