/** A store with a copy on each node, replicated in the background: what becomes of order. */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'replicas',
  summary: 'a store with a copy on each node, replicated in the background; monotonic, sequential',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  keeps: { register: 'eventual' },
  defaults: { cas: 'no', settle: '3' },
  variants: [
    { name: 'vector-clock', summary: 'a session keeps to one copy, which takes updates in order' },
    {
      name: 'any-replica',
      summary: 'reads are answered by whichever node is at hand',
      broken: {
        mistake: 'a session that reads here and there sees values go back',
        shownBy: { workload: 'monotonic', nemesis: 'partition' },
      },
    },
    {
      name: 'last-write-wins',
      summary: 'registers are replicated apart from each other',
      broken: {
        mistake: 'what a client wrote first arrives after what it wrote next',
        shownBy: { workload: 'sequential', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './causal/node', ['--variant', variant]),
};
