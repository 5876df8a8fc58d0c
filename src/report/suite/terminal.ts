/** A suite on a terminal: the failures with what to do, then all tests in a line each, then the sum. */
import { durationText, firstLine, plural } from '../../base/text.ts';
import { printable } from '../escape.ts';
import type { Paint } from '../paint.ts';
import {
  countsText,
  groupsOf,
  hitText,
  incompleteText,
  type Outcome,
  outcomeCounts,
  type SuiteGroup,
  type SuiteReport,
  type SuiteResult,
} from './suite.ts';

const symbols: Readonly<Record<Outcome, string>> = {
  passed: '✓',
  failed: '✗',
  unknown: '?',
  error: '!',
  'not-run': '-',
};

function outcomeSymbol(outcome: Outcome, paint: Paint): string {
  const style = {
    passed: paint.green,
    failed: paint.red,
    unknown: paint.yellow,
    error: paint.red,
    'not-run': paint.dim,
  }[outcome];
  return style(symbols[outcome]);
}

/** One finished test in a line: `✗ raft on register, kill: expected valid, found stale-read`. */
export function resultLine(result: SuiteResult, paint: Paint): string {
  const { outcome, name, text, durationMs } = result;
  const time = outcome === 'not-run' ? '' : paint.dim(` (${durationText(durationMs)})`);
  return `${outcomeSymbol(outcome, paint)} ${printable(name)}: ${printable(firstLine(text))}${time}`;
}

/** No line break at its end. */
export function renderSuiteTerminal(report: SuiteReport, paint: Paint): string {
  const troubled = report.results.filter(
    ({ outcome }) => outcome !== 'passed' && outcome !== 'not-run',
  );
  const blocks = [
    ...troubled.map((result) => troubleBlock(result, paint)),
    groupsOf(report.results).map((group) => groupLine(group, paint)),
    endBlock(report, paint),
  ];
  return blocks.map((block) => block.join('\n')).join('\n\n');
}

function troubleBlock(result: SuiteResult, paint: Paint): readonly string[] {
  const { outcome, name, text, folder, command } = result;
  return [
    `${outcomeSymbol(outcome, paint)} ${paint.bold(printable(name))}`,
    ...text.split('\n').map((line) => `  ${printable(line)}`),
    ...(folder === null ? [] : [`  ${paint.dim('report')}  ${printable(folder)}/report.html`]),
    ...(command === null ? [] : [`  ${paint.dim('repeat')}  ${printable(command)}`]),
  ];
}

function groupLine(group: SuiteGroup, paint: Paint): string {
  const [first] = group.results;
  const hits = hitText(group);
  const said = group.results.find(({ outcome }) => outcome === group.outcome) ?? first;
  const text = hits === '' ? firstLine(said?.text ?? '') : hits;
  return `${outcomeSymbol(group.outcome, paint)} ${printable(group.name)}  ${paint.dim(printable(text))}`;
}

function endBlock(report: SuiteReport, paint: Paint): readonly string[] {
  const counts = outcomeCounts(report.results);
  const isGood = counts.passed === report.results.length;
  const style = isGood ? paint.green : paint.red;
  const shard =
    report.shard === null ? '' : `, shard ${report.shard.index} of ${report.shard.count}`;
  const incomplete = incompleteText(report);
  return [
    `${paint.bold(printable(report.name))}${shard}: ${style(countsText(counts))} of ${plural(report.results.length, 'test')} in ${durationText(report.durationMs)}; seed ${report.seed}`,
    ...(incomplete === '' ? [] : [paint.yellow(printable(incomplete))]),
  ];
}
