/**
 * A node that keeps logs in `lin-kv`: the message at offset 7 of log `a` is the value of the key
 * `["a", 7]`, which is written once. A send tries to write one place after the other, from the
 * end that the node knows of, until it finds one that is empty. So places have no gaps, and what
 * a node has read it need not read again.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function kafkaLog(context: NodeContext): void;
