/**
 * Where nodes run, and which faults can be injected there. Each folder of `src/testbed/`
 * implements these; nothing here holds only on one machine (no pid, no local path).
 */
import type { DiskEffect, FileDamage, PowerLoss } from '../fault/disk.ts';
import type { LinkEffect, LinkRule, NodeId } from '../fault/fault.ts';
import type { Client, RpcChannel } from './client.ts';
import type { ObjectType, OptionValues } from './target.ts';

export type NodeState = 'running' | 'paused' | 'down';

/** Node processes. Each change resolves only when it was seen to have happened. */
export interface Cluster {
  readonly nodes: readonly NodeId[];
  state(node: NodeId): NodeState;
  /** SIGKILL to the node's process tree; resolves when it is gone. */
  kill(node: NodeId, signal: AbortSignal): Promise<void>;
  /** Starts a killed node again on the same data; resolves when it answers. */
  start(node: NodeId, signal: AbortSignal): Promise<void>;
  /**
   * Stops the node's process tree; of it only the processes of this name (as `ps` has it) if
   * `program` is given. @throws TargetError if there is none
   */
  pause(node: NodeId, signal: AbortSignal, program?: string): Promise<void>;
  resume(node: NodeId, signal: AbortSignal): Promise<void>;
  /** Nodes that say they lead now. Undefined where the target cannot tell. */
  primaries?(signal: AbortSignal): Promise<readonly NodeId[]>;
}

/** Links between nodes. */
export interface Network {
  /**
   * Makes `rules` the only rules of `owner` (a nemesis). The whole set, never a change to
   * it: then healing is `shape(owner, [])`, and no fault can leave a rule behind.
   * Resolves to a sentence saying how the change was verified; rejects if it did not hold.
   */
  shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string>;
  /**
   * Why links cannot have an effect here, with what would allow it, by the effect's kind.
   * What is absent can be had; so can everything where the method is absent.
   */
  unsupported?(): Promise<EffectObstacles>;
}

/** Why an effect on links cannot be had, with what would allow it. */
export type EffectObstacles = Readonly<Partial<Record<LinkEffect['kind'], string>>>;

/** Wall clocks as the nodes see them. The host's own clock is never touched. */
export interface Clocks {
  /** Why clocks cannot be skewed here, with what would allow it; undefined if they can. */
  unsupported(): Promise<string | undefined>;
  /** Makes the node's wall clock read real time + offsetMs, gaining `rate` s per s from now on. */
  set(node: NodeId, skew: ClockSkew, signal: AbortSignal): Promise<void>;
  /** The node's offset from real time as read back from the running process. */
  readOffsetMs(node: NodeId, signal: AbortSignal): Promise<number>;
}

export interface ClockSkew {
  readonly offsetMs: number;
  /** Extra seconds per second: 0 is right, 0.5 gains half a second each second. */
  readonly rate: number;
}

/** The disks of the nodes: their data folders. Each change resolves to a sentence saying how it was seen to hold. */
export interface Disks {
  /** Why disks cannot be made to fail here, with what would allow it; undefined if they can. */
  unsupported(): Promise<string | undefined>;
  /** Makes `effect` the only one of the node's disk; null makes the disk work again. */
  set(node: NodeId, effect: DiskEffect | null, signal: AbortSignal): Promise<string>;
  /** What the node, which must be down, has not synced is gone. */
  losePower(node: NodeId, loss: PowerLoss, signal: AbortSignal): Promise<string>;
  /** Damages files of the node, which must be down. Any testbed can. */
  damage(node: NodeId, damage: FileDamage, signal: AbortSignal): Promise<string>;
  /**
   * True from when a fault has given the node a reason to end by itself: then its end is
   * recorded, and fails no run.
   */
  mayCrash(node: NodeId): boolean;
}

export type LimitedResource = 'cpu' | 'memory';

/** What the nodes may take of the machine. Each change resolves to a sentence saying how it was seen to hold. */
export interface Limits {
  /** Why a resource cannot be limited here, with what would allow it; undefined if it can. */
  unsupported(resource: LimitedResource): Promise<string | undefined>;
  /** Leaves all processes of the node together `share` of one core; null gives back everything. */
  setCpu(node: NodeId, share: number | null, signal: AbortSignal): Promise<string>;
  /**
   * Lets the node take `headroomBytes` more memory than it holds now. Beyond that the kernel
   * first takes back its file cache and then kills it. null lifts the limit.
   */
  setMemory(node: NodeId, headroomBytes: number | null, signal: AbortSignal): Promise<string>;
  /** True from when its memory was limited: then the node's end by itself fails no run. */
  mayCrash(node: NodeId): boolean;
}

/** What a nemesis may touch. */
export interface Battlefield {
  readonly cluster: Cluster;
  readonly network: Network;
  readonly clocks: Clocks;
  readonly disks: Disks;
  readonly limits: Limits;
}

/** Counts of messages, as Maelstrom counts them. */
export interface NetworkStats {
  readonly all: MessageCounts;
  /** Messages with a client at one end. */
  readonly clients: MessageCounts;
  /** Messages between servers (nodes and services). */
  readonly servers: MessageCounts;
  readonly dropped: number;
  readonly duplicated: number;
  readonly corrupted: number;
  /** How long after the time drawn for them messages arrived, if enough were under way to say. */
  readonly lateness?: Lateness;
}

export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface MessageCounts {
  readonly sendCount: number;
  readonly receiveCount: number;
  readonly messageCount: number;
}

/** Something that people must hear of: a crash, a line that is not a message. */
export interface NodeTrouble {
  readonly node: NodeId;
  readonly kind: 'crashed' | 'bad-line' | 'unknown-destination';
  readonly text: string;
  readonly count: number;
}

export interface Testbed extends Battlefield {
  readonly name: string;
  /** Starts all nodes; rejects with a TargetError that shows a failing node's last lines. */
  start(signal: AbortSignal): Promise<void>;
  /** Opens a channel that speaks the Maelstrom protocol, where the testbed has one. */
  openRpc?(process: number, node: NodeId, timeoutMs: number): RpcChannel;
  /** Opens the target's own client for an object type, where nodes are servers. */
  openClient?(request: ClientRequest): Promise<Client>;
  stats?(): NetworkStats;
  /**
   * Resolves when the system answers again at every node, to true; after `limitMs`, whatever it
   * does, to false. Absent where the system does not tell.
   */
  recovered?(limitMs: number, signal: AbortSignal): Promise<boolean>;
  /** What went wrong in nodes so far, in order; crashes that a fault caused are not in it. */
  troubles(): readonly NodeTrouble[];
  /** Rejects with a TargetError as soon as a node crashes that nobody killed. Never resolves. */
  readonly crashed: Promise<never>;
  /** Ends everything that was started. Safe to call twice, and at any moment. */
  stop(): Promise<void>;
}

export interface ClientRequest {
  readonly object: ObjectType;
  readonly process: number;
  readonly node: NodeId;
  readonly timeoutMs: number;
  readonly options: OptionValues;
}

/** What a testbed can do to a system; a nemesis names the ones that it needs. */
export type Capability =
  | 'process'
  | 'network-cut'
  | 'network-packet'
  | 'clock'
  | 'disk'
  | LimitedResource;
