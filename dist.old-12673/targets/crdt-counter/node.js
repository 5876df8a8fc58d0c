/** One node of the target `crdt-counter`: `node targets/crdt-counter/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { crdtCounter } from './crdt-counter.js';

runNode(crdtCounter);
