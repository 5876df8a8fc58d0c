/**
 * A set on each node, which only grows. Many times a second a node sends all that it has to a
 * node drawn at random, which adds what it lacks: whatever is lost, doubled or late, the sets
 * become one.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function crdtSet(context: NodeContext): void;
