import type { Clocks } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
export interface ProcessClocksOptions {
  /** Every process of the node now, children included; empty while it is down. */
  pids(node: NodeId): readonly number[];
  /**
   * True from the moment that a pause of the node is begun until its resumption is. Without
   * it the process's own state is taken, which lags behind by microseconds.
   */
  isPaused?(node: NodeId): boolean;
}
export interface ProcessClocks extends Clocks {
  /** Stops looking after skewed nodes. Their processes keep the clocks that they have. */
  close(): void;
}
export declare function createProcessClocks(options: ProcessClocksOptions): ProcessClocks;
