/** A finished run on a terminal: the verdict first, in words; then why; then what happened. */
import { durationText, plural, wrapped } from '../base/text.ts';
import { nsToMs } from '../base/units.ts';
import { type Anomaly, anomaliesOf, type Validity, type Verdict } from '../checker/verdict.ts';
import { typeCode } from '../history/columns.ts';
import type { FaultWindow } from '../history/faults.ts';
import type { History } from '../history/history.ts';
import { asciiTimeline } from './ascii-timeline.ts';
import { definitionOf } from './definitions.ts';
import { printable } from './escape.ts';
import { cycleOf, longestPrefixOf, prefixLength, stuckOf } from './evidence.ts';
import { latencies } from './latency.ts';
import type { Paint } from './paint.ts';
import type { FaultCoverage, GateResult, MessageSummary, RunReport, RunSummary } from './report.ts';
import { rowOf, witnessOf } from './witness.ts';
import {
  againCommands,
  anomalyTitle,
  cutText,
  headline,
  operationText,
  symbolOf,
  valueText,
  verdictLine,
} from './words.ts';

/** Anomalies shown with their evidence; the others are counted, and are all in the files. */
const anomaliesMax = 3;
const linesMax = 40;

export interface Screen {
  readonly paint: Paint;
  readonly columns: number;
}

