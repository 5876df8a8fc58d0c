/** One node of the targets `causal` and `multi-leader`: `node targets/causal/node.js [--variant NAME]`. */
import { runNode } from '../../src/node/node.js';
import { causal } from './causal.js';

runNode(causal);
