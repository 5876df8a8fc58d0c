/**
 * A replicated sequence of changes on Raft that can be watched: a write is given the next
 * revision, and a watcher says up to which revision it has everything.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function watch(context: NodeContext): void;
