/** One node of the target `lock`: `node targets/lock/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { lock } from './lock.js';

runNode(lock);
