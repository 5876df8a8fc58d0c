import type { Target } from '../contract/target.ts';
import type { Workload } from '../contract/workload.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { RunReport } from '../report/report.ts';
import type { RunStore } from '../store/run-store.ts';
import type { Watcher } from './watcher.ts';
export interface TestJob {
  readonly plan: RunPlan;
  readonly workload: Workload;
  /** Null for a program of the user's (`--bin`). */
  readonly target: Target | null;
  readonly store: RunStore;
  readonly watcher: Watcher;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly keepData: boolean;
}
/**
 * @throws TargetError if the cluster or a fault failed; UsageError if the plan makes no sense.
 *   What was recorded until then is in the run folder, and everything is stopped.
 */
export declare function runTest(job: TestJob): Promise<RunReport>;
