/** What people read when a node ended by itself: how, its last words, and where the rest is. */
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { ProcessEnd } from './node-process.ts';
export interface LastWords {
  readonly node: NodeId;
  readonly program: NodeProgram;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly logPath: string;
}
/** Several lines: how node `n1` ended, then `detail`. */
export declare function crashReport(end: ProcessEnd, words: LastWords): string;
/** What was run, the last lines of both streams, and the path of the log. */
export declare function detail(words: LastWords): string[];
