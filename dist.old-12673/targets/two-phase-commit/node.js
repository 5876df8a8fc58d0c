/** One node of the target `two-phase-commit`. */
import { runNode } from '../../src/node/node.js';
import { twoPhaseCommit } from './two-phase-commit.js';

runNode(twoPhaseCommit);
