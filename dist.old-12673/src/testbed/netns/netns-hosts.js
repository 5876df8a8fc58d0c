/**
 * The hosts of the testbed `netns`: real servers, each in a network namespace of its own with
 * an IP address and a host name, on the kernel's own network. Works inside the sandbox only.
 */
import { assert } from '../../base/assert.js';
import { KernelNetwork } from './kernel-network.js';
import { openNamespaces } from './namespaces.js';
import { ProbeSockets } from './probe-sockets.js';
import { addressOf } from './ruleset.js';
import { isInSandbox } from './sandbox.js';
import { LinkVerifier } from './verify.js';
/** `seed` decides how long each packet of a slow link is held back. */
export function createNetnsHosts(nodes, seed) {
  return new NetnsHosts(nodes, seed);
}
class NetnsHosts {
  name = 'netns';
  network;
  #nodes;
  #namespaces;
  #probing = Promise.resolve();
  #sockets;
  #verifier;
  constructor(nodes, seed) {
    this.#nodes = nodes;
    this.network = new KernelNetwork(nodes, seed, () => {
      assert(this.#verifier !== undefined, 'the network is shaped before the hosts are there');
      return this.#verifier;
    });
  }
  async start() {
    assert(isInSandbox(), 'namespaces may be made in the sandbox only, never on the host');
    const namespaces = await openNamespaces(this.#nodes);
    this.#namespaces = namespaces;
    this.#probing = this.#startProbing(this.#nodes.map((_, index) => namespaces.holder(index)));
    // Whoever waits for it hears of a failure.
    this.#probing.catch(() => undefined);
  }
  async ready() {
    await this.#probing;
  }
  async #startProbing(holders) {
    const sockets = await ProbeSockets.open(holders);
    this.#sockets = sockets;
    this.#verifier = new LinkVerifier(sockets, this.#nodes);
    // Every link delivers before any is harmed: only then does silence mean a cut.
    await this.#verifier.healed(everyLink(this.#nodes.length));
  }
  addressOf(node) {
    return addressOf(this.#nodes.indexOf(node));
  }
  peerAddress(_from, to) {
    return this.addressOf(to);
  }
  wrap(node, { command, args, env }, folder) {
    const holder = this.#namespaces?.holder(this.#nodes.indexOf(node));
    assert(holder !== undefined, `node ${node} is started before its host is there`);
    // nsenter goes to the root folder; env goes back to the node's.
    const enter = ['-t', String(holder), '-n', '-u', '-m', '--', 'env', '-C', folder];
    return { command: 'nsenter', args: [...enter, command, ...args], env };
  }
  async stop() {
    await this.#probing.catch(() => undefined);
    await this.network.stop();
    this.#sockets?.close();
    this.#namespaces?.close();
  }
}
function everyLink(count) {
  const nodes = Array.from({ length: count }, (_, index) => index);
  return nodes.flatMap((from) =>
    nodes.filter((to) => to !== from).map((to) => ({ from, to, effects: [] })),
  );
}
