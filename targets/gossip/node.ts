/** One node of the target `gossip`: `node targets/gossip/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { gossip } from './gossip.ts';

runNode(gossip);
