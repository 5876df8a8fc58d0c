import type { Verdict } from '../checker/verdict.ts';
import type { History } from '../history/history.ts';
import { type CheckBudget, type CheckSource } from './check-job.ts';
export declare function checkHistory(
  history: History,
  source: CheckSource,
  budget: CheckBudget,
  signal: AbortSignal,
): Promise<readonly Verdict[]>;
