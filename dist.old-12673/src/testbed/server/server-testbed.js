/** A testbed in which nodes are real servers, whatever their hosts are. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, TargetError, UsageError } from '../../base/errors.js';
import { didYouMean } from '../../base/text.js';
import { createProcessClocks } from '../clock/process-clocks.js';
import { processTree } from '../clock/process-tree.js';
import { Guardian } from '../process/guardian.js';
import { LogFile } from '../process/log-file.js';
import { ServerCluster } from './server-cluster.js';
import { ServerNode } from './server-node.js';
/** Nothing is started yet. */
export function createServerTestbed(options) {
  return new RealServers(options);
}
class RealServers {
  name;
  cluster;
  network;
  clocks;
  crashed;
  #options;
  #guardian;
  #logs = [];
  #troubles = [];
  #places;
  #servers;
  #processClocks;
  #stopping = new AbortController();
  #fail = () => undefined;
  #started;
  #stopped;
  constructor(options) {
    this.#options = options;
    const { nodes, hosts, target, variant, nodeFolder } = options;
    this.name = hosts.name;
    this.network = hosts.network;
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
      stopped: this.#stopping.signal,
    });
    this.cluster = this.#servers;
    const processes = (name) => {
      const first = servers[nodes.indexOf(name)]?.group;
      return first === undefined ? [] : processTree(first);
    };
    hosts.knowProcesses?.(processes);
    this.#processClocks = createProcessClocks({
      pids: processes,
      isPaused: (name) => servers[nodes.indexOf(name)]?.isHeld === true,
    });
    this.clocks = this.#processClocks;
  }
  async start(signal) {
    this.#started ??= this.#start(AbortSignal.any([signal, this.#stopping.signal]));
    await this.#started;
  }
  async openClient(request) {
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
  troubles() {
    return this.#troubles;
  }
  async stop() {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }
  async #start(signal) {
    signal.throwIfAborted();
    for (const { dataFolder } of this.#places) await makeFolder(dataFolder);
    for (const log of this.#logs) log.open();
    await this.#guardian.start();
    await this.#options.hosts.start();
    signal.throwIfAborted();
    await Promise.all([this.#servers.startAll(signal), this.#options.hosts.ready()]);
  }
  async #stop() {
    this.#stopping.abort(new Error('the testbed was stopped'));
    try {
      // A start under way sees the signal at its next step, and begins nothing more.
      await this.#started?.catch(() => undefined);
      await this.#servers.killAll();
    } finally {
      await this.#guardian.close();
      this.#processClocks.close();
      await this.#options.hosts.stop();
      await Promise.all(this.#logs.map((log) => log.close()));
    }
  }
  #createNode({ node, dataFolder }) {
    const { nodeFolder, runMark, onStderr, onTrouble } = this.#options;
    const folder = nodeFolder(node);
    return new ServerNode({
      name: node,
      dataFolder,
      mark: runMark,
      guardian: this.#guardian,
      stdoutLog: this.#logFile(resolve(folder, 'stdout.log')),
      stderrLog: this.#logFile(resolve(folder, 'stderr.log')),
      crashed: (name, error) => {
        const trouble = { node: name, kind: 'crashed', text: error.message, count: 1 };
        this.#troubles.push(trouble);
        onTrouble?.(trouble);
        this.#fail(error);
      },
      stderrLine: (name, line) => onStderr?.(name, line),
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
