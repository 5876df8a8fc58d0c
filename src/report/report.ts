/** What a finished run is, for everything that shows it: terminal, JSON, HTML. */
import type { Verdict } from '../checker/verdict.ts';
import type { FaultWindow } from '../history/faults.ts';
import type { History } from '../history/history.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { RunTraces } from './traces.ts';

/** Completions of one function. */
export interface FunctionCounts {
  readonly f: string;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

/** How operations fared around one fault. */
export interface FaultCoverage {
  readonly window: FaultWindow;
  /** Operations whose interval overlaps the fault, and how they ended. */
  readonly overlapping: { readonly ok: number; readonly fail: number; readonly info: number };
  /** From the end of the fault to the next ok completion; null if none came. */
  readonly recoveryMs: number | null;
}

export interface ErrorCount {
  readonly f: string;
  readonly type: 'fail' | 'info';
  readonly code: string;
  readonly count: number;
  readonly example: string;
}

/** Messages, as Maelstrom counts them; null where the testbed cannot see them. */
export interface MessageSummary {
  readonly allPerOperation: number;
  readonly serversPerOperation: number;
  readonly sent: number;
  readonly received: number;
  readonly dropped: number;
}

/** A numeric goal (`latency.p99<200ms`) and how it went. */
export interface GateResult {
  readonly gate: string;
  readonly passed: boolean;
  /** What was measured, with its unit: `p99 of ok operations was 231 ms`. */
  readonly figure: string;
}

export interface RunSummary {
  readonly dsxVersion: string;
  readonly plan: RunPlan;
  /** What to type to run it again. */
  readonly command: string;
  /** What to type to check the history again; absent: it is made from the folder and the model. */
  readonly checkCommand?: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checkMs: number;
  readonly valid: Verdict['valid'];
  readonly verdicts: readonly Verdict[];
  /** Absent if none was asked for. */
  readonly gates?: readonly GateResult[];
  readonly functions: readonly FunctionCounts[];
  readonly errors: readonly ErrorCount[];
  readonly faults: readonly FaultCoverage[];
  readonly messages: MessageSummary | null;
  /** Sentences that people must read beside the verdict: crashes, faults that touched nothing. */
  readonly warnings: readonly string[];
  readonly eventCount: number;
  readonly operationCount: number;
}

export interface RunReport {
  readonly summary: RunSummary;
  readonly history: History;
  /** Folder of the run, for the commands printed; null if it was not stored. */
  readonly folder: string | null;
  /** Messages and logs of the nodes; absent if none were read. */
  readonly traces?: RunTraces;
}
