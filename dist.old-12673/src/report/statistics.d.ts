import type { History } from '../history/history.ts';
import type { ErrorCount, FunctionCounts } from './report.ts';
export declare function functionCounts(history: History): readonly FunctionCounts[];
/** Most frequent first. */
export declare function errorCounts(history: History): readonly ErrorCount[];
