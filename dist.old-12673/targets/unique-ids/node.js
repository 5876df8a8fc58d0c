/** One node of the target `unique-ids`: `node targets/unique-ids/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { uniqueIds } from './unique-ids.js';

runNode(uniqueIds);