/** The whole report; no line break at its end. `columns`: width of the terminal. */
export function renderTerminal(report: RunReport, paint: Paint, columns: number): string {
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
    messageBlock(summary.messages, screen),
    warningBlock(summary.warnings, screen),
    endBlock(report, screen),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

export function tone(valid: Validity, paint: Paint): (text: string) => string {
  if (valid === 'unknown') return paint.yellow;
  return valid ? paint.green : paint.red;
}

function verdictBlock(summary: RunSummary, screen: Screen): readonly string[] {
  const { paint, columns } = screen;
  const { symbol, text, valid, expectation } = headline(summary);
  const color = symbol === '✗' ? paint.red : tone(valid, paint);
  return [
    ...wrapped(`${symbol} ${printable(text)}`, columns).map((line) => paint.bold(color(line))),
    ...(expectation === '' ? [] : [expectation]),
    ...verdictLines(summary.verdicts, screen),
    ...gateLines(summary.gates ?? [], screen),
    ...modelLines(summary.verdicts, screen),
  ];
}

/** One line a checker, or more if it is long. */
export function verdictLines(
  verdicts: readonly Verdict[],
  { paint, columns }: Screen,
): readonly string[] {
  return verdicts.flatMap((verdict) => {
    const mark = tone(verdict.valid, paint)(symbolOf(verdict.valid));
    const lines = wrapped(printable(verdictLine(verdict)), columns - 4);
    return lines.map((line, i) => (i === 0 ? `  ${mark} ${line}` : `    ${line}`));
  });
}

/** One line a goal. */
export function gateLines(gates: readonly GateResult[], { paint }: Screen): readonly string[] {
  return gates.map(({ gate, passed, figure }) => {
    const mark = passed ? paint.green('✓') : paint.red('✗');
    return `  ${mark} gate ${printable(gate)}: ${printable(figure)}`;
  });
}

/** Where on the map of models the history stands. */
export function modelLines(verdicts: readonly Verdict[], { paint }: Screen): readonly string[] {
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

function named(name: string, words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : [`${name}: ${printable(words.join(', '))}`];
}

/** Anomalies and what they are read off. */
export interface Evidence {
  readonly anomalies: readonly Anomaly[];
  readonly history: History;
  readonly faults: readonly FaultWindow[];
  /** Where those are that are not shown: `all in the files below`. */
  readonly where: string;
}

/** One block an anomaly, for the first few; the others are counted. */
export function anomalyBlocks(evidence: Evidence, screen: Screen): readonly (readonly string[])[] {
  const { anomalies, where } = evidence;
  const blocks = anomalies
    .slice(0, anomaliesMax)
    .map((anomaly, i) => anomalyBlock(anomaly, i + 1, evidence, screen));
  const rest = anomalies.length - blocks.length;
  if (rest === 0) return blocks;
  const line = `… and ${plural(rest, 'more anomaly', 'more anomalies')}, ${where}`;
  return [...blocks, [screen.paint.dim(line)]];
}

function anomalyBlock(
  anomaly: Anomaly,
  number: number,
  { history, faults }: Evidence,
  { paint, columns }: Screen,
): readonly string[] {
  const limits = { operationsMax: 24, labelLength: 28 };
  const witness = witnessOf(anomaly, history, faults, limits);
  const meaning = definitionOf(anomaly.type)?.meaning;
  const explanation = anomaly.explanation
    .split('\n')
    .flatMap((line) => wrapped(printable(line), columns - 3));
  const cutLines = explanation.length - linesMax;
  const title = printable(anomalyTitle(anomaly));
  const kind = title.includes(anomaly.type) ? '' : `${printable(anomaly.type)}, `;
  return [
    `${paint.bold(`${number}. ${title}`)}  ${paint.dim(`${kind}rules out ${printable(anomaly.model)}`)}`,
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

function spaced(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `   ${line}`)];
}

function nameAt(history: History, index: number): string {
  const row = rowOf(history, index);
  return row === undefined ? `#${index}` : printable(operationText(history.operation(row), 48));
}

function prefixLines(anomaly: Anomaly, history: History, columns: number): readonly string[] {
  const steps = longestPrefixOf(anomaly);
  const stuck = stuckOf(anomaly);
  if (steps.length === 0 && stuck.length === 0) return [];
  const shown = steps.slice(-12);
  const { length, operationCount } = prefixLength(anomaly);
  const skipped = length - shown.length;
  const of = operationCount === null ? '' : ` of ${operationCount.toLocaleString('en-US')}`;
  const stateOf = (state: Parameters<typeof valueText>[0]): string =>
    state === undefined ? '' : `  (state: ${printable(valueText(state, 40))})`;
  return [
    `longest order that the model allows (${length.toLocaleString('en-US')}${of} operations):`,
    ...(skipped > 0 ? [`  … ${plural(skipped, 'operation')} before`] : []),
    ...repeatsJoined(
      shown.map(({ operation, state }) => `${nameAt(history, operation)}${stateOf(state)}`),
      skipped + 1,
    ).map((line) => `  ${line}`),
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

/** `3. read → 1`; of the same again and again, one line: `3.–7. read → 1`. */
function repeatsJoined(texts: readonly string[], first: number): readonly string[] {
  const lines: string[] = [];
  for (let i = 0; i < texts.length; ) {
    const text = texts[i] ?? '';
    const next = texts.findIndex((other, j) => j > i && other !== text);
    const end = next === -1 ? texts.length : next;
    lines.push(end - i > 1 ? `${first + i}.–${first + end - 1}. ${text}` : `${first + i}. ${text}`);
    i = end;
  }
  return lines;
}

function cycleLines(anomaly: Anomaly, history: History, columns: number): readonly string[] {
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

function countBlock({ summary, history }: RunReport, { paint }: Screen): readonly string[] {
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

function totals(
  summary: RunSummary,
  history: History,
): { readonly all: number; readonly ok: number; readonly fail: number; readonly info: number } {
  const counts = [0, 0, 0, 0];
  for (const code of history.operations.outcome) counts[code] = (counts[code] ?? 0) + 1;
  return {
    all: summary.operationCount,
    ok: counts[typeCode.ok] ?? 0,
    fail: counts[typeCode.fail] ?? 0,
    info: counts[typeCode.info] ?? 0,
  };
}

function faultBlock(faults: readonly FaultCoverage[], screen: Screen): readonly string[] {
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
export function faultLine({ window, overlapping, recoveryMs }: FaultCoverage): string {
  const { fault, startNs, endNs, endIndex } = window;
  const { ok, fail, info } = overlapping;
  const touched =
    ok + fail + info === 0
      ? 'no operation overlapped it'
      : `operations during it: ${ok} ok, ${fail} fail, ${info} info`;
  const until = endIndex === null ? 'the end' : durationText(nsToMs(endNs));
  return `${durationText(nsToMs(startNs))} to ${until}  ${fault.kind}${fault.shape === '' ? '' : ` ${fault.shape}`}: ${fault.description}; ${touched}; ${recoveryText(recoveryMs, endIndex)}`;
}

export function recoveryText(recoveryMs: number | null, endIndex: number | null): string {
  if (recoveryMs !== null) return `first ok ${durationText(recoveryMs)} after it`;
  return endIndex === null ? 'never ended' : 'nothing succeeded after it';
}

function messageBlock(messages: MessageSummary | null, { columns }: Screen): readonly string[] {
  return messages === null ? [] : wrapped(messageText(messages), columns);
}

export function messageText(messages: MessageSummary): string {
  const { allPerOperation, serversPerOperation, sent, received, dropped } = messages;
  const figure = (value: number): string =>
    value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  return `${figure(allPerOperation)} messages per operation, ${figure(serversPerOperation)} of them between servers; ${figure(sent)} sent, ${figure(received)} received, ${figure(dropped)} dropped`;
}

function warningBlock(warnings: readonly string[], { paint, columns }: Screen): readonly string[] {
  return warnings.flatMap((warning) => {
    const lines = wrapped(printable(warning), columns - 4);
    return lines.map((line, i) => (i === 0 ? `${paint.yellow('!')} ${line}` : `  ${line}`));
  });
}

/** Paths and commands. The last line is what to type next. */
function endBlock(report: RunReport, { paint }: Screen): readonly string[] {
  const { folder, summary } = report;
  // What one wants first is the last line: it stands above the prompt.
  const order =
    summary.valid === false
      ? (['check', 'replay', 'shrink', 'repeat'] as const)
      : (['check', 'repeat'] as const);
  const all = againCommands(report);
  const commands = order.flatMap((name) => all.filter((one) => one.name === name));
  return [
    ...(folder === null
      ? []
      : [
          `run     ${printable(folder)}`,
          `report  ${printable(`${folder.replace(/\/$/, '')}/report.html`)}`,
        ]),
    ...commands.map(({ name, command }) => {
      const text = printable(command);
      return `${name.padEnd(6)}  ${name === 'repeat' ? paint.cyan(text) : text}`;
    }),
  ];
}

/** Columns aligned: the first to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
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
