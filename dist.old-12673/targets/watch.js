/** Changes on Raft that can be watched from any revision on. */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'watch',
  summary: 'a replicated sequence of changes that can be watched from any revision on',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['watch'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'history', summary: 'every change is kept, and handed to whoever lacks it' },
    {
      name: 'short-memory',
      summary: 'the latest 16 changes are kept, and nothing is said of older ones',
      broken: {
        mistake: 'a watcher that comes back late misses changes and is not told',
        shownBy: { workload: 'watch', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './watch/node', ['--variant', variant]),
};
