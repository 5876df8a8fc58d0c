/**
 * Stands in front of one port of one node: who connects is told apart, and its bytes go on as
 * the link between the two says. Traffic that no node opened (clients, dsx itself) passes.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TargetError } from '../../base/errors.ts';
import type { Random } from '../../base/prng.ts';
import type { DirectedLink } from './link.ts';
import { ShapedStream } from './shaped-stream.ts';

export interface PeerProxyOptions {
  /** Where the other nodes connect to. */
  readonly listenAddress: string;
  /** Where the node itself listens, on the same port. */
  readonly serverAddress: string;
  readonly port: number;
  /** The two directions between the one who connected and this node, there and back. */
  readonly linksFor: (socket: Socket) => readonly [there: DirectedLink, back: DirectedLink];
  readonly random: Random;
}

export class PeerProxy {
  readonly #options: PeerProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: PeerProxyOptions) {
    this.#options = options;
    // Not a byte is read before it is known whose it is.
    this.#server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true });
    this.#server.on('connection', (socket) => {
      this.#accept(socket);
    });
  }

  /** @throws TargetError if the port is taken. */
  async listen(): Promise<void> {
    const { listenAddress, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
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

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#keep(socket);
    const [there, back] = this.#options.linksFor(socket);
    const stop = [there.watch(tryAgain), back.watch(tryAgain)];
    const settle = (): void => {
      for (const unwatch of stop) unwatch();
    };
    const open = (): void => {
      settle();
      this.#join(socket, there, back);
    };
    // Without an answer from the other side there is no connection.
    function tryAgain(): void {
      if (!there.isCut && !back.isCut) open();
    }
    socket.once('close', settle);
    tryAgain();
  }

  #join(socket: Socket, there: DirectedLink, back: DirectedLink): void {
    if (socket.destroyed) return;
    const { serverAddress, port, random } = this.#options;
    const upstream = connect({ host: serverAddress, port, noDelay: true, allowHalfOpen: true });
    this.#keep(upstream);
    const reset = (): void => {
      for (const end of [socket, upstream]) if (!end.destroyed) end.resetAndDestroy();
    };
    const streams = [
      new ShapedStream({ source: socket, sink: upstream, link: there, random, reset }),
      new ShapedStream({ source: upstream, sink: socket, link: back, random, reset }),
    ];
    let openCount = 2;
    const closed = (): void => {
      openCount -= 1;
      if (openCount === 0) for (const stream of streams) stream.close();
    };
    socket.once('close', closed);
    upstream.once('close', closed);
    socket.resume();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // What an error means for the other end is the stream's affair.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
