import type { NodePlace, ServerTarget } from '../../contract/target.ts';
import type { Cluster, NodeState } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Hosts } from './hosts.ts';
import type { ServerNode } from './server-node.ts';
export interface ServerClusterOptions {
  readonly nodes: readonly ServerNode[];
  readonly places: readonly NodePlace[];
  readonly target: ServerTarget;
  readonly variant: string;
  readonly hosts: Hosts;
  /** Aborts when the testbed is stopped. */
  readonly stopped: AbortSignal;
}
export declare class ServerCluster implements Cluster {
  #private;
  readonly nodes: readonly NodeId[];
  readonly primaries?: (signal: AbortSignal) => Promise<readonly NodeId[]>;
  constructor(options: ServerClusterOptions);
  state(name: NodeId): NodeState;
  kill(name: NodeId, signal: AbortSignal): Promise<void>;
  start(name: NodeId, signal: AbortSignal): Promise<void>;
  pause(name: NodeId, signal: AbortSignal): Promise<void>;
  resume(name: NodeId, signal: AbortSignal): Promise<void>;
  /** Starts all nodes at once; resolves when each is up and the cluster has formed. */
  startAll(signal: AbortSignal): Promise<void>;
  /** Ends all nodes at once, whatever else is under way. Rejects after trying all of them. */
  killAll(): Promise<void>;
}
