/**
 * The testbed `stdio`: nodes are programs in any language that speak the Maelstrom protocol,
 * one JSON message a line on stdin and stdout, and the network between them is dsx itself.
 * It needs no privileges and no other software.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, TargetError, UsageError } from '../../base/errors.js';
import { fork } from '../../base/prng.js';
import { didYouMean } from '../../base/text.js';
import { processTree } from '../clock/process-tree.js';
import { Guardian } from '../process/guardian.js';
import { LogFile } from '../process/log-file.js';
import { Ledger } from './ledger.js';
import { checkNodeNames, defaultLimits } from './options.js';
import { Router } from './router.js';
import { createServices } from './services/services.js';
import { StdioCluster } from './stdio-cluster.js';
import { StdioNode } from './stdio-node.js';
import { Troubles } from './troubles.js';
import { Wire } from './wire.js';
/** Nothing is started yet. @throws UsageError for names that nodes cannot have. */
export function createStdioTestbed(options) {
  return new StdioTestbed(options);
}
class StdioTestbed {
  name = 'stdio';
  cluster;
  network;
  clocks;
  crashed;
  #options;
  #guardian;
  #ledger;
  #logs = [];
  #troubles;
  #wire;
  #cluster;
  #stopping = new AbortController();
  #fail = () => undefined;
  #started;
  #stopped;
  constructor(options) {
    this.#options = options;
    const { nodes, clock, rng, networkLog, onNetSend, onNetReceive } = options;
    const limits = { ...defaultLimits, ...options.limits };
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
    const group = (name) => stdioNodes[nodes.indexOf(name)]?.group;
    this.clocks = options.createClocks({
      pids: (name) => {
        const first = group(name);
        return first === undefined ? [] : processTree(first);
      },
      isPaused: (name) => stdioNodes[nodes.indexOf(name)]?.isHeld === true,
    });
  }
  async start(signal) {
    this.#started ??= this.#start(AbortSignal.any([signal, this.#stopping.signal]));
    await this.#started;
  }
  openRpc(_process, node, timeoutMs) {
    const { nodes } = this.#options;
    if (!nodes.includes(node)) {
      throw new UsageError(`there is no node "${node}".${didYouMean(node, nodes)}`);
    }
    return this.#wire.openClient(node, timeoutMs).channel;
  }
  stats() {
    return this.#ledger.stats();
  }
  troubles() {
    return this.#troubles.list();
  }
  async stop() {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }
  async #start(signal) {
    signal.throwIfAborted();
    for (const node of this.#options.nodes) {
      await makeFolder(resolve(this.#options.nodeFolder(node), 'data'));
    }
    signal.throwIfAborted();
    for (const log of this.#logs) log.open();
    await this.#guardian.start();
    await this.#cluster.startAll(signal);
  }
  async #stop() {
    this.#stopping.abort(new Error('the testbed was stopped'));
    this.#wire.close();
    try {
      // A start under way sees the signal at its next step, and begins nothing more.
      await this.#started?.catch(() => undefined);
      await this.#cluster.killAll();
    } finally {
      await this.#guardian.close();
      this.clocks.close?.();
      await this.#ledger.close();
      await Promise.all(this.#logs.map((log) => log.close()));
    }
  }
  #createNode(name, index, limits) {
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
      stdoutLog: this.#logFile(resolve(folder, 'stdout.log')),
      stderrLog: this.#logFile(resolve(folder, 'stderr.log')),
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
          this.#fail(error);
        },
        stderrLine: (node, line) => onStderr?.(node, line),
      },
    });
  }
  #logFile(path) {
    const log = new LogFile(path, (error) => {
      this.#fail(error);
    });
    this.#logs.push(log);
    return log;
  }
}
async function makeFolder(path) {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw new TargetError(`cannot make the folder of a node: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
