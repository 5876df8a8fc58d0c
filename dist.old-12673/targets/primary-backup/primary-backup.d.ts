/**
 * A key-value store with a primary and backups, and a backup that takes over when it does
 * not hear the primary.
 *
 * The correct variant, `sync`, answers when a majority has the change on disk, and takes
 * over only with the consent of a majority, whose newest state the new primary adopts: the
 * views of Oki and Liskov's Viewstamped Replication (1988), with states in place of logs;
 * seen from afar it is Paxos. The variant `async` needs only itself for both.
 */
import { type NodeContext } from '../../src/node/node.ts';
/** The program of a node. */
export declare function primaryBackup(context: NodeContext): void;
