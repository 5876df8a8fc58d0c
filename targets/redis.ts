/**
 * Redis, one server, with an append-only file that is synced as the variant says. What an error
 * means is in the tables of the clients (`src/client/redis.ts`, `redis-objects.ts`).
 */
import {
  acceptsConnections,
  RedisConnection,
  redisClients,
  type ServerSite,
  type ServerTarget,
} from '../src/sdk.ts';

const port = 6379;

/** What `appendfsync` is, by variant. */
const syncs: Readonly<Record<string, string>> = { everysec: 'everysec', 'no-sync': 'no' };

function config({ address, variant }: ServerSite): string {
  return [
    ...[`bind ${address}`, `port ${port}`, 'protected-mode no', 'save ""', 'dir .'],
    `appendonly ${variant === 'no-persistence' ? 'no' : 'yes'}`,
    ...[`appendfsync ${syncs[variant] ?? 'always'}`, 'auto-aof-rewrite-percentage 0', ''],
  ].join('\n');
}

const powerLoss = {
  workload: 'set',
  nemesis: 'disk:lose-unsynced',
  further: ['--nemesis-interval', '2', '--rate', '300', '--concurrency', '4'],
};

export default {
  name: 'redis',
  summary: 'Redis, one server, with an append-only file',
  testbed: 'netns',
  nodeCount: 1,
  objects: ['set', 'register', 'counter'],
  survives: ['kill', 'pause', 'clock'],
  reportsPrimary: false,
  variants: [
    { name: 'always', summary: 'a write is acknowledged when it is on the disk' },
    {
      name: 'everysec',
      summary: 'the file is synced once a second, as Redis does unless asked otherwise',
      broken: {
        mistake: 'a power failure loses the last second or two of what was acknowledged',
        shownBy: powerLoss,
      },
    },
    {
      name: 'no-sync',
      summary: 'the file is synced when the system sees fit',
      broken: {
        mistake: 'a power failure loses all that the system had not written yet',
        shownBy: powerLoss,
      },
    },
    {
      name: 'no-persistence',
      summary: 'nothing is on the disk',
      broken: {
        mistake: 'a server that starts again is empty',
        shownBy: { workload: 'set', nemesis: 'kill', further: ['--nemesis-interval', '1'] },
      },
    },
  ],
  commands: [{ command: 'redis-server', debianPackage: 'redis-server' }],
  version: ['redis-server', '--version'],

  server: (site) => ({
    program: { command: 'redis-server', args: ['redis.conf'], env: {} },
    files: { 'redis.conf': config(site) },
  }),

  up: ({ address }, signal) => acceptsConnections(address, port, signal),

  clients: redisClients(({ address }) => ({
    open: async (signal) => RedisConnection.open(address, port, signal),
    replicas: 0,
    shards: 1,
  })),
} satisfies ServerTarget;
