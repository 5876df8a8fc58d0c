/**
 * The hosts of the testbed `loopback`: real servers on this machine's own loopback, each at an
 * address of its own, with a proxy before each port on which others reach it. Needs no
 * privilege and no namespace. What the nodes share is the rest of the machine: files, host name
 * and processes.
 */
import type { Socket } from 'node:net';
import { platform } from 'node:os';
import { assert } from '../../base/assert.ts';
import { messageOf, TargetError } from '../../base/errors.ts';
import { prng, Random } from '../../base/prng.ts';
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Hosts } from '../server/hosts.ts';
import {
  type AddressBlock,
  addressBlock,
  nodeAt,
  nodesMax,
  peerAddress,
  serverAddress,
} from './addresses.ts';
import { holdsSocket, readConnectionTable, socketOf } from './connection-owner.ts';
import type { DirectedLink } from './link.ts';
import { PeerProxy } from './peer-proxy.ts';
import { Probes, probePort } from './probes.ts';
import { ProxyNetwork } from './proxy-network.ts';
import { ProxyVerifier } from './verify.ts';

export interface LoopbackOptions {
  readonly nodes: readonly NodeId[];
  /** Ports on which nodes speak to each other. */
  readonly peerPorts: readonly number[];
  /** Decides what chance brings to each piece of data. */
  readonly seed: number;
  /** The number of the process that dsx is. */
  readonly pid: number;
}

/** Runs of this process so far: each has addresses of its own. */
let runCount = 0;

export function createLoopbackHosts(options: LoopbackOptions): Hosts {
  return new LoopbackHosts(options);
}

/** Why the testbed cannot be had here, or undefined. */
export async function loopbackObstacle(): Promise<string | undefined> {
  if (platform() !== 'linux')
    return `it needs the addresses 127.x.y.z and /proc, which only Linux has; this is ${platform()}`;
  const probes = new Probes({
    own: () => serverAddress(addressBlock(process.pid, 0), nodesMax - 1),
    asPeer: () => '',
  });
  try {
    await probes.listen(1);
    readConnectionTable();
    return undefined;
  } catch (thrown) {
    return `a server at an address such as 127.1.2.3 cannot be had: ${messageOf(thrown)}`;
  } finally {
    probes.close();
  }
}

class LoopbackHosts implements Hosts {
  readonly name = 'loopback';
  readonly network: ProxyNetwork;
  readonly #options: LoopbackOptions;
  readonly #random: Random;
  readonly #proxies: PeerProxy[] = [];
  readonly #block: AddressBlock;
  #processes: (node: NodeId) => readonly number[] = () => [];
  #probes: Probes | undefined;

  constructor(options: LoopbackOptions) {
    this.#options = options;
    this.#random = new Random(prng(options.seed));
    this.#block = addressBlock(options.pid, runCount);
    runCount += 1;
    this.network = new ProxyNetwork(options.nodes, () => {
      assert(this.#probes !== undefined, 'the network is shaped before the hosts are there');
      return new ProxyVerifier(this.#probes, options.nodes);
    });
  }

  knowProcesses(processes: (node: NodeId) => readonly number[]): void {
    this.#processes = processes;
  }

  async start(): Promise<void> {
    const obstacle = await loopbackObstacle();
    if (obstacle !== undefined)
      throw new TargetError(`the testbed loopback cannot be had here: ${obstacle}`);
    const { nodes, peerPorts } = this.#options;
    assert(nodes.length <= nodesMax, `loopback has addresses for ${nodesMax} nodes`);
    const probes = new Probes({
      own: (index) => serverAddress(this.#block, index),
      asPeer: (index) => peerAddress(this.#block, index),
    });
    this.#probes = probes;
    try {
      await probes.listen(nodes.length);
    } catch (thrown) {
      throw new TargetError(
        `the addresses ${this.#block.prefix}.x cannot be used: ${messageOf(thrown)}. Try again: each run has others`,
        { cause: thrown },
      );
    }
    for (const index of nodes.keys())
      for (const port of [...peerPorts, probePort]) await this.#stand(index, port);
  }

  async ready(): Promise<void> {
    const probes = this.#probes;
    assert(probes !== undefined, 'the hosts are asked for before they were started');
    // Every link delivers before any is harmed: only then does silence mean a cut.
    await new ProxyVerifier(probes, this.#options.nodes).healed(
      everyLink(this.#options.nodes.length),
    );
  }

  addressOf(node: NodeId): string {
    return serverAddress(this.#block, this.#options.nodes.indexOf(node));
  }

  peerAddress(_from: NodeId, to: NodeId): string {
    return peerAddress(this.#block, this.#options.nodes.indexOf(to));
  }

  wrap(_node: NodeId, program: NodeProgram): NodeProgram {
    return program;
  }

  async stop(): Promise<void> {
    for (const proxy of this.#proxies) proxy.close();
    this.#probes?.close();
    return Promise.resolve();
  }

  /** Puts a proxy before one port of one node. */
  async #stand(index: number, port: number): Promise<void> {
    const proxy = new PeerProxy({
      listenAddress: peerAddress(this.#block, index),
      serverAddress: serverAddress(this.#block, index),
      port,
      linksFor: (socket) => this.#linksFor(socket, index),
      random: this.#random,
    });
    this.#proxies.push(proxy);
    await proxy.listen();
  }

  #linksFor(socket: Socket, to: number): readonly [there: DirectedLink, back: DirectedLink] {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    const named = nodeAt(this.#block, remoteAddress);
    if (named !== undefined) return this.network.linksBetween(named, to);
    // As the one who connected sees it.
    const socketNumber = socketOf(
      {
        localAddress: remoteAddress,
        localPort: remotePort,
        remoteAddress: localAddress,
        remotePort: localPort,
      },
      readConnectionTable(),
    );
    if (socketNumber === undefined) return this.network.linksBetween(undefined, to);
    const from = this.#options.nodes.findIndex((node) =>
      holdsSocket(this.#processes(node), socketNumber),
    );
    return this.network.linksBetween(from < 0 ? undefined : from, to);
  }
}

function everyLink(count: number): { from: number; to: number }[] {
  const nodes = Array.from({ length: count }, (_, index) => index);
  return nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })));
}
