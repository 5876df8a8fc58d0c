/** One node of the target `lock`: `node targets/lock/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { lock } from './lock.ts';

runNode(lock);
