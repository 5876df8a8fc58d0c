/**
 * A queue on Raft. Enqueues, deliveries and acknowledgements are entries of the log; so is
 * taking back an element whose consumer was not heard of in time, which the leader proposes by
 * its monotonic clock.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function queue(context: NodeContext): void;
