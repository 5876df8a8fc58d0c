/** Hands out ids, without asking anybody. */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function uniqueIds(context: NodeContext): void;
