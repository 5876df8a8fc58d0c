/**
 * Broadcast by gossip: what a node hears it tells its neighbours, after Demers et al.,
 * "Epidemic Algorithms for Replicated Database Maintenance" (1987).
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'gossip',
  summary: 'broadcast: each node tells its neighbours what it hears, until they confirm',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['broadcast'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  variants: [
    {
      name: 'flood',
      summary: 'tells the neighbours that it was given, at once and until they confirm',
    },
    { name: 'star', summary: 'tells all others by way of the first node; fewest hops' },
    { name: 'batched', summary: 'as star, four times a second; fewest messages' },
    {
      name: 'fire-and-forget',
      summary: 'tells each neighbour once',
      broken: {
        mistake: 'a message that is lost on the way is never told again',
        shownBy: { workload: 'broadcast', nemesis: 'partition' },
      },
    },
    {
      name: 'in-memory',
      summary: 'confirms messages that only its memory holds',
      broken: {
        mistake: 'a node that is killed forgets what it confirmed',
        shownBy: { workload: 'broadcast', nemesis: 'kill:all' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './gossip/node', ['--variant', variant]),
};
