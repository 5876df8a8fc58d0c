/**
 * Stands in front of one port of one node: who connects is told apart, and its bytes go on as
 * the link between the two says. Traffic that no node opened (clients, dsx itself) passes.
 */
import { type Socket } from 'node:net';
import type { Random } from '../../base/prng.ts';
import type { DirectedLink } from './link.ts';
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
export declare class PeerProxy {
  #private;
  constructor(options: PeerProxyOptions);
  /** @throws TargetError if the port is taken. */
  listen(): Promise<void>;
  close(): void;
}
