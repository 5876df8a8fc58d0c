/** One node of the target `transactions`. */
import { runNode } from '../../src/node/node.js';
import { transactions } from './transactions.js';

runNode(transactions);
