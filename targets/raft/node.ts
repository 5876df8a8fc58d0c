/** One node of the target `raft`: `node targets/raft/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { raft } from './raft.ts';

runNode(raft);
