/**
 * Probes from node to node, on connections that go through the same proxies as those of the
 * nodes: dsx opens each from the node's own address, by which the proxy takes it for one of the
 * node's.
 */
import { connect, createServer } from 'node:net';
import { TargetError } from '../../base/errors.js';
/** Nodes are told that it is taken if they want it themselves; few servers listen so high. */
export const probePort = 59_871;
/** Number of the probe, and its length with this head. */
const headBytes = 8;
export class Probes {
  #addresses;
  #servers = [];
  #incoming = new Set();
  #outgoing = new Map();
  #expected = new Map();
  #nextNumber = 1;
  constructor(addresses) {
    this.#addresses = addresses;
  }
  /** Listens at the own address of each node. Rejects with the error of the first that cannot. */
  async listen(nodeCount) {
    for (let index = 0; index < nodeCount; index += 1) {
      const server = createServer({ noDelay: true }, (socket) => {
        this.#receive(socket);
      });
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: this.#addresses.own(index), port: probePort }, resolve);
      });
      this.#servers.push(server);
    }
  }
  close() {
    for (const server of this.#servers.splice(0)) server.close();
    for (const socket of this.#incoming) socket.destroy();
    for (const opening of this.#outgoing.values())
      void opening.then(
        (socket) => socket.destroy(),
        () => undefined,
      );
    this.#outgoing.clear();
  }
  /** Opens the connection of a link beforehand, and waits until it is there. */
  async open(from, to) {
    await this.#connection(from, to);
  }
  /**
   * Sends one probe of `byteCount` bytes. Resolves to its arrival; to `broken` if its connection
   * broke, to `nothing` if it did not arrive in time.
   */
  async send(link, limitMs, byteCount = headBytes) {
    const socket = await this.#connection(...link);
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const probe = Buffer.alloc(Math.max(headBytes, byteCount));
    probe.writeUInt32BE(number, 0);
    probe.writeUInt32BE(probe.length, 4);
    return new Promise((resolve) => {
      const done = (result) => {
        clearTimeout(timer);
        this.#expected.delete(number);
        socket.off('close', broken);
        resolve(result);
      };
      const broken = () => {
        done('broken');
      };
      const timer = setTimeout(done, limitMs, 'nothing');
      this.#expected.set(number, done);
      if (socket.destroyed) broken();
      else socket.once('close', broken).write(probe);
    });
  }
  async #connection(from, to) {
    const key = `${from}>${to}`;
    const known = this.#outgoing.get(key);
    const before = await known?.catch(() => undefined);
    if (before !== undefined && !before.destroyed) return before;
    const opening = this.#connect(from, to);
    this.#outgoing.set(key, opening);
    return opening;
  }
  async #connect(from, to) {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: this.#addresses.asPeer(to),
        port: probePort,
        localAddress: this.#addresses.own(from),
        noDelay: true,
      });
      socket.setMaxListeners(0);
      socket.once('connect', () => {
        resolve(socket);
      });
      socket.on('error', (error) => {
        reject(new TargetError(`a probe cannot be sent: ${error.message}`, { cause: error }));
      });
    });
  }
  #receive(socket) {
    this.#incoming.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#incoming.delete(socket));
    let rest = Buffer.alloc(0);
    let pieces = 0;
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      pieces += 1;
      while (rest.length >= headBytes && rest.length >= rest.readUInt32BE(4)) {
        this.#expected.get(rest.readUInt32BE(0))?.({ atMs: performance.now(), pieces });
        rest = rest.subarray(rest.readUInt32BE(4));
        pieces = rest.length > 0 ? 1 : 0;
      }
    });
  }
}
