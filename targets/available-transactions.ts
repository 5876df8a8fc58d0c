/**
 * Transactions that need nobody else: each node runs them on its own copy, and the copies agree
 * in time. After Bailis and others, "Highly Available Transactions: Virtues and Limitations"
 * (2013), and what is lost short of that.
 */
import { nodeScript, type Target } from '../src/sdk.ts';

export default {
  name: 'available-transactions',
  summary: 'transactions on registers that each node runs alone; read committed, always available',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['rw-register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  keeps: { 'rw-register': 'read-atomic', 'long-fork': null, 'write-skew': null },
  variants: [
    {
      name: 'buffered',
      summary: 'writes are kept back until the end, and then take effect at once, on every node',
    },
    {
      name: 'scattered',
      summary: 'writes are kept back until the end, and then travel one by one',
      promises: 'read-committed',
      broken: {
        mistake: 'fractured reads: of what one transaction wrote another sees a part',
        // Few registers and long transactions, so that one reads what another writes, twice.
        shownBy: {
          workload: 'rw-register',
          nemesis: 'none',
          further: ['--key-count', '4', '--max-txn-length', '8', '--rate', '300'],
        },
      },
    },
    {
      name: 'eager',
      summary: 'each write takes effect when it is made',
      promises: 'read-uncommitted',
      broken: {
        mistake: 'intermediate reads: transactions see what others are about to write over',
        shownBy: { workload: 'rw-register', nemesis: 'none', model: 'read-committed' },
      },
    },
    {
      name: 'abandoned',
      summary:
        'as eager; a transaction that meets a register in use is refused, and undoes nothing',
      broken: {
        mistake: 'aborted reads: what a refused transaction wrote stays, and is read',
        shownBy: { workload: 'rw-register', nemesis: 'none', model: 'read-committed' },
      },
    },
  ],
  program: (variant) =>
    nodeScript(import.meta.url, './available-transactions/node', ['--variant', variant]),
} satisfies Target;
