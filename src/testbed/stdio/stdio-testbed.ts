/**
 * The testbed `stdio`: nodes are programs in any language that speak the Maelstrom protocol,
 * one JSON message a line on stdin and stdout, and the network between them is dsx itself.
 * It needs no privileges and no other software.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, TargetError, UsageError } from '../../base/errors.ts';
import { fork } from '../../base/prng.ts';
import { didYouMean } from '../../base/text.ts';
import type { RpcChannel } from '../../contract/client.ts';
import type {
  Clocks,
  Cluster,
  Disks,
  Limits,
  Network,
  NetworkStats,
  NodeTrouble,
  Testbed,
} from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import { processTree } from '../clock/process-tree.ts';
import { createNodeDisks, type NodeDisks } from '../disk/node-disks.ts';
import { createNodeLimits, type NodeLimits } from '../limits/node-limits.ts';
import { Guardian } from '../process/guardian.ts';
import { LogFile } from '../process/log-file.ts';
import { Ledger } from './ledger.ts';
import {
  checkNodeNames,
  defaultLimits,
  type StdioLimits,
  type StdioTestbedOptions,
} from './options.ts';
import { Router } from './router.ts';
import { createServices } from './services/services.ts';
import { StdioCluster } from './stdio-cluster.ts';
import { StdioNode } from './stdio-node.ts';
import { Troubles } from './troubles.ts';
import { Wire } from './wire.ts';

/** Nothing is started yet. @throws UsageError for names that nodes cannot have. */
export function createStdioTestbed(options: StdioTestbedOptions): Testbed {
  return new StdioTestbed(options);
}

