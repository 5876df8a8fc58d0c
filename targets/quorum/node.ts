/** One node of the target `quorum`: `node targets/quorum/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { quorum } from './quorum.ts';

runNode(quorum);
