import { type Verdict } from '../checker/verdict.ts';
import type { NetworkStats, NodeTrouble } from '../contract/testbed.ts';
import type { History } from '../history/history.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { RunSummary } from './report.ts';
export interface RunFacts {
  readonly dsxVersion: string;
  readonly plan: RunPlan;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checkMs: number;
  readonly verdicts: readonly Verdict[];
  readonly history: History;
  readonly stats: NetworkStats | null;
  readonly troubles: readonly NodeTrouble[];
  /** What to type to run it again, where no flags can say it; else it is made from the plan. */
  readonly command?: string;
}
export declare function summarize(facts: RunFacts): RunSummary;
