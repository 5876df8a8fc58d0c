/** One node of the target `crdt-counter`: `node targets/crdt-counter/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { crdtCounter } from './crdt-counter.ts';

runNode(crdtCounter);
