/**
 * Stands in front of one port of one node: who connects is told apart, and its bytes go on as
 * the link between the two says. Traffic that no node opened (clients, dsx itself) passes.
 */
import { connect, createServer } from 'node:net';
import { TargetError } from '../../base/errors.js';
import { ShapedStream } from './shaped-stream.js';
export class PeerProxy {
  #options;
  #server;
  #sockets = new Set();
  constructor(options) {
    this.#options = options;
    // Not a byte is read before it is known whose it is.
    this.#server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true });
    this.#server.on('connection', (socket) => {
      this.#accept(socket);
    });
  }
  /** @throws TargetError if the port is taken. */
  async listen() {
    const { listenAddress, port } = this.#options;
    await new Promise((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(
          new TargetError(
            error.code === 'EADDRINUSE'
              ? `${listenAddress}:${port} is taken: a server on this machine listens on port ${port} of every address. Stop it, or use the testbed netns`
              : `cannot listen on ${listenAddress}:${port}: ${error.message}`,
            { cause: error },
          ),
        );
      });
      this.#server.listen({ host: listenAddress, port }, resolve);
    });
  }
  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
  #accept(socket) {
    this.#keep(socket);
    const [there, back] = this.#options.linksFor(socket);
    const stop = [there.watch(tryAgain), back.watch(tryAgain)];
    const settle = () => {
      for (const unwatch of stop) unwatch();
    };
    const open = () => {
      settle();
      this.#join(socket, there, back);
    };
    // Without an answer from the other side there is no connection.
    function tryAgain() {
      if (!there.isCut && !back.isCut) open();
    }
    socket.once('close', settle);
    tryAgain();
  }
  #join(socket, there, back) {
    if (socket.destroyed) return;
    const { serverAddress, port, random } = this.#options;
    const upstream = connect({ host: serverAddress, port, noDelay: true, allowHalfOpen: true });
    this.#keep(upstream);
    const reset = () => {
      for (const end of [socket, upstream]) if (!end.destroyed) end.resetAndDestroy();
    };
    const streams = [
      new ShapedStream({ source: socket, sink: upstream, link: there, random, reset }),
      new ShapedStream({ source: upstream, sink: socket, link: back, random, reset }),
    ];
    let openCount = 2;
    const closed = () => {
      openCount -= 1;
      if (openCount === 0) for (const stream of streams) stream.close();
    };
    socket.once('close', closed);
    upstream.once('close', closed);
    socket.resume();
  }
  #keep(socket) {
    this.#sockets.add(socket);
    // What an error means for the other end is the stream's affair.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
