/**
 * Leader election by Garcia-Molina's Bully algorithm ("Elections in a Distributed Computing
 * System", 1982): of the nodes that are up the one with the highest name leads. Each election
 * begins a term; terms are kept on disk.
 *
 * The original (`classic`) takes silence for death, and so needs a network that never fails:
 * each side of a partition elects its own. The correct variant (`majority`) lets a node lead
 * only with the consent of a majority, each of which consents to one candidate a term.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function bully(context: NodeContext): void;
