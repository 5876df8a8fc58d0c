/**
 * Two-phase commit, the side of who was asked: collects votes, decides, and tells the decision
 * until everybody has it. The decision is on the disk before anybody is told, so that a restart
 * finds it. No record means abort (presumed abort): then nothing was or will be committed.
 *
 * Gray, "Notes on Data Base Operating Systems" (1978); Mohan, Lindsay and Obermarck,
 * "Transaction Management in the R* Distributed Database Management System" (1986).
 */
import { type NodeContext } from '../../src/node/node.ts';
export declare class Coordinator {
  #private;
  constructor(context: NodeContext, isDurable: boolean);
  start(): void;
}
