/** One node of the target `queue`: `node targets/queue/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { queue } from './queue.ts';

runNode(queue);
