/**
 * A store that takes reads and writes at every node and answers from its own copy, whatever
 * becomes of the other nodes. Updates travel to all others and, where they were lost, are asked
 * for again.
 *
 * The correct variant delivers an update after all that its writer may have known of, as the
 * causal memory of Ahamad and others (1995) does, with vector clocks in the manner of Birman,
 * Schiper and Stephenson (1991).
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function causal(context: NodeContext): void;
