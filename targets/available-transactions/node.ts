/** One node of the target `available-transactions`. */
import { runNode } from '../../src/node/node.ts';
import { availableTransactions } from './available-transactions.ts';

runNode(availableTransactions);
