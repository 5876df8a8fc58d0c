/** What servers stand on: a host for each node, and the network between them. */
import type { NodeProgram } from '../../contract/target.ts';
import type { Network } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
export interface Hosts {
  /** Name of the testbed. */
  readonly name: string;
  readonly network: Network;
  /** Makes the hosts: from then on nodes can be started. @throws TargetError */
  start(): Promise<void>;
  /** Resolves when also the network can be shaped, and was seen to deliver. @throws TargetError */
  ready(): Promise<void>;
  /** IP address of a node for clients. */
  addressOf(node: NodeId): string;
  /** The address at which `from` reaches `to`. */
  peerAddress(from: NodeId, to: NodeId): string;
  /** The command that runs `program` on the node's host, with `folder` as its working folder. */
  wrap(node: NodeId, program: NodeProgram, folder: string): NodeProgram;
  /** Tells which processes a node consists of now, to hosts that cannot see it themselves. */
  knowProcesses?(processes: (node: NodeId) => readonly number[]): void;
  /** Undoes all of `start`, or what was done of it. */
  stop(): Promise<void>;
}
