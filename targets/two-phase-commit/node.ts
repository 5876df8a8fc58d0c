/** One node of the target `two-phase-commit`. */
import { runNode } from '../../src/node/node.ts';
import { twoPhaseCommit } from './two-phase-commit.ts';

runNode(twoPhaseCommit);
