/**
 * Replicated registers without a leader: whoever a client asks coordinates, and waits for a
 * quorum of replicas.
 *
 * The correct variant is the multi-writer form of Attiya, Bar-Noy and Dolev, "Sharing Memory
 * Robustly in Message-Passing Systems" (1995): a write first asks a majority for the newest
 * timestamp, a read writes back what it is about to return. The others are what stores in
 * the style of Dynamo do. There is no compare-and-set: that needs consensus.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function quorum(context: NodeContext): void;
