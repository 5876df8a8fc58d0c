/**
 * A counter on one server, and requests that are sent again when no answer comes: exactly once
 * with RIFL's completion records (Lee et al., "Implementing Linearizability at Large Scale and
 * Low Latency", 2015), at least once without.
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'rifl-counter',
  summary: 'a counter on one node; the others ask it, and ask again until it answers; linearizable',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['counter'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'exactly-once', summary: 'the server remembers which requests it has done, on disk' },
    {
      name: 'at-least-once',
      summary: 'the server does what it is asked, however often it is asked',
      broken: {
        mistake: 'an addition whose answer was lost is made again',
        shownBy: { workload: 'counter', nemesis: 'packet:loss' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './rifl-counter/node', ['--variant', variant]),
};
