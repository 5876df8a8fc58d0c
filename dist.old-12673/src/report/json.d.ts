/**
 * `verdict.json` and `dsx test --json`: the verdict of a run for machines. A stable shape:
 * fields are added, never renamed; `format` changes if one ever must be.
 */
import { type Anomaly, type Verdict } from '../checker/verdict.ts';
import { latencies } from './latency.ts';
import type { FaultCoverage, GateResult, RunReport, RunSummary } from './report.ts';
export declare const verdictFormat = 'dsx-verdict/1';
interface VerdictEntry {
  readonly checker: string;
  readonly model: string | null;
  readonly valid: Verdict['valid'];
  /** One line in words. */
  readonly text: string;
  readonly operations: number;
  readonly method: string;
  readonly models: Verdict['models'] | null;
  readonly details: Verdict['details'] | null;
  /** Only of an unknown one. */
  readonly reason?: {
    readonly kind: string;
    readonly text: string;
  };
  /** Empty unless `valid` is false. */
  readonly anomalies: readonly Anomaly[];
}
interface FaultEntry {
  readonly kind: string;
  readonly shape: string;
  readonly nodes: readonly string[];
  readonly description: string;
  readonly evidence: string;
  readonly startNs: number;
  /** Null if it was in force to the end. */
  readonly endNs: number | null;
  readonly overlapping: FaultCoverage['overlapping'];
  readonly recoveryMs: number | null;
}
/** The shape of the file. */
export interface VerdictJson {
  readonly format: typeof verdictFormat;
  readonly valid: Verdict['valid'];
  readonly expect: 'valid' | 'anomaly';
  readonly headline: string;
  readonly command: string;
  readonly checkCommand: string | null;
  readonly folder: string | null;
  readonly dsxVersion: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checkMs: number;
  readonly events: number;
  readonly operations: number;
  readonly verdicts: readonly VerdictEntry[];
  readonly gates: readonly GateResult[];
  readonly functions: RunSummary['functions'];
  readonly errors: RunSummary['errors'];
  readonly latencies: ReturnType<typeof latencies>;
  readonly faults: readonly FaultEntry[];
  readonly messages: RunSummary['messages'];
  readonly warnings: readonly string[];
  readonly plan: RunSummary['plan'];
}
export declare function verdictJson(report: RunReport): VerdictJson;
/** Two spaces of indentation and a line break at the end. */
export declare function renderJson(report: RunReport): string;
export {};
