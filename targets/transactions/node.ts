/** One node of the target `transactions`. */
import { runNode } from '../../src/node/node.ts';
import { transactions } from './transactions.ts';

runNode(transactions);
