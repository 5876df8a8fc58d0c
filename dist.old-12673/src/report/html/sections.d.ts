import type { RunReport, RunSummary } from '../report.ts';
export declare function verdictSection(summary: RunSummary): string;
export declare function factsSection({ summary, folder }: RunReport): string;
export declare function commandSection(report: RunReport): string;
export declare function faultSection({ faults }: RunSummary): string;
export declare function figureSection({ summary, history }: RunReport): string;
