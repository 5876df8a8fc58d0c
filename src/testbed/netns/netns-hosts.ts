/**
 * The hosts of the testbed `netns`: real servers, each in a network namespace of its own with
 * an IP address and a host name, on the kernel's own network. Works inside the sandbox only.
 */
import { assert } from '../../base/assert.ts';
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Hosts } from '../server/hosts.ts';
import { KernelNetwork } from './kernel-network.ts';
import { type Namespaces, openNamespaces } from './namespaces.ts';
import { ProbeSockets } from './probe-sockets.ts';
import { addressOf } from './ruleset.ts';
import { isInSandbox } from './sandbox.ts';
import { PacketVerifier } from './verify.ts';

/** `seed` decides how long each packet of a slow link is held back. */
export function createNetnsHosts(nodes: readonly NodeId[], seed: number): Hosts {
  return new NetnsHosts(nodes, seed);
}

class NetnsHosts implements Hosts {
  readonly name = 'netns';
  readonly network: KernelNetwork;
  readonly #nodes: readonly NodeId[];
  #namespaces: Namespaces | undefined;
  #probing: Promise<void> = Promise.resolve();
  #sockets: ProbeSockets | undefined;
  #verifier: PacketVerifier | undefined;

  constructor(nodes: readonly NodeId[], seed: number) {
    this.#nodes = nodes;
    this.network = new KernelNetwork(nodes, seed, () => {
      assert(this.#verifier !== undefined, 'the network is shaped before the hosts are there');
      return this.#verifier;
    });
  }

  async start(): Promise<void> {
    assert(isInSandbox(), 'namespaces may be made in the sandbox only, never on the host');
    const namespaces = await openNamespaces(this.#nodes);
    this.#namespaces = namespaces;
    this.#probing = this.#startProbing(this.#nodes.map((_, index) => namespaces.holder(index)));
    // Whoever waits for it hears of a failure.
    this.#probing.catch(() => undefined);
  }

  async ready(): Promise<void> {
    await this.#probing;
  }

  async #startProbing(holders: readonly number[]): Promise<void> {
    const sockets = await ProbeSockets.open(holders);
    this.#sockets = sockets;
    this.#verifier = new PacketVerifier(sockets, this.#nodes);
    // Every link delivers before any is harmed: only then does silence mean a cut.
    await this.#verifier.healed(everyLink(this.#nodes.length));
  }

  addressOf(node: NodeId): string {
    return addressOf(this.#nodes.indexOf(node));
  }

  peerAddress(_from: NodeId, to: NodeId): string {
    return this.addressOf(to);
  }

  wrap(node: NodeId, { command, args, env }: NodeProgram, folder: string): NodeProgram {
    const holder = this.#namespaces?.holder(this.#nodes.indexOf(node));
    assert(holder !== undefined, `node ${node} is started before its host is there`);
    // nsenter goes to the root folder; env goes back to the node's.
    const enter = ['-t', String(holder), '-n', '-u', '-m', '--', 'env', '-C', folder];
    return { command: 'nsenter', args: [...enter, command, ...args], env };
  }

  async stop(): Promise<void> {
    await this.#probing.catch(() => undefined);
    await this.network.stop();
    this.#sockets?.close();
    this.#namespaces?.close();
  }
}

function everyLink(count: number): { from: number; to: number; effects: [] }[] {
  const nodes = Array.from({ length: count }, (_, index) => index);
  return nodes.flatMap((from) =>
    nodes.filter((to) => to !== from).map((to) => ({ from, to, effects: [] })),
  );
}
