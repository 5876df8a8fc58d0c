import { type SuiteReport } from './suite.ts';
/** Lines for standard output, each one a workflow command; empty if all is well. */
export declare function renderSuiteGithub(report: SuiteReport): string;
