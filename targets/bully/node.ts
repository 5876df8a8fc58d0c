/** One node of the target `bully`: `node targets/bully/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { bully } from './bully.ts';

runNode(bully);
