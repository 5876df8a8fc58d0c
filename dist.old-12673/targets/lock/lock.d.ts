/**
 * A lock service on Raft: grants are entries of the log, each with a token greater than all
 * before it.
 *
 * A lease is ended by an entry too, which the leader proposes when the lease has passed on its
 * monotonic clock since it applied the grant. That is later than the grant was asked for, so no
 * holder loses the lock before its time, whoever leads by then and whatever wall clocks say.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function lock(context: NodeContext): void;
