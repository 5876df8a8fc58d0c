/** One node of the target `quorum`: `node targets/quorum/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { quorum } from './quorum.js';

runNode(quorum);
