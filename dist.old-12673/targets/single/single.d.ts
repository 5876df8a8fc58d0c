/**
 * A key-value store on one node: the first of the cluster owns the data, the others pass
 * requests on to it. Consistent by construction, and gone when that node is.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function single(context: NodeContext): void;
