/** One node of the target `raft`: `node targets/raft/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { raft } from './raft.js';

runNode(raft);
