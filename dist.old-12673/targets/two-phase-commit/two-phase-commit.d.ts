/** Accounts spread over the nodes; transfers between them by two-phase commit. */
import type { NodeContext } from '../../src/node/node.ts';
/** The program of a node, which is both: a participant, and the coordinator of its clients. */
export declare function twoPhaseCommit(context: NodeContext): void;
