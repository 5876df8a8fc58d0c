/**
 * Redis with Sentinel: a primary that replicates asynchronously, and sentinels that promote a
 * replica when they miss the primary. Each node is a server and a sentinel; each client asks
 * the sentinel of its own node who the primary is.
 *
 * What an error means is in the tables of the clients (`src/client/redis.ts`, `redis-objects.ts`).
 */
import {
  acceptsConnections,
  isArray,
  type Json,
  type NodePlace,
  RedisConnection,
  redisClients,
  type ServerPlan,
  type ServerSite,
  type ServerTarget,
  tableOf,
} from '../src/sdk.ts';

const serverPort = 6379;
const sentinelPort = 26379;
const group = 'm';
/** Sentinels that start before the replicas are known take ten seconds to find them. */
const script = `
redis-server redis.conf & server=$!
tries=0
while [ "$tries" -lt 60 ]; do
  case $(redis-cli -h "$1" -p ${serverPort} info replication 2>/dev/null | tr -d '\\r') in
    *"connected_slaves:$2"*) break ;;
  esac
  tries=$((tries + 1)); sleep 0.05
done
redis-sentinel sentinel.conf &
wait "$server"
`;

function serverConfig({ address, index, peers, variant }: ServerSite): string {
  const first = peers[0]?.address ?? address;
  const isDurable = variant !== 'no-persistence';
  return [
    ...[`bind ${address}`, `port ${serverPort}`, 'protected-mode no', 'save ""'],
    ...[`appendonly ${isDurable ? 'yes' : 'no'}`, 'appendfsync always'],
    'repl-diskless-sync-delay 0',
    ...(index === 0 ? [] : [`replicaof ${first} ${serverPort}`]),
    '',
  ].join('\n');
}

function sentinelConfig({ address, peers }: ServerSite): string {
  const quorum = Math.floor(peers.length / 2) + 1;
  return [
    ...[`bind ${address}`, `port ${sentinelPort}`, 'protected-mode no'],
    `sentinel monitor ${group} ${peers[0]?.address ?? address} ${serverPort} ${quorum}`,
    `sentinel down-after-milliseconds ${group} 1000`,
    `sentinel failover-timeout ${group} 5000`,
    '',
  ].join('\n');
}

/** Both rewrite their files as roles change, so these are written once only. */
function plan(site: ServerSite): ServerPlan {
  const write = (file: string, text: string) => ({
    command: 'sh',
    args: ['-c', 'printf %s "$1" > "$2"', 'sh', text, file],
    env: {},
  });
  const first = site.peers[0]?.address ?? site.address;
  const args = ['-c', script, 'dsx-redis', first, String(site.peers.length - 1)];
  return {
    program: { command: 'sh', args, env: {} },
    setup: [write('redis.conf', serverConfig(site)), write('sentinel.conf', sentinelConfig(site))],
  };
}

/** One question over a connection of its own. */
async function ask(
  { address }: NodePlace,
  port: number,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Json> {
  const connection = await RedisConnection.open(address, port, signal);
  try {
    return await connection.command(words, signal);
  } finally {
    connection.close();
  }
}

function replicasAskedFor(variant: string, nodeCount: number): number {
  if (variant === 'wait-all') return nodeCount - 1;
  return variant === 'wait-majority' ? Math.floor(nodeCount / 2) : 0;
}

/** Asks the sentinel of its own node. */
async function openPrimary(place: NodePlace, signal: AbortSignal): Promise<RedisConnection> {
  const words = ['SENTINEL', 'get-master-addr-by-name', group];
  const found = await ask(place, sentinelPort, words, signal);
  const address = isArray(found) ? found[0] : undefined;
  if (typeof address !== 'string') throw new Error('the sentinel knows no primary');
  return RedisConnection.open(address, serverPort, signal);
}

export default {
  name: 'redis-sentinel',
  summary: 'Redis with Sentinel: asynchronous replication, and failover',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['set', 'register', 'counter'],
  survives: ['pause'],
  reportsPrimary: true,
  // Sentinels let a primary that returns alone for so long before they make it a replica.
  recoverySeconds: 14,
  variants: [
    {
      name: 'wait-majority',
      summary:
        'reads and writes are answered when a majority of the nodes has what they saw (WAIT)',
      // All reads are the primary's; of what a failover loses nothing comes back.
      promises: 'eventual',
      broken: {
        mistake:
          'WAIT counts replicas, and a failover may choose one that it did not count: what they confirmed is lost',
        // A primary that goes on while its successor is being chosen still has one replica, which
        // it counts. Sentinels choose once in ten seconds.
        shownBy: {
          workload: 'set',
          nemesis: 'pause:primaries',
          further: ['--nemesis-interval', '1.5', '--time-limit', '60'],
        },
      },
    },
    {
      name: 'wait-all',
      summary: 'reads and writes are answered when all nodes have what they saw (WAIT)',
      promises: 'eventual',
    },
    {
      name: 'async',
      summary: 'a write is acknowledged when the primary has it, as Redis does unless asked',
      broken: {
        mistake: 'writes that an isolated primary acknowledged are lost when it returns',
        shownBy: { workload: 'set', nemesis: 'partition:primaries' },
      },
    },
    {
      name: 'no-persistence',
      summary: 'as async, and nothing is on the disk',
      broken: {
        mistake: 'a primary that restarts at once is empty, and its replicas follow it',
        shownBy: { workload: 'set', nemesis: 'kill:primaries' },
      },
    },
  ],
  commands: [
    { command: 'redis-server', debianPackage: 'redis-server' },
    { command: 'redis-sentinel', debianPackage: 'redis-sentinel' },
    { command: 'redis-cli', debianPackage: 'redis-tools' },
  ],
  version: ['redis-server', '--version'],
  server: plan,
  up: ({ address }, signal) => acceptsConnections(address, serverPort, signal),

  async formed(places, signal) {
    const others = String(places.length - 1);
    await Promise.all(
      places.map(async (place) => {
        const known = tableOf(
          await ask(place, sentinelPort, ['SENTINEL', 'master', group], signal),
        );
        const [replicas, sentinels] = [known.get('num-slaves'), known.get('num-other-sentinels')];
        if (replicas !== others || sentinels !== others)
          throw new Error(
            `the sentinel of ${place.node} knows ${JSON.stringify(replicas)} replicas and ${JSON.stringify(sentinels)} other sentinels`,
          );
      }),
    );
  },

  async leads(place, signal) {
    const role = await ask(place, serverPort, ['ROLE'], signal);
    return isArray(role) && role[0] === 'master';
  },

  clients: redisClients((place) => ({
    open: async (signal) => openPrimary(place, signal),
    replicas: replicasAskedFor(place.variant, place.places.length),
    shards: 1,
  })),
} satisfies ServerTarget;
