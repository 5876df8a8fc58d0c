import type { RunReport } from './report.ts';
export declare function renderJunit(report: RunReport): string;
/** One file for any number of runs. */
export declare function renderJunitSuites(reports: readonly RunReport[]): string;
