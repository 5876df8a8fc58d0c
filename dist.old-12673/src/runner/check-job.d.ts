import type { Checker } from '../checker/checker.ts';
import type { Verdict } from '../checker/verdict.ts';
import type { History, HistoryData } from '../history/history.ts';
/** Where the checkers come from: a workload, or a model by name. */
export type CheckSource =
  | {
      readonly kind: 'workload';
      readonly workload: string;
      readonly model: string;
      readonly options: Readonly<Record<string, string>>;
      /** Minimum fraction of invocations that end ok; null: not judged. */
      readonly availability: number | null;
    }
  | {
      readonly kind: 'model';
      readonly model: string;
      readonly realTime: boolean;
    };
export interface CheckBudget {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}
export interface CheckJob {
  readonly source: CheckSource;
  /** Which of the source's checkers. */
  readonly checkerIndex: number;
  readonly history: HistoryData;
  /** Value ids of the keys to look at; null: all operations. */
  readonly keys: readonly number[] | null;
  readonly budget: CheckBudget;
}
export type CheckAnswer =
  | {
      readonly kind: 'verdict';
      readonly verdict: Verdict;
    }
  | {
      readonly kind: 'crashed';
      readonly message: string;
    };
export declare function checkersOf(
  source: CheckSource,
  history: History,
): Promise<readonly Checker[]>;
