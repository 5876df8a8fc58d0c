/** One node of the target `watch`: `node targets/watch/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { watch } from './watch.ts';

runNode(watch);
