/**
 * Two-phase commit, the side of who owns data: votes on transfers, keeps what it voted for
 * locked until it knows the outcome, and asks for that as long as it takes. It never decides by
 * itself: while the coordinator is away, its accounts are blocked.
 */
import { type Body, type NodeContext } from '../../src/node/node.ts';
/** Account → number. */
export type Amounts = Readonly<Record<string, number>>;
export declare class Participant {
  #private;
  constructor(context: NodeContext, locksReads: boolean);
  start(): void;
}
/** A field that holds a number for each of some accounts. */
export declare function amountsField(body: Body, name: string): Amounts;
