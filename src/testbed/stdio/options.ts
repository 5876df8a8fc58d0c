/** What the testbed is told, and its limits. */
import { UsageError } from '../../base/errors.ts';
import type { Prng } from '../../base/prng.ts';
import type { Clock } from '../../contract/clock.ts';
import type { NodeProgram } from '../../contract/target.ts';
import type { Clocks, LimitedResource, NodeTrouble } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { LatencyDistribution } from '../../plan/plan.ts';
import type { NodeDisks } from '../disk/node-disks.ts';

/** The processes of the nodes, as clocks must know them. */
interface NodeProcesses {
  /** All processes of the node now; empty while it is down. */
  pids(node: NodeId): readonly number[];
  /** True from when a pause is begun until its end is. */
  isPaused(node: NodeId): boolean;
}

export interface StdioTestbedOptions {
  readonly nodes: readonly NodeId[];
  /**
   * How to start a node. A command with a slash is a path from dsx's own working folder; the
   * node itself runs in its data folder, so paths in `args` must be absolute.
   */
  readonly program: (node: NodeId) => NodeProgram;
  /** Absolute; is made. Gets `stderr.log`, `stdout.log` (what is no message) and `data/`. */
  readonly nodeFolder: (node: NodeId) => string;
  /** The source of all draws: latencies, losses, services. */
  readonly rng: Prng;
  readonly clock: Clock;
  readonly latencyMs: number;
  readonly latencyDistribution: LatencyDistribution;
  /** `sample`: the first hundred messages of each link and then one in a hundred. */
  readonly networkLog: 'off' | 'sample' | 'all';
  /** Where `network.jsonl` goes; its folder must be there. */
  readonly networkLogPath: string;
  /** `createProcessClocks`, say. */
  readonly createClocks: (processes: NodeProcesses) => Clocks & { close?(): void };
  /** Disks of the nodes; ordinary ones if absent. */
  readonly disks?: NodeDisks;
  /** What faults of the run will limit; nothing if absent. */
  readonly limited?: readonly LimitedResource[];
  /** True if nodes answer `dsx_status`. */
  readonly reportsPrimary: boolean;
  /** DSX_RUN of every process: `<pid of dsx>-…`, by which leftovers are found. No spaces. */
  readonly runMark: string;
  /** Each message as it is sent, as the line of JSON that its receiver gets. */
  readonly onNetSend?: (line: string) => void;
  /** Each message as it is handed to its receiver. */
  readonly onNetReceive?: (line: string) => void;
  /** Each line that a node writes to stderr. */
  readonly onStderr?: (node: NodeId, line: string) => void;
  /** Each kind of trouble when it first happens. */
  readonly onTrouble?: (trouble: NodeTrouble) => void;
  readonly limits?: Partial<StdioLimits>;
}

export interface StdioLimits {
  /** A node that has not answered `init` by then has failed to start. */
  readonly initTimeoutMs: number;
  /** A node that has not answered `dsx_status` by then is not counted as a primary. */
  readonly statusTimeoutMs: number;
  /** A longer line of stdout is skipped and reported. */
  readonly lineCharactersMax: number;
  /** What may wait for one node to read it; beyond that the oldest messages are dropped. */
  readonly inboxCharactersMax: number;
  /** Replicas of the service lww-kv. */
  readonly lwwReplicaCount: number;
}

export const defaultLimits: StdioLimits = {
  initTimeoutMs: 10_000,
  statusTimeoutMs: 1_000,
  lineCharactersMax: 32 * 1024 * 1024,
  inboxCharactersMax: 32 * 1024 * 1024,
  lwwReplicaCount: 2,
};

/** @throws UsageError if two ends of the network would have the same name. */
export function checkNodeNames(nodes: readonly NodeId[], services: readonly string[]): void {
  if (nodes.length === 0) throw new UsageError('a test needs at least one node');
  for (const [i, node] of nodes.entries()) {
    if (nodes.indexOf(node) !== i) throw new UsageError(`two nodes have the name "${node}"`);
    if (services.includes(node) || /^c\d+$/.test(node)) {
      throw new UsageError(
        `a node cannot have the name "${node}": c0, c1, … are clients, and ${services.join(', ')} are services`,
      );
    }
  }
}
