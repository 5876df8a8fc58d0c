/** A finished run on a terminal: the verdict first, in words; then why; then what happened. */
import { durationText, plural } from '../base/text.js';
import { nsToMs } from '../base/units.js';
import { anomaliesOf } from '../checker/verdict.js';
import { typeCode } from '../history/columns.js';
import { asciiTimeline } from './ascii-timeline.js';
import { definitionOf } from './definitions.js';
import { printable } from './escape.js';
import { cycleOf, longestPrefixOf, stuckOf } from './evidence.js';
import { latencies } from './latency.js';
import { rowOf, witnessOf } from './witness.js';
import {
  anomalyTitle,
  checkCommand,
  cutText,
  headline,
  operationText,
  symbolOf,
  valueText,
  verdictLine,
} from './words.js';

/** Anomalies shown with their evidence; the others are counted, and are all in the files. */
const anomaliesMax = 3;
const linesMax = 40;
/** The whole report; no line break at its end. `columns`: width of the terminal. */
export function renderTerminal(report, paint, columns) {
  const screen = { paint, columns: Math.max(40, columns) };
  const { summary, history } = report;
  const evidence = {
    anomalies: summary.verdicts.flatMap(anomaliesOf),
    history,
    faults: summary.faults.map(({ window }) => window),
    where: report.folder === null ? 'not shown here' : 'all in the files below',
  };
  const blocks = [
    verdictBlock(summary, screen),
    ...anomalyBlocks(evidence, screen),
    countBlock(report, screen),
    faultBlock(summary.faults, screen),
    messageBlock(summary.messages),
    warningBlock(summary.warnings, screen),
    endBlock(report, screen),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}
export function tone(valid, paint) {
  if (valid === 'unknown') return paint.yellow;
  return valid ? paint.green : paint.red;
}
function verdictBlock(summary, screen) {
  const { paint, columns } = screen;
  const { symbol, text, valid, expectation } = headline(summary);
  const color = symbol === '✗' ? paint.red : tone(valid, paint);
  const gates = (summary.gates ?? []).map(({ gate, passed, figure }) => {
    const mark = passed ? paint.green('✓') : paint.red('✗');
    return `  ${mark} gate ${printable(gate)}: ${printable(figure)}`;
  });
  return [
    ...wrapped(`${symbol} ${printable(text)}`, columns).map((line) => paint.bold(color(line))),
    ...(expectation === '' ? [] : [expectation]),
    ...verdictLines(summary.verdicts, screen),
    ...gates,
    ...modelLines(summary.verdicts, screen),
  ];
}
/** One line a checker, or more if it is long. */
export function verdictLines(verdicts, { paint, columns }) {
  return verdicts.flatMap((verdict) => {
    const mark = tone(verdict.valid, paint)(symbolOf(verdict.valid));
    const lines = wrapped(printable(verdictLine(verdict)), columns - 4);
    return lines.map((line, i) => (i === 0 ? `  ${mark} ${line}` : `    ${line}`));
  });
}
/** Where on the map of models the history stands. */
export function modelLines(verdicts, { paint }) {
  const lines = verdicts.flatMap(({ models: known }) =>
    known === undefined
      ? []
      : [
          ...named('  consistent with', known.holds),
          ...named('  violates at least', known.violated),
        ],
  );
  return [...new Set(lines)].map((line) => paint.dim(line));
}
function named(name, words) {
  return words.length === 0 ? [] : [`${name}: ${printable(words.join(', '))}`];
}
/** One block an anomaly, for the first few; the others are counted. */
export function anomalyBlocks(evidence, screen) {
  const { anomalies, where } = evidence;
  const blocks = anomalies
    .slice(0, anomaliesMax)
    .map((anomaly, i) => anomalyBlock(anomaly, i + 1, evidence, screen));
  const rest = anomalies.length - blocks.length;
  if (rest === 0) return blocks;
  const line = `… and ${plural(rest, 'more anomaly', 'more anomalies')}, ${where}`;
  return [...blocks, [screen.paint.dim(line)]];
}
function anomalyBlock(anomaly, number, { history, faults }, { paint, columns }) {
  const limits = { operationsMax: 24, labelLength: 28 };
  const witness = witnessOf(anomaly, history, faults, limits);
  const meaning = definitionOf(anomaly.type)?.meaning;
  const explanation = anomaly.explanation
    .split('\n')
    .flatMap((line) => wrapped(printable(line), columns - 3));
  const cutLines = explanation.length - linesMax;
  return [
    `${paint.bold(`${number}. ${printable(anomalyTitle(anomaly))}`)}  ${paint.dim(`${printable(anomaly.type)}, rules out ${printable(anomaly.model)}`)}`,
    ...(meaning === undefined ? [] : wrapped(meaning, columns - 3).map((line) => `   ${line}`)),
    ...spaced(asciiTimeline(witness, paint, columns - 3)),
    ...spaced([
      ...explanation.slice(0, linesMax),
      ...(cutLines > 0 ? [paint.dim(`… ${plural(cutLines, 'more line')}`)] : []),
    ]),
    ...spaced(prefixLines(anomaly, history, columns)),
    ...spaced(cycleLines(anomaly, history, columns)),
  ];
}
function spaced(lines) {
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `   ${line}`)];
}
function nameAt(history, index) {
  const row = rowOf(history, index);
  return row === undefined ? `#${index}` : printable(operationText(history.operation(row), 48));
}
function prefixLines(anomaly, history, columns) {
  const steps = longestPrefixOf(anomaly);
  const stuck = stuckOf(anomaly);
  if (steps.length === 0 && stuck.length === 0) return [];
  const shown = steps.slice(-12);
  const skipped = steps.length - shown.length;
  const stateOf = (state) =>
    state === undefined ? '' : `  (state: ${printable(valueText(state, 40))})`;
  return [
    `longest order that the model allows (${plural(steps.length, 'operation')}):`,
    ...(skipped > 0 ? [`  … ${plural(skipped, 'operation')} before`] : []),
    ...shown.map(
      ({ operation, state }, i) =>
        `  ${skipped + i + 1}. ${nameAt(history, operation)}${stateOf(state)}`,
    ),
    ...stuck
      .flatMap(({ operation, state, reason }) =>
        wrapped(
          `stuck: ${nameAt(history, operation)}${reason === '' ? ' cannot come next' : `: ${printable(reason)}`}${stateOf(state)}`,
          columns - 5,
        ),
      )
      .map((line) => `  ${line}`),
  ];
}
function cycleLines(anomaly, history, columns) {
  const steps = cycleOf(anomaly);
  if (steps.length === 0) return [];
  const names = new Map(
    [...new Set(steps.map(({ operation }) => operation))].map((op, i) => [op, `T${i + 1}`]),
  );
  // Said in the explanation already: then the cycle at a glance is enough.
  if (steps.every(({ why }) => why !== '' && anomaly.explanation.includes(why))) {
    const arrows = steps.map(({ operation, edge }) => `${names.get(operation) ?? ''} ─${edge}→ `);
    return wrapped(
      `cycle: ${arrows.join('')}${names.get(steps[0]?.operation ?? -1) ?? ''}`,
      columns - 3,
    );
  }
  const lines = steps.flatMap(({ operation, edge, why }, i) => {
    const next = steps[(i + 1) % steps.length]?.operation ?? operation;
    const arrow = `${names.get(operation) ?? ''} ─${edge}→ ${names.get(next) ?? ''}`;
    return wrapped(why === '' ? arrow : `${arrow}  ${printable(why)}`, columns - 5);
  });
  return [
    ...[...names].map(([operation, name]) => `${name} = ${nameAt(history, operation)}`),
    'cycle:',
    ...lines.map((line) => `  ${line}`),
  ];
}
function countBlock({ summary, history }, { paint }) {
  const rows = summary.functions.map(({ f, ok, fail, info }) => [printable(f), ok, fail, info]);
  const total = totals(summary, history);
  const quantiles = new Map(latencies(history).map((row) => [row.f ?? 'all', row]));
  const all = rows.length > 1 ? [['all', total.ok, total.fail, total.info], ...rows] : rows;
  const cells = all.map(([f, ok, fail, info]) => {
    const took = quantiles.get(String(f));
    const times =
      took === undefined
        ? ['', '', '', '']
        : [took.p50Ms, took.p95Ms, took.p99Ms, took.maxMs].map((ms) => durationText(ms));
    const counts = [ok, fail, info].map((count) => Number(count).toLocaleString('en-US'));
    return [String(f), ...counts, ...times];
  });
  const seconds = summary.durationMs / 1000;
  const rate =
    seconds > 0 ? `, ${Math.round(total.all / seconds).toLocaleString('en-US')} a second` : '';
  const header = ['', 'ok', 'fail', 'info', 'p50', 'p95', 'p99', 'max'];
  return [
    `${plural(total.all, 'operation')} in ${durationText(summary.durationMs)}${rate}; checked in ${durationText(summary.checkMs)}`,
    ...table([header, ...cells]).map((line, i) => `  ${i === 0 ? paint.dim(line) : line}`),
    ...summary.errors
      .slice(0, 8)
      .map(
        ({ f, type, code, count, example }) =>
          `  ${paint.dim(`${count.toLocaleString('en-US')} × ${printable(f)} ${type} ${printable(code)}`)}${example === '' ? '' : paint.dim(`: ${printable(cutText(example, 60))}`)}`,
      ),
    ...(summary.errors.length > 8
      ? [paint.dim(`  … and ${summary.errors.length - 8} more kinds of error`)]
      : []),
  ];
}
function totals(summary, history) {
  const counts = [0, 0, 0, 0];
  for (const code of history.operations.outcome) counts[code] = (counts[code] ?? 0) + 1;
  return {
    all: summary.operationCount,
    ok: counts[typeCode.ok] ?? 0,
    fail: counts[typeCode.fail] ?? 0,
    info: counts[typeCode.info] ?? 0,
  };
}
function faultBlock(faults, screen) {
  if (faults.length === 0) return [];
  const shown = faults.slice(0, 20);
  const lines = shown.flatMap((fault) => {
    const lines_ = wrapped(printable(faultLine(fault)), screen.columns - 4);
    return lines_.map((line, i) => `  ${i === 0 ? screen.paint.yellow('▒') : ' '} ${line}`);
  });
  const rest = faults.length - shown.length;
  return [
    plural(faults.length, 'fault'),
    ...lines,
    ...(rest > 0 ? [screen.paint.dim(`  … and ${plural(rest, 'more fault')}`)] : []),
  ];
}
/** `3 s to 6.1 s  partition majority: n1 | n2, n3; 41 ok, 3 fail, 10 info; first ok 120 ms after`. */
export function faultLine({ window, overlapping, recoveryMs }) {
  const { fault, startNs, endNs, endIndex } = window;
  const { ok, fail, info } = overlapping;
  const touched =
    ok + fail + info === 0
      ? 'no operation overlapped it'
      : `operations during it: ${ok} ok, ${fail} fail, ${info} info`;
  const until = endIndex === null ? 'the end' : durationText(nsToMs(endNs));
  return `${durationText(nsToMs(startNs))} to ${until}  ${fault.kind}${fault.shape === '' ? '' : ` ${fault.shape}`}: ${fault.description}; ${touched}; ${recoveryText(recoveryMs, endIndex)}`;
}
export function recoveryText(recoveryMs, endIndex) {
  if (recoveryMs !== null) return `first ok ${durationText(recoveryMs)} after it`;
  return endIndex === null ? 'never ended' : 'nothing succeeded after it';
}
function messageBlock(messages) {
  return messages === null ? [] : [messageText(messages)];
}
export function messageText(messages) {
  const { allPerOperation, serversPerOperation, sent, received, dropped } = messages;
  const figure = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  return `${figure(allPerOperation)} messages per operation, ${figure(serversPerOperation)} of them between servers; ${figure(sent)} sent, ${figure(received)} received, ${figure(dropped)} dropped`;
}
function warningBlock(warnings, { paint, columns }) {
  return warnings.flatMap((warning) => {
    const lines = wrapped(printable(warning), columns - 4);
    return lines.map((line, i) => (i === 0 ? `${paint.yellow('!')} ${line}` : `  ${line}`));
  });
}
/** Paths and commands. The last line is what to type next. */
function endBlock(report, { paint }) {
  const { summary, folder } = report;
  const check = checkCommand(report);
  return [
    ...(folder === null ? [] : [`run     ${printable(folder)}`]),
    ...(folder === null
      ? []
      : [`report  ${printable(`${folder.replace(/\/$/, '')}/report.html`)}`]),
    ...(check === null ? [] : [`check   ${printable(check)}`]),
    `repeat  ${paint.cyan(printable(summary.command))}`,
  ];
}
/** Columns aligned: the first to the left, the others to the right. */
function table(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
/** Broken at spaces; leading spaces are kept on every line, so that lists stay lists. */
export function wrapped(text, width) {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines = [];
  let line = '';
  for (const word of text.slice(indent.length).split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}
