/** One node of the target `crdt-set`: `node targets/crdt-set/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { crdtSet } from './crdt-set.js';

runNode(crdtSet);
