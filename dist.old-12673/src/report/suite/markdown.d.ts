import { type SuiteReport } from './suite.ts';
/** Ends in a line break. */
export declare function renderSuiteMarkdown(report: SuiteReport): string;
