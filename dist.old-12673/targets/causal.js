/** A store that answers at every node from its own copy, with causal consistency. */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'causal',
  summary: 'a store with a copy on each node, which takes reads and writes alone; causal',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  keeps: { register: 'eventual' },
  defaults: { cas: 'no', settle: '3' },
  variants: [
    { name: 'vector-clock', summary: 'an update waits for all that its writer may have known' },
    {
      name: 'last-write-wins',
      summary: 'registers are replicated apart from each other; the latest write of each wins',
      broken: {
        mistake: 'an answer is seen before the question: a write without those that it follows',
        shownBy: { workload: 'causal', nemesis: 'partition' },
      },
    },
    {
      name: 'any-replica',
      summary: 'reads are answered by whichever node is at hand',
      broken: {
        mistake: 'a session does not find its own writes, and reads go back in time',
        shownBy: { workload: 'causal', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './causal/node', ['--variant', variant]),
};
