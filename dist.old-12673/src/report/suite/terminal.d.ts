import type { Paint } from '../paint.ts';
import { type Outcome, type SuiteReport, type SuiteResult } from './suite.ts';
export declare function outcomeSymbol(outcome: Outcome, paint: Paint): string;
/** One finished test in a line: `✗ raft on register, kill: expected valid, found stale-read`. */
export declare function resultLine(result: SuiteResult, paint: Paint): string;
/** No line break at its end. */
export declare function renderSuiteTerminal(report: SuiteReport, paint: Paint): string;
