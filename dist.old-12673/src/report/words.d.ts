/** What all reports say in the same words: the verdict, an anomaly, an operation, a value. */
import { type Json } from '../base/json.ts';
import { type Anomaly, type Validity, type Verdict } from '../checker/verdict.ts';
import type { Operation } from '../history/event.ts';
import type { RunReport, RunSummary } from './report.ts';
export interface Headline {
  readonly valid: Validity;
  readonly symbol: '✓' | '✗' | '?';
  /** `not linearizable: stale read on key 3`. Without symbol and without full stop. */
  readonly text: string;
  /** Whether that was expected; empty if nothing special was. */
  readonly expectation: string;
}
/** The verdict of a run in one sentence. */
export declare function headline(summary: RunSummary): Headline;
export declare function symbolOf(valid: Validity): Headline['symbol'];
/** All verdicts in one sentence. `valid` is what they make together. */
export declare function verdictsText(valid: Validity, verdicts: readonly Verdict[]): string;
/** `stale read on key 3`; where the evidence has the pattern's own name, `write skew (G2-item)`. */
export declare function anomalyTitle(anomaly: Anomaly): string;
/** The line of one checker below the headline, without its symbol. */
export declare function verdictLine(verdict: Verdict): string;
/** How an operation reads: `write 5`, `read → 5`, `cas 1 → 2`, `r(x) = [1] append(x, 2)`. */
export declare function operationText(operation: Operation, limit?: number): string;
/** The parts of a transaction, each with its key; empty of any other operation. */
export declare function transactionParts(operation: Operation): readonly {
  readonly key: Json;
  readonly text: string;
}[];
/** A value as compact JSON, cut at `limit` characters with an ellipsis that says so. */
export declare function valueText(value: Json | undefined, limit?: number): string;
/** At most `limit` characters, the last one an ellipsis if something is missing. */
export declare function cutText(text: string, limit: number): string;
/** `target raft (stale-reads)` or the path of the program. */
export declare function systemText({ plan }: RunSummary): string;
/** `register on raft (correct)`: what a suite or an annotation calls this run. */
export declare function runTitle(summary: RunSummary): string;
/** What to type to check the history again; null if it was not stored. */
export declare function checkCommand({ summary, folder }: RunReport): string | null;
