/** One node of the target `gossip`: `node targets/gossip/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { gossip } from './gossip.js';

runNode(gossip);
