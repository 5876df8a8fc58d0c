/** A queue on Raft that hands an element out again until its consumer acknowledges it. */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'queue',
  summary: 'a first-in-first-out queue on Raft, with acknowledgements',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['queue'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'acknowledged', summary: 'an element is gone when its consumer has acknowledged it' },
    {
      name: 'at-most-once',
      summary: 'an element is gone when it is handed out',
      broken: {
        mistake: 'an element is lost whose consumer crashes, or whose delivery is lost on the way',
        shownBy: { workload: 'queue', nemesis: 'partition' },
      },
    },
    {
      name: 'memory',
      summary: 'the queue is kept in memory only',
      broken: {
        mistake: 'acknowledged elements are lost when nodes are killed',
        shownBy: { workload: 'queue', nemesis: 'kill:all' },
      },
    },
    {
      name: 'early-ack',
      summary: 'an enqueue is acknowledged once the leader has it',
      broken: {
        mistake: 'acknowledged elements are lost with a leader that is cut off',
        shownBy: { workload: 'queue', nemesis: 'partition:primaries' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './queue/node', ['--variant', variant]),
};
