/** A node that answers what it was sent, after a moment of work. */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function echo(context: NodeContext): void;
