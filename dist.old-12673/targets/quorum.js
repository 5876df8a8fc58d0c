/**
 * Registers replicated by quorums, without a leader: Attiya, Bar-Noy and Dolev's (1995), and
 * the short cuts that Dynamo-like stores take.
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'quorum',
  summary: 'registers replicated by quorums without a leader; linearizable, without cas',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  defaults: { cas: 'no' },
  variants: [
    { name: 'abd', summary: 'reads write back what they return, to a majority' },
    {
      name: 'majority',
      summary: 'reads and writes ask a majority (R + W > N); reads do not write back',
      broken: {
        mistake: 'after a read of the new value another read returns the old one (inversion)',
        shownBy: {
          workload: 'register',
          nemesis: 'packet:loss:probability=0.4',
          // A write on one of three is in one majority, and not in the next.
          further: ['--node-count', '3'],
        },
      },
    },
    {
      name: 'weak',
      summary: 'reads and writes ask less than half (R + W ≤ N)',
      broken: {
        mistake: 'a read misses a write that was acknowledged: their quorums need not meet',
        shownBy: {
          workload: 'register',
          nemesis: 'partition',
          further: ['-o', 'writes-per-second=5'],
        },
      },
    },
    {
      name: 'wall-clock',
      summary: 'timestamps are taken from the wall clock of the node that is asked',
      broken: {
        mistake: 'an acknowledged write loses to an older one from a node whose clock is ahead',
        shownBy: { workload: 'register', nemesis: 'clock' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './quorum/node', ['--variant', variant]),
};
