/**
 * Replication with a leader on every node, as in stores that promise to converge and no more:
 * of concurrent writes the last one wins, and the others are lost without a word.
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'multi-leader',
  summary: 'registers that every node may write alone; the last write wins; eventual',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  keeps: { register: 'eventual', causal: null, sequential: null },
  defaults: { cas: 'no', settle: '3' },
  variants: [
    { name: 'last-write-wins', summary: 'of two writes the one with the later Lamport time stays' },
    {
      name: 'last-arrival-wins',
      summary: 'of two writes the one that arrives later stays, at each node',
      broken: {
        mistake: 'nodes that got writes in different orders never agree again',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './causal/node', ['--variant', variant]),
};
