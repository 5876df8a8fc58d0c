/** One node of the target `rifl-counter`: `node targets/rifl-counter/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { riflCounter } from './rifl-counter.js';

runNode(riflCounter);
