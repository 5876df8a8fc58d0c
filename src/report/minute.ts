/**
 * A run in a few sentences, for whoever opens the report: what was promised, what was seen, why
 * no correct system could have shown it, which fault was in force, and what shows it again.
 */
import { durationText, listed, plural } from '../base/text.ts';
import { nsToMs } from '../base/units.ts';
import { type Anomaly, anomaliesOf, reasonText } from '../checker/verdict.ts';
import type { Operation } from '../history/event.ts';
import type { FaultWindow } from '../history/faults.ts';
import { conclusionOf, namesOf } from './evidence.ts';
import { promiseOf } from './promises.ts';
import type { FaultCoverage, RunReport, RunSummary } from './report.ts';
import { faultsDuring, type Witness, witnessOf } from './witness.ts';
import { anomalyTitle, checkCommand, operationText } from './words.ts';

export interface MinuteLine {
  readonly name: string;
  /** Each a sentence, or a command if `isCommand`. */
  readonly texts: readonly string[];
  readonly isCommand: boolean;
  /** The smallest evidence, as a picture, belongs beside it. */
  readonly isWhy?: boolean;
}

const named = (name: string, ...texts: readonly string[]): MinuteLine => ({
  name,
  texts,
  isCommand: false,
});

/** The lines that there is something to say for, in the order in which one asks. */
export function minuteOf(report: RunReport): readonly MinuteLine[] {
  const { summary } = report;
  const [first] = summary.verdicts.flatMap(anomaliesOf);
  const middle = first === undefined ? withoutAnomaly(summary) : ofAnomaly(first, report);
  return [named('Promised', ...promisesOf(summary)), ...middle, againLine(report)];
}

function promisesOf({ plan }: RunSummary): readonly string[] {
  return plan.model.split(',').map((name) => {
    const promise = promiseOf(name);
    return promise === undefined ? `${name}.` : `${name}: ${promise}.`;
  });
}

function withoutAnomaly(summary: RunSummary): readonly MinuteLine[] {
  const unknown = summary.verdicts.filter((verdict) => verdict.valid === 'unknown');
  const seen =
    unknown.length > 0
      ? unknown.map(
          ({ checker, reason }) => `Nothing can be said by ${checker}: ${reasonText(reason)}.`,
        )
      : [
          `Nothing that breaks it, in ${plural(summary.operationCount, 'operation')}.`,
          outcomesText(summary),
        ];
  return [named('Seen', ...seen), named('Faults in force', faultsText(summary.faults))];
}

/** Of what was checked: a run in which little succeeded shows little. */
function outcomesText({ functions }: RunSummary): string {
  const sum = (outcome: 'ok' | 'fail' | 'info'): number =>
    functions.reduce((total, row) => total + row[outcome], 0);
  const count = (value: number): string => value.toLocaleString('en-US');
  return `${count(sum('ok'))} succeeded, ${count(sum('fail'))} failed (certainly did not happen), and of ${count(sum('info'))} nobody knows.`;
}

/** `3 partition, 2 kill: operations succeeded during 4 of them, and after each`. */
function faultsText(faults: readonly FaultCoverage[]): string {
  if (faults.length === 0) return 'None: nothing was broken on purpose.';
  const counts = new Map<string, number>();
  for (const { window } of faults)
    counts.set(window.fault.kind, (counts.get(window.fault.kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => `${count} × ${kind}`);
  const during = faults.filter(({ overlapping }) => overlapping.ok > 0).length;
  const after = faults.filter(({ recoveryMs }) => recoveryMs !== null).length;
  const of = (count: number): string => (count === faults.length ? 'each' : String(count));
  return `${listed(kinds)}, each verified. Operations succeeded during ${of(during)} of them, and after ${of(after)}.`;
}

function ofAnomaly(anomaly: Anomaly, report: RunReport): readonly MinuteLine[] {
  const { history, summary } = report;
  const faults = summary.faults.map(({ window }) => window);
  const limits = { operationsMax: 60, labelLength: 60 };
  const all = witnessOf(anomaly, history, faults, limits);
  // What was read long after, and shows the order of writes, was under no fault that matters.
  const marked = all.operations.filter(({ offending }) => offending);
  const witness =
    marked.length === 0
      ? all
      : { ...all, operations: marked, faults: faultsDuring(marked, faults) };
  return [
    named('Seen', `${capital(anomalyTitle(anomaly))}.`, ...seenTexts(anomaly, witness)),
    { ...named('Why no correct system could have shown it', whyText(anomaly)), isWhy: true },
    named('Fault in force', forceText(witness, faults)),
  ];
}

const seenMax = 4;

/** The operations that contradict each other, or all if they are few. */
function seenTexts(anomaly: Anomaly, { operations }: Witness): readonly string[] {
  if (operations.length > seenMax) return [];
  const names = namesOf(anomaly);
  return operations.map(({ operation }) => {
    const name = names.get(operation.invokeIndex);
    return `${name === undefined ? '' : `${name}: `}${momentText(operation)}`;
  });
}

/** As a paragraph of its own, without the list of operations that it followed. */
function whyText(anomaly: Anomaly): string {
  return capital(conclusionOf(anomaly).replace(/^Then /, ''));
}

/** `read → 4, by process 11 on n2, from 1.652 s to 1.653 s`. */
function momentText(operation: Operation): string {
  const { process, node, invokeNs } = operation;
  const where = node === undefined ? '' : ` on ${node}`;
  const end =
    operation.outcome === 'info'
      ? ', and nobody knows whether it happened'
      : ` to ${clock(operation.returnNs)}`;
  return `${operationText(operation, 80)}, by process ${process}${where}, from ${clock(invokeNs)}${end}`;
}

/** Seconds to the tenth of a millisecond: moments that are close together stay apart. */
function clock(ns: number): string {
  return `${(ns / 1e9).toFixed(4)} s`;
}

const forceMax = 3;

function forceText({ operations, faults }: Witness, all: readonly FaultWindow[]): string {
  if (faults.length > 0) {
    const rest = faults.length - forceMax;
    const more =
      rest > 0 ? [`and ${plural(rest, 'more fault')} (all are in the table of faults below)`] : [];
    return `${[...faults.slice(0, forceMax).map(windowText), ...more].join('; ')}.`;
  }
  const begin = operations[0]?.operation.invokeIndex ?? 0;
  const before = all.findLast(({ endIndex }) => endIndex !== null && endIndex < begin);
  if (before === undefined)
    return all.length === 0 ? 'None was asked for.' : 'None: no fault had begun yet.';
  return `None at that moment. The last one before it: ${windowText(before)}.`;
}

function windowText({ fault, startNs, endNs, endIndex }: FaultWindow): string {
  const shape = fault.shape === '' ? '' : ` ${fault.shape}`;
  const end = endIndex === null ? 'the end' : durationText(nsToMs(endNs));
  return `${fault.kind}${shape} (${fault.description}), from ${durationText(nsToMs(startNs))} to ${end}`;
}

function againLine(report: RunReport): MinuteLine {
  const check = checkCommand(report);
  const texts = check === null ? [report.summary.command] : [check];
  const name = report.summary.valid === false ? 'Shows it again' : 'Judges it again';
  return { name: check === null ? 'Runs it again' : name, texts, isCommand: true };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
