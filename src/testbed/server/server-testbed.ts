/** A testbed in which nodes are real servers, whatever their hosts are. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, TargetError, UsageError } from '../../base/errors.ts';
import { didYouMean } from '../../base/text.ts';
import type { Client } from '../../contract/client.ts';
import type { NodePlace, ServerTarget } from '../../contract/target.ts';
import type {
  ClientRequest,
  Clocks,
  Cluster,
  Disks,
  LimitedResource,
  Limits,
  Network,
  NodeTrouble,
  Testbed,
} from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import { createProcessClocks, type ProcessClocks } from '../clock/process-clocks.ts';
import { processTree } from '../clock/process-tree.ts';
import type { NodeDisks } from '../disk/node-disks.ts';
import { createNodeLimits, type NodeLimits } from '../limits/node-limits.ts';
import { Guardian } from '../process/guardian.ts';
import { LogFile } from '../process/log-file.ts';
import type { Hosts } from './hosts.ts';
import { ServerCluster } from './server-cluster.ts';
import { ServerNode } from './server-node.ts';

export interface ServerTestbedOptions {
  readonly nodes: readonly NodeId[];
  readonly target: ServerTarget;
  readonly variant: string;
  readonly hosts: Hosts;
  readonly disks: NodeDisks;
  /** What faults of the run will limit; nothing if absent. */
  readonly limited?: readonly LimitedResource[];
  /** Absolute; is made. Gets `stderr.log`, `stdout.log` and `data/`. */
  readonly nodeFolder: (node: NodeId) => string;
  /** DSX_RUN of every process: `<pid of dsx>-…`, by which leftovers are found. No spaces. */
  readonly runMark: string;
  /** The clock of the run; with it the logs of nodes get their times beside them. */
  readonly nowNs?: () => number;
  /** Each line that a node writes to stderr. */
  readonly onStderr?: (node: NodeId, line: string) => void;
  readonly onTrouble?: (trouble: NodeTrouble) => void;
}

/** Nothing is started yet. */
export function createServerTestbed(options: ServerTestbedOptions): Testbed {
  return new RealServers(options);
}

class RealServers implements Testbed {
  readonly name: string;
  readonly cluster: Cluster;
  readonly network: Network;
  readonly clocks: Clocks;
  readonly disks: Disks;
  readonly limits: Limits;
  readonly crashed: Promise<never>;
  readonly recovered?: (limitMs: number, signal: AbortSignal) => Promise<boolean>;
  readonly #options: ServerTestbedOptions;
  readonly #guardian: Guardian;
  readonly #logs: LogFile[] = [];
  readonly #troubles: NodeTrouble[] = [];
  readonly #places: readonly NodePlace[];
  readonly #servers: ServerCluster;
  readonly #processClocks: ProcessClocks;
  readonly #limits: NodeLimits;
  readonly #stopping = new AbortController();
  #fail: (error: TargetError) => void = () => undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ServerTestbedOptions) {
    this.#options = options;
    const { nodes, hosts, disks, target, variant, nodeFolder } = options;
    this.name = hosts.name;
    this.network = hosts.network;
    this.disks = disks;
    this.crashed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Who does not look at it must not die of it.
    this.crashed.catch(() => undefined);
    this.#guardian = new Guardian(options.runMark);
    this.#places = nodes.map((node, index) => ({
      node,
      index,
      address: hosts.addressOf(node),
      dataFolder: resolve(nodeFolder(node), 'data'),
    }));
    const servers = this.#places.map((place) => this.#createNode(place));
    this.#servers = new ServerCluster({
      nodes: servers,
      places: this.#places,
      target,
      variant,
      hosts,
      disks,
      stopped: this.#stopping.signal,
    });
    this.cluster = this.#servers;
    if (target.recovered !== undefined)
      this.recovered = async (limitMs, signal) => this.#servers.recovered(limitMs, signal);
    const processes = (name: NodeId): readonly number[] => {
      const first = servers[nodes.indexOf(name)]?.group;
      return first === undefined ? [] : processTree(first);
    };
    hosts.knowProcesses?.(processes);
    this.#processClocks = createProcessClocks({
      pids: processes,
      isPaused: (name) => servers[nodes.indexOf(name)]?.isHeld === true,
    });
    this.clocks = this.#processClocks;
    this.#limits = createNodeLimits({
      ...{ nodes, runMark: options.runMark, limited: options.limited ?? [], pids: processes },
      isFree: (name) => {
        const node = servers[nodes.indexOf(name)];
        return node?.state === 'running' && !node.isHeld;
      },
    });
    this.limits = this.#limits;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#started ??= this.#start(AbortSignal.any([signal, this.#stopping.signal]));
    await this.#started;
  }

  async openClient(request: ClientRequest): Promise<Client> {
    const { target, variant, nodes } = this.#options;
    const { object, node, process, timeoutMs, options } = request;
    const place = this.#places.find((candidate) => candidate.node === node);
    if (place === undefined)
      throw new UsageError(`there is no node "${node}".${didYouMean(node, nodes)}`);
    const open = target.clients[object];
    if (open === undefined)
      throw new UsageError(`target ${target.name} has no client for ${object}`);
    return open({ ...place, process, variant, places: this.#places, timeoutMs, options });
  }

  troubles(): readonly NodeTrouble[] {
    return this.#troubles;
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const { dataFolder } of this.#places) await makeFolder(dataFolder);
    for (const log of this.#logs) log.open();
    await this.#guardian.start();
    await Promise.all([
      this.#options.hosts.start(),
      this.#options.disks.start(),
      this.#limits.start(),
    ]);
    signal.throwIfAborted();
    await Promise.all([this.#servers.startAll(signal), this.#options.hosts.ready()]);
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the testbed was stopped'));
    try {
      // A start under way sees the signal at its next step, and begins nothing more.
      await this.#started?.catch(() => undefined);
      await this.#servers.killAll();
    } finally {
      await this.#guardian.close();
      this.#processClocks.close();
      await this.#limits.stop();
      await this.#options.disks.stop();
      await this.#options.hosts.stop();
      await Promise.all(this.#logs.map((log) => log.close()));
    }
  }

  #createNode({ node, dataFolder }: NodePlace): ServerNode {
    const { disks, nodeFolder, runMark, onStderr, onTrouble } = this.#options;
    const folder = nodeFolder(node);
    return new ServerNode({
      name: node,
      dataFolder,
      mark: runMark,
      guardian: this.#guardian,
      stdoutLog: this.#logFile(resolve(folder, 'stdout.log')),
      stderrLog: this.#logFile(resolve(folder, 'stderr.log')),
      crashed: (name, error) => {
        const trouble = { node: name, kind: 'crashed', text: error.message, count: 1 } as const;
        this.#troubles.push(trouble);
        onTrouble?.(trouble);
        if (!disks.mayCrash(name) && !this.#limits.mayCrash(name)) this.#fail(error);
      },
      stderrLine: (name, line) => onStderr?.(name, line),
      joined: (name, pid) => {
        this.#limits.joined(name, pid);
      },
    });
  }

  #logFile(path: string): LogFile {
    const fail = (error: TargetError): void => {
      this.#fail(error);
    };
    const log = new LogFile(path, fail, this.#options.nowNs);
    this.#logs.push(log);
    return log;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw new TargetError(`cannot make the folder of a node: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
