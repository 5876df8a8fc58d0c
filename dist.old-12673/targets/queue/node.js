/** One node of the target `queue`: `node targets/queue/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { queue } from './queue.js';

runNode(queue);
