/**
 * The addresses of a run on loopback. Linux answers on all of 127.0.0.0/8, so each node has an
 * address of its own for its server, and another one at which the other nodes find it: behind
 * that one stands a proxy. Runs at the same time have different blocks.
 */
/** The third and fourth byte of a run's addresses come from here. */
export interface AddressBlock {
  /** `127.a.b`, without the last byte. */
  readonly prefix: string;
}
/** Both kinds of addresses fit into one byte. */
export declare const nodesMax = 100;
/** The block that a run tries at first, second, … (`attempt` from 0), by the number of its process. */
export declare function addressBlock(pid: number, attempt: number): AddressBlock;
/** Where the node's own server listens, and clients reach it. */
export declare function serverAddress({ prefix }: AddressBlock, index: number): string;
/** Where the other nodes reach it. */
export declare function peerAddress({ prefix }: AddressBlock, index: number): string;
/** The node whose own address this is; undefined for any other. */
export declare function nodeAt({ prefix }: AddressBlock, address: string): number | undefined;
