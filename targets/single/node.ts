/** One node of the target `single`. */
import { runNode } from '../../src/node/node.ts';
import { single } from './single.ts';

runNode(single);
