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
export const nodesMax = 100;

/** The block that a run tries at first, second, … (`attempt` from 0), by the number of its process. */
export function addressBlock(pid: number, attempt: number): AddressBlock {
  const number = (pid + attempt * 7919) % (254 * 256);
  // 127.0.x and 127.255.x are left to whoever uses them by hand.
  return { prefix: `127.${1 + Math.floor(number / 256)}.${number % 256}` };
}

/** Where the node's own server listens, and clients reach it. */
export function serverAddress({ prefix }: AddressBlock, index: number): string {
  return `${prefix}.${1 + index}`;
}

/** Where the other nodes reach it. */
export function peerAddress({ prefix }: AddressBlock, index: number): string {
  return `${prefix}.${101 + index}`;
}

/** The node whose own address this is; undefined for any other. */
export function nodeAt({ prefix }: AddressBlock, address: string): number | undefined {
  if (!address.startsWith(`${prefix}.`)) return undefined;
  const last = Number(address.slice(prefix.length + 1));
  return last >= 1 && last <= nodesMax ? last - 1 : undefined;
}
