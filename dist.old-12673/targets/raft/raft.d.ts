/**
 * Raft: a store replicated on all nodes, and the program of a key-value store made with it,
 * which speaks the requests of lin-kv.
 *
 * Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014), with
 * pre-vote (Ongaro's thesis, 9.6), snapshots, and reads by read-index (6.4), which any node
 * answers from its own state after the leader told it how recent that must be. Membership
 * is fixed. Only the monotonic clock is used, and only for liveness.
 */
import { type Body, type NodeContext } from '../../src/node/node.ts';
import { type Settings } from './settings.ts';
import { type Store } from './state-machine.ts';
/** The program of a node. */
export declare function raft(context: NodeContext): void;
/** One of the nodes that hold a copy of `store`. */
export declare class RaftNode {
  #private;
  constructor(context: NodeContext, settings: Settings, store: Store);
  start(): void;
  /** True if this node leads, as far as it knows. */
  get leads(): boolean;
  /**
   * Has a command applied on all nodes, and resolves to what the store replied. Rejects with
   * what it threw, with 11 if nothing was done, with 0 if the outcome is unknown.
   */
  change(request: Body): Promise<Body>;
  /**
   * Resolves once the store of this node holds all that was acknowledged, by any node, before
   * the call. Rejects with 11 (nothing was done) if that cannot be had.
   */
  catchUp(): Promise<void>;
}
