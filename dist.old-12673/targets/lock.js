/**
 * A lock service with leases and fencing tokens on Raft, and what becomes of it in the ways in
 * which locks on stores with timeouts go wrong (Kleppmann, "How to do distributed locking", 2016).
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'lock',
  summary: 'locks with leases and fencing tokens on Raft, and resources that check the tokens',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['lock'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'fenced', summary: 'leases end by the monotonic clock; resources refuse old tokens' },
    {
      name: 'unfenced',
      summary: 'resources accept writes without looking at their tokens',
      broken: {
        mistake: 'a holder that stalled past its lease writes after its successor did',
        shownBy: { workload: 'lock', nemesis: 'pause' },
      },
    },
    {
      name: 'blind-release',
      summary: 'a release frees the lock without looking whether the lease is still its own',
      broken: {
        mistake: 'a former holder frees the lock of its successor: two holders at once',
        shownBy: { workload: 'lock', nemesis: 'pause' },
      },
    },
    {
      name: 'wall-clock',
      summary: 'leases end by the wall clock of whichever node is asked',
      broken: {
        mistake: 'a node whose clock is ahead gives away a lock before its lease is over',
        shownBy: { workload: 'lock', nemesis: 'clock' },
      },
    },
    {
      name: 'redis',
      summary: 'as with SET NX PX: leases by the wall clock, and nobody checks tokens',
      broken: {
        mistake: 'neither two holders at once nor writes of former holders are prevented',
        shownBy: { workload: 'lock', nemesis: 'pause,clock' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './lock/node', ['--variant', variant]),
};
