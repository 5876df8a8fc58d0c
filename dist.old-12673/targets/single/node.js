/** One node of the target `single`. */
import { runNode } from '../../src/node/node.js';
import { single } from './single.js';

runNode(single);
