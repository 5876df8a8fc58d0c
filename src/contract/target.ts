/** A system under test: how its nodes are started and what can be asked of it. */
import type { NodeId } from '../fault/fault.ts';
import type { Client } from './client.ts';

/** Options of a workload by name, completed: given or default. */
export type OptionValues = Readonly<Record<string, string>>;

/** A kind of object that a target offers and a workload needs. */
export type ObjectType = string;

export interface Variant {
  readonly name: string;
  readonly summary: string;
  /**
   * The model that it keeps (as `--model` names it), where that is weaker than what the
   * workloads ask for by default. A variant may be correct for that and, as `broken` says, not
   * for a stronger one: an isolation level is no mistake to who asked for it.
   */
  readonly promises?: string;
  /** Absent for a correct variant. */
  readonly broken?: {
    /** What goes wrong, as textbooks name it. */
    readonly mistake: string;
    readonly shownBy: ShownBy;
  };
}

/** The command-line arguments that show a mistake: `--workload register --nemesis partition`. */
export interface ShownBy {
  readonly workload: string;
  readonly nemesis: string;
  /** Judged against this; absent: against the default model of the workload. */
  readonly model?: string;
  /** Further arguments, such as `--node-count 3`. */
  readonly further?: readonly string[];
}

export interface NodeProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface TargetBase {
  readonly name: string;
  readonly summary: string;
  readonly nodeCount: number;
  readonly objects: readonly ObjectType[];
  /** Names the nemeses that the system promises to survive. */
  readonly survives: readonly string[];
  /** The first is the default and is correct. */
  readonly variants: readonly Variant[];
  /** True if nodes tell who leads, so that shapes like `primaries` work. */
  readonly reportsPrimary: boolean;
  /**
   * Workload → the model that the correct variants keep, where that is not the workload's
   * default: a run is judged by it unless the user says otherwise. Null: none of its models.
   */
  readonly keeps?: Readonly<Record<string, string | null>>;
  /** Workload options that this target wants unless the user says otherwise. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** Nodes that speak the Maelstrom protocol on stdin and stdout. */
export interface StdioTarget extends TargetBase {
  readonly testbed: 'stdio';
  /** How to start one node. `module` is the URL of the running copy of the target's own file. */
  program(variant: string, node: NodeId): NodeProgram;
}

/** Testbeds in which real servers run, each on an address of its own. */
type ServerTestbed = 'netns' | 'loopback';

/** Servers that clients reach over the network: etcd, Redis, or one of the user's. */
export interface ServerTarget extends TargetBase {
  /** The testbed that it runs in unless the user says otherwise. */
  readonly testbed: ServerTestbed;
  /**
   * Ports on which nodes speak to each other. The testbed `loopback` stands between them there,
   * and can be had only if they are named; each node must then listen at `site.address` and tell
   * the others to find it at its own address in `site.peers`.
   */
  readonly peerPorts?: readonly number[];
  /** What must be installed; looked for before anything starts. */
  readonly commands: readonly RequiredCommand[];
  /** The npm packages that its clients load (`loadDriver`); looked for before anything starts. */
  readonly drivers?: readonly string[];
  /** How long nodes may take to be up for the first time, in all, where 15 seconds are short. */
  readonly startSeconds?: number;
  /** A command line that says which version is installed: the first number with dots is it. */
  readonly version?: readonly string[];
  /** The oldest version that will do, as in `3.4`; `version` must be there. */
  readonly oldestVersion?: string;
  /** How long the last reads wait after all was healed, unless the user says otherwise. */
  readonly recoverySeconds?: number;
  /** How to start one node, the first time and after each kill. */
  server(site: ServerSite): ServerPlan;
  /**
   * Resolves when the node accepts requests; rejects, saying what it still waits for. Asked
   * again and again after each start, also of a node that is cut off from all others: it must
   * not wait for them.
   */
  up(place: NodePlace, signal: AbortSignal): Promise<void>;
  /** Resolves when the cluster as a whole can serve. Asked before the load, after `up` of all. */
  formed?(places: readonly NodePlace[], signal: AbortSignal, variant: string): Promise<void>;
  /**
   * Resolves when the system answers at every node as it did before the faults, which have all
   * been healed: the last reads then wait no longer. Absent: they wait the whole recovery time,
   * which a system must have in which a loss shows only once its nodes have met again.
   */
  recovered?(places: readonly NodePlace[], signal: AbortSignal): Promise<void>;
  /** True if the node says that it leads. */
  leads?(place: NodePlace, signal: AbortSignal): Promise<boolean>;
  /** Opens a client for an object type; one for each of `objects`. */
  readonly clients: Readonly<Record<ObjectType, OpenServerClient>>;
}

export type Target = StdioTarget | ServerTarget;

export interface RequiredCommand {
  /** Looked for on the PATH, or a path. */
  readonly command: string;
  /** The Debian package that has it; null if there is none. */
  readonly debianPackage: string | null;
  /** A command line that installs it where no package of Debian's does. */
  readonly install?: string;
  /** `file`: a path that must be there, though it is not run. */
  readonly kind?: 'file';
}

/** Where one node lives. */
export interface NodePlace {
  readonly node: NodeId;
  /** From 0, in the order of the cluster. */
  readonly index: number;
  /** IP address that clients reach it at. */
  readonly address: string;
  /** Its working folder, absolute; survives a kill. */
  readonly dataFolder: string;
}

/** What a node is told of itself and the others. */
export interface ServerSite extends NodePlace {
  readonly variant: string;
  /** All nodes, itself included, each at the address at which this node reaches it. */
  readonly peers: readonly NodePlace[];
}

export interface ServerPlan {
  /** Runs in the foreground, in the data folder, as the node's one process tree. */
  readonly program: NodeProgram;
  /** Text files written into the data folder before each start, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Run to their end, one after another, before the very first start. */
  readonly setup?: readonly NodeProgram[];
}

export interface ServerClientPlace extends NodePlace {
  readonly process: number;
  readonly variant: string;
  /** Every node, in the order of the cluster. */
  readonly places: readonly NodePlace[];
  /** A request without an answer after this is given up. */
  readonly timeoutMs: number;
  readonly options: OptionValues;
}

/** A rejection is recorded as `fail`: nothing was sent. */
export type OpenServerClient = (place: ServerClientPlace) => Promise<Client>;
