/** A pure function from history to verdict, within a budget. */
import type { History } from '../history/history.ts';
import type { Verdict } from './verdict.ts';

export interface CheckLimits {
  /** Out of time is `unknown`, with the size of the prefix that was proved. */
  readonly timeoutMs: number;
  /** Memory for the search (memo tables, frontiers), in megabytes. Out of it is `unknown`. */
  readonly memoryMb: number;
  /** Milliseconds on any monotonic clock: pure code has no clock of its own. */
  readonly nowMs: () => number;
}

export interface Checker {
  readonly name: string;
  /** One line: what it looks for. */
  readonly summary: string;
  /** True if the history may be split by `key`, each part judged alone (P-compositional). */
  readonly perKey: boolean;
  check(history: History, limits: CheckLimits): Verdict;
}
