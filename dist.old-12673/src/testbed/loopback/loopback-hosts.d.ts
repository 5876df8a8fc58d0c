import type { NodeId } from '../../fault/fault.ts';
import type { Hosts } from '../server/hosts.ts';
export interface LoopbackOptions {
  readonly nodes: readonly NodeId[];
  /** Ports on which nodes speak to each other. */
  readonly peerPorts: readonly number[];
  /** Decides what chance brings to each piece of data. */
  readonly seed: number;
  /** The number of the process that dsx is. */
  readonly pid: number;
}
export declare function createLoopbackHosts(options: LoopbackOptions): Hosts;
/** Why the testbed cannot be had here, or undefined. */
export declare function loopbackObstacle(): Promise<string | undefined>;
