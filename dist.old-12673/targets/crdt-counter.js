/**
 * Counters without coordination: the PN-Counter of Shapiro et al., "A Comprehensive Study of
 * Convergent and Commutative Replicated Data Types" (2011), and what goes wrong short of it.
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'crdt-counter',
  summary: 'a PN-Counter on every node, merged pair by pair; always available',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['counter'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  variants: [
    { name: 'pn-counter', summary: 'what each node added and took away is kept apart, on disk' },
    {
      name: 'one-total',
      summary: 'each node keeps one total; of two the one with more changes wins',
      broken: {
        mistake: 'of additions on two nodes at the same time one is lost',
        shownBy: { workload: 'counter', nemesis: 'none' },
      },
    },
    {
      name: 'in-memory',
      summary: 'a PN-Counter that only its memory holds',
      broken: {
        mistake: 'nodes that are killed forget what they had confirmed',
        shownBy: { workload: 'counter', nemesis: 'kill:all', further: ['-o', 'deltas=up'] },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './crdt-counter/node', ['--variant', variant]),
};