class StdioTestbed implements Testbed {
  readonly name = 'stdio';
  readonly cluster: Cluster;
  readonly network: Network;
  readonly clocks: Clocks & { close?(): void };
  readonly disks: Disks;
  readonly limits: Limits;
  readonly crashed: Promise<never>;
  readonly #options: StdioTestbedOptions;
  readonly #disks: NodeDisks;
  readonly #limits: NodeLimits;
  readonly #guardian: Guardian;
  readonly #ledger: Ledger;
  readonly #logs: LogFile[] = [];
  readonly #troubles: Troubles;
  readonly #wire: Wire;
  readonly #cluster: StdioCluster;
  readonly #stopping = new AbortController();
  #fail: (error: TargetError) => void = () => undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: StdioTestbedOptions) {
    this.#options = options;
    const { nodes, clock, rng, networkLog, onNetSend, onNetReceive } = options;
    const limits: StdioLimits = { ...defaultLimits, ...options.limits };
    const services = createServices(fork(rng, 'services'), limits.lwwReplicaCount);
    checkNodeNames(
      nodes,
      services.map((service) => service.name),
    );
    this.crashed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Who does not look at it must not die of it.
    this.crashed.catch(() => undefined);
    const dataFolder = (node: NodeId): string => resolve(options.nodeFolder(node), 'data');
    this.#disks = options.disks ?? createNodeDisks({ nodes, dataFolder, canFail: false, seed: 0 });
    this.disks = this.#disks;
    this.#guardian = new Guardian(options.runMark);
    this.#troubles = new Troubles(options.onTrouble);
    const file = networkLog === 'off' ? undefined : this.#logFile(options.networkLogPath);
    this.#ledger = new Ledger({
      clock,
      networkLog,
      file,
      onSend: onNetSend,
      onReceive: onNetReceive,
    });
    const latency = { meanMs: options.latencyMs, distribution: options.latencyDistribution };
    const router = new Router({ nodes, latency, rng, clock, ledger: this.#ledger });
    const troubles = this.#troubles;
    this.#wire = new Wire({ nodes, services, router, ledger: this.#ledger, troubles });
    const stdioNodes = nodes.map((name, index) => this.#createNode(name, index, limits));
    for (const node of stdioNodes) router.attach(node);
    this.#cluster = new StdioCluster({
      nodes: stdioNodes,
      wire: this.#wire,
      troubles,
      limits,
      reportsPrimary: options.reportsPrimary,
      stopped: this.#stopping.signal,
    });
    this.cluster = this.#cluster;
    this.network = router;
    const find = (name: NodeId): StdioNode | undefined => stdioNodes[nodes.indexOf(name)];
    const pids = (name: NodeId): readonly number[] => {
      const first = find(name)?.group;
      return first === undefined ? [] : processTree(first);
    };
    this.clocks = options.createClocks({ pids, isPaused: (name) => find(name)?.isHeld === true });
    this.#limits = createNodeLimits({
      ...{ nodes, runMark: options.runMark, limited: options.limited ?? [], pids },
      isFree: (name) => find(name)?.state === 'running' && find(name)?.isHeld === false,
    });
    this.limits = this.#limits;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#started ??= this.#start(AbortSignal.any([signal, this.#stopping.signal]));
    await this.#started;
  }

  openRpc(_process: number, node: NodeId, timeoutMs: number): RpcChannel {
    const { nodes } = this.#options;
    if (!nodes.includes(node)) {
      throw new UsageError(`there is no node "${node}".${didYouMean(node, nodes)}`);
    }
    return this.#wire.openClient(node, timeoutMs).channel;
  }

  stats(): NetworkStats {
    return this.#ledger.stats();
  }

  troubles(): readonly NodeTrouble[] {
    return this.#troubles.list();
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const node of this.#options.nodes) {
      await makeFolder(resolve(this.#options.nodeFolder(node), 'data'));
    }
    signal.throwIfAborted();
    for (const log of this.#logs) log.open();
    await Promise.all([this.#guardian.start(), this.#disks.start(), this.#limits.start()]);
    await this.#cluster.startAll(signal);
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error('the testbed was stopped'));
    this.#wire.close();
    try {
      // A start under way sees the signal at its next step, and begins nothing more.
      await this.#started?.catch(() => undefined);
      await this.#cluster.killAll();
    } finally {
      await this.#guardian.close();
      this.clocks.close?.();
      await this.#limits.stop();
      await this.#disks.stop();
      await this.#ledger.close();
      await Promise.all(this.#logs.map((log) => log.close()));
    }
  }

  #createNode(name: NodeId, index: number, limits: StdioLimits): StdioNode {
    const { program, nodeFolder, runMark, onStderr } = this.#options;
    const folder = nodeFolder(name);
    return new StdioNode({
      ...limits,
      name,
      index,
      program: program(name),
      dataFolder: resolve(folder, 'data'),
      mark: runMark,
      guardian: this.#guardian,
      joined: (node, pid) => {
        this.#limits.joined(node, pid);
      },
      stdoutLog: this.#logFile(resolve(folder, 'stdout.log'), true),
      stderrLog: this.#logFile(resolve(folder, 'stderr.log'), true),
      events: {
        sent: (node, envelope) => {
          this.#wire.sendFrom(node, envelope);
        },
        received: (message) => {
          this.#ledger.received(message);
        },
        dropped: (message, reason) => {
          this.#ledger.dropped(message, reason);
        },
        badLine: (node, reason, line) => {
          this.#wire.badLine(node, reason, line);
        },
        crashed: (node, error) => {
          this.#troubles.add(node, 'crashed', error.message, error.message);
          const isExpected = this.#disks.mayCrash(node) || this.#limits.mayCrash(node);
          if (!isExpected) this.#fail(error);
        },
        stderrLine: (node, line) => onStderr?.(node, line),
      },
    });
  }

  #logFile(path: string, isTimed = false): LogFile {
    const fail = (error: TargetError): void => {
      this.#fail(error);
    };
    const { clock } = this.#options;
    const log = new LogFile(path, fail, isTimed ? () => clock.nowNs() : undefined);
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
