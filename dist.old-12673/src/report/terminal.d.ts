import { type Anomaly, type Validity, type Verdict } from '../checker/verdict.ts';
import type { FaultWindow } from '../history/faults.ts';
import type { History } from '../history/history.ts';
import type { Paint } from './paint.ts';
import type { FaultCoverage, MessageSummary, RunReport } from './report.ts';
export interface Screen {
  readonly paint: Paint;
  readonly columns: number;
}
/** The whole report; no line break at its end. `columns`: width of the terminal. */
export declare function renderTerminal(report: RunReport, paint: Paint, columns: number): string;
export declare function tone(valid: Validity, paint: Paint): (text: string) => string;
/** One line a checker, or more if it is long. */
export declare function verdictLines(
  verdicts: readonly Verdict[],
  { paint, columns }: Screen,
): readonly string[];
/** Where on the map of models the history stands. */
export declare function modelLines(
  verdicts: readonly Verdict[],
  { paint }: Screen,
): readonly string[];
/** Anomalies and what they are read off. */
export interface Evidence {
  readonly anomalies: readonly Anomaly[];
  readonly history: History;
  readonly faults: readonly FaultWindow[];
  /** Where those are that are not shown: `all in the files below`. */
  readonly where: string;
}
/** One block an anomaly, for the first few; the others are counted. */
export declare function anomalyBlocks(
  evidence: Evidence,
  screen: Screen,
): readonly (readonly string[])[];
/** `3 s to 6.1 s  partition majority: n1 | n2, n3; 41 ok, 3 fail, 10 info; first ok 120 ms after`. */
export declare function faultLine({ window, overlapping, recoveryMs }: FaultCoverage): string;
export declare function recoveryText(recoveryMs: number | null, endIndex: number | null): string;
export declare function messageText(messages: MessageSummary): string;
/** Broken at spaces; leading spaces are kept on every line, so that lists stay lists. */
export declare function wrapped(text: string, width: number): readonly string[];
