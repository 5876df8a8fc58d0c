import { type SuiteReport } from './suite.ts';
export declare function renderSuiteJunit(report: SuiteReport): string;
