import type { RunReport } from './report.ts';
/** Verdict, anomalies with evidence, counts, faults, warnings, commands. Ends in a line break. */
export declare function renderMarkdown(report: RunReport): string;
