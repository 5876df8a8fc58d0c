/**
 * A grow-only set without coordination: Shapiro et al., "A Comprehensive Study of Convergent
 * and Commutative Replicated Data Types" (2011).
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'crdt-set',
  summary: 'a G-Set on every node, merged pair by pair; always available',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['set'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  variants: [
    { name: 'g-set', summary: 'an element is confirmed when it is on the disk of one node' },
    {
      name: 'in-memory',
      summary: 'confirms elements that only its memory holds',
      broken: {
        mistake: 'a node that is killed loses what it confirmed',
        shownBy: { workload: 'set', nemesis: 'kill:all' },
      },
    },
    {
      name: 'resurrects',
      summary: 'asks a majority to hold an element too, and takes it back if that fails',
      broken: {
        mistake: 'an element that was refused comes back from a node that had heard of it',
        shownBy: { workload: 'set', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './crdt-set/node', ['--variant', variant]),
};
