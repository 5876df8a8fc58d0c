/**
 * A primary with backups that take over, after Oki and Liskov's Viewstamped Replication
 * (1988), and what becomes of it without majorities.
 */
import { nodeScript } from '../src/sdk.js';
export default {
  name: 'primary-backup',
  summary: 'a key-value store with a primary, and backups that take over; linearizable',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'sync', summary: 'answers, and takes over, with the consent of a majority' },
    {
      name: 'async',
      summary: 'answers before the backups have the change; a backup takes over on its own',
      broken: {
        mistake: 'two primaries at once, and acknowledged writes lost on failover',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
  ],
  program: (variant) =>
    nodeScript(import.meta.url, './primary-backup/node', ['--variant', variant]),
};
