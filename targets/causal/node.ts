/** One node of the targets `causal` and `multi-leader`: `node targets/causal/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.ts';
import { causal } from './causal.ts';

runNode(causal);
