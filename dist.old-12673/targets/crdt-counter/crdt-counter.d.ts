/**
 * A counter as one entry for each node: what that node was told to add and to take away. Only
 * the node itself changes its entry, and both numbers in it only grow, so that of two copies of
 * an entry the larger is the newer, and merging twice does no harm.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function crdtCounter(context: NodeContext): void;
