import type { Cluster, NodeState } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { StdioLimits } from './options.ts';
import type { StdioNode } from './stdio-node.ts';
import type { Troubles } from './troubles.ts';
import type { Wire } from './wire.ts';
export interface StdioClusterOptions {
  readonly nodes: readonly StdioNode[];
  readonly wire: Wire;
  readonly troubles: Troubles;
  readonly limits: StdioLimits;
  readonly reportsPrimary: boolean;
  /** Aborts when the testbed is stopped. */
  readonly stopped: AbortSignal;
}
export declare class StdioCluster implements Cluster {
  #private;
  readonly nodes: readonly NodeId[];
  readonly primaries?: (signal: AbortSignal) => Promise<readonly NodeId[]>;
  constructor(options: StdioClusterOptions);
  state(node: NodeId): NodeState;
  kill(name: NodeId, signal: AbortSignal): Promise<void>;
  start(name: NodeId, signal: AbortSignal): Promise<void>;
  pause(name: NodeId, signal: AbortSignal): Promise<void>;
  resume(name: NodeId, signal: AbortSignal): Promise<void>;
  /** Starts all nodes at once; resolves when each has answered `init`. */
  startAll(signal: AbortSignal): Promise<void>;
  /** Ends all nodes at once, whatever else is under way. Rejects after trying all of them. */
  killAll(): Promise<void>;
}
