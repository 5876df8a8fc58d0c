/**
 * A node that passes messages on.
 *
 * For each neighbour it keeps what that neighbour has not confirmed yet, and sends it again
 * until it does. A message is confirmed, to whoever sent it, once it is on the disk; after a
 * restart nobody has confirmed anything, so everything is told again.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function gossip(context: NodeContext): void;
