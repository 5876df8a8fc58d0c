/**
 * Transactions over a replicated log, at the isolation level that is asked for.
 *
 * The node that a client speaks to runs the transaction; what it changes goes into the log
 * (Raft's, see there), and all nodes decide alike whether it commits. The levels differ in what
 * a transaction sees while it runs and in what must not have changed when it commits:
 *
 * | level | sees | must not have changed |
 * |---|---|---|
 * | strict-serializable | the newest snapshot | what it read |
 * | serializable | the snapshot that this node has | what it read |
 * | snapshot-isolation | the newest snapshot | what it writes |
 * | parallel-snapshot-isolation | the snapshot of this site | what it writes |
 * | read-committed | at each step what is committed then | what it writes, since it did |
 * | read-uncommitted | at each step what is there | – (who writes a key holds it) |
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function transactions(context: NodeContext): void;
