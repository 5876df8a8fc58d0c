/** One node of the target `watch`: `node targets/watch/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { watch } from './watch.js';

runNode(watch);
