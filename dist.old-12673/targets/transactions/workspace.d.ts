/** A transaction under way that nobody else sees anything of: what it read, and what it will change. */
import type { Json } from '../../src/node/node.ts';
import { type Change, type Step } from './procedures.ts';
/** What is committed, as a transaction is to see it. */
export interface Committed {
  /** Commits so far. */
  readonly commitCount: number;
  /** Null if nothing is there. */
  read(key: string): Json;
}
export declare class Workspace {
  #private;
  /** Keys of which it saw what others had written, and after how many commits it did. */
  readonly reads: Map<string, number>;
  /** Keys that it changes, and after how many commits it first did. */
  readonly writes: Map<string, number>;
  readonly changes: Change[];
  constructor(committed: Committed);
  /** All of it at one moment. */
  run<Result>(procedure: Generator<Step, Result, Json>): Result;
  /** One step after the other, each after `pause`. */
  runSlowly<Result>(
    procedure: Generator<Step, Result, Json>,
    pause: () => Promise<void>,
  ): Promise<Result>;
}
