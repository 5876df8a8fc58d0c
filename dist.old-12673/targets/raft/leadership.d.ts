/**
 * A leader during one term: replication, the commit rule, and reads that are confirmed by a
 * round of heartbeats. An object for each term, so that nothing of an old term can leak
 * into a new one.
 *
 * Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014), and
 * Ongaro's thesis (2014), section 6.4, for reads.
 */
import { type Body, type NodeContext } from '../../src/node/node.ts';
import type { DurableState } from './durable-state.ts';
import type { Settings } from './settings.ts';
import type { Outcome } from './state-machine.ts';
/** What a leader needs of the node that it is part of. */
export interface LeaderHost {
  readonly context: NodeContext;
  readonly durable: DurableState;
  readonly settings: Settings;
  commitIndex(): number;
  /** Everything up to `index` is committed. */
  commit(index: number): void;
  stepDown(reason: string): void;
}
export declare class Leadership {
  #private;
  readonly term: number;
  constructor(host: LeaderHost);
  /** Begins the term. Its no-op lets entries of older terms commit, and reads begin. */
  begin(): void;
  /** Resolves to the reply once the command is committed and applied. */
  propose(command: Body): Promise<Body>;
  /** An index such that a state that includes it is recent enough for a read that came now. */
  readIndex(): Promise<number>;
  /** Entry `index` was applied: answers the client that waits for it. */
  applied(index: number, outcome: Outcome): void;
  onAppendReply(src: string, reply: Body): void;
  /** Every `heartbeatMs`. */
  tick(): void;
  /** The term is over. What was proposed may be committed by a later leader, or never. */
  end(): void;
}
