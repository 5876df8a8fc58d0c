/** One node of the target `bully`: `node targets/bully/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { bully } from './bully.js';

runNode(bully);
