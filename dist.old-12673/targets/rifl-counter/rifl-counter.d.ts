/**
 * A counter on the first node of the cluster. The others send their clients' requests on to it,
 * again and again until an answer comes or time is up.
 *
 * Each request has an id: the asking process, a number in its life, and the lowest number that
 * it still waits for. The server keeps a record of each request that it has done, in the same
 * line of its log as the addition itself, until the asker waits for it no more.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function riflCounter(context: NodeContext): void;
