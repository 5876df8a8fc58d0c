/**
 * Redis Cluster: the first half of the nodes are masters, each of a part of the keys, the others
 * their replicas, which are promoted when a majority of the masters misses one. Each client asks
 * the node of its own and goes where that one sends it. What an error means is in the tables of
 * the clients (`src/client/redis.ts`, `redis-objects.ts`, `redis-cluster.ts`).
 */
import {
  acceptsConnections,
  isArray,
  type Json,
  type NodePlace,
  RedisClusterConnection,
  RedisConnection,
  redisClients,
  type ServerSite,
  type ServerTarget,
} from '../src/sdk.ts';

const port = 6379;
const nodeTimeoutMs = 2_000;

/** The first node makes the cluster when all are there, once. */
const script = `
redis-server redis.conf & server=$!
if [ "$1" = 0 ] && [ ! -e made ]; then
  shift
  for node in "$@"; do
    until redis-cli -h "\${node%:*}" ping >/dev/null 2>&1; do sleep 0.1; done
  done
  redis-cli --cluster create "$@" --cluster-replicas 1 --cluster-yes >&2 && : >made
fi
wait "$server"
`;

function config({ address }: ServerSite): string {
  return [
    ...[`bind ${address}`, `port ${port}`, 'protected-mode no', 'save ""', 'dir .'],
    ...['appendonly yes', 'appendfsync always', 'auto-aof-rewrite-percentage 0'],
    ...['cluster-enabled yes', `cluster-node-timeout ${nodeTimeoutMs}`],
    ...['repl-diskless-sync-delay 0', ''],
  ].join('\n');
}

async function ask(
  { address }: NodePlace,
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

async function asText(
  place: NodePlace,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const reply = await ask(place, words, signal);
  return typeof reply === 'string' ? reply : '';
}

export default {
  name: 'redis-cluster',
  summary: 'Redis Cluster: keys spread over masters, asynchronous replicas, failover',
  testbed: 'netns',
  nodeCount: 6,
  objects: ['set', 'register'],
  survives: [],
  reportsPrimary: true,
  recoverySeconds: 8,
  startSeconds: 30,
  keeps: { register: 'eventual' },
  variants: [
    {
      name: 'wait',
      summary: 'reads and writes are answered when the replica has what they saw (WAIT 1)',
      promises: 'eventual-consistency',
    },
    {
      name: 'async',
      summary: 'a write is acknowledged when the master has it, as Redis does unless asked',
      broken: {
        mistake: 'writes that an isolated master acknowledged are lost with its failover',
        shownBy: { workload: 'set', nemesis: 'partition:one' },
      },
    },
  ],
  commands: [
    { command: 'redis-server', debianPackage: 'redis-server' },
    { command: 'redis-cli', debianPackage: 'redis-tools' },
  ],
  version: ['redis-server', '--version'],

  server: (site) => {
    const nodes = site.peers.map((peer) => `${peer.address}:${port}`);
    const args = ['-c', script, 'dsx-redis', String(site.index), ...nodes];
    return {
      program: { command: 'sh', args, env: {} },
      files: { 'redis.conf': config(site) },
    };
  },

  up: ({ address }, signal) => acceptsConnections(address, port, signal),

  async formed(places, signal) {
    await Promise.all(
      places.map(async (place) => {
        const info = await asText(place, ['CLUSTER', 'INFO'], signal);
        const isWhole = info.includes(`cluster_known_nodes:${places.length}`);
        if (!isWhole || !info.includes('cluster_state:ok'))
          throw new Error(`${place.node} does not see the cluster whole`);
        const replication = await asText(place, ['INFO', 'replication'], signal);
        const isFollowing = replication.includes('master_link_status:up');
        const isFollowed = /connected_slaves:[1-9]/.test(replication);
        if (!isFollowing && !isFollowed) throw new Error(`${place.node} has no partner yet`);
      }),
    );
  },

  async leads(place, signal) {
    const role = await ask(place, ['ROLE'], signal);
    return isArray(role) && role[0] === 'master';
  },

  clients: (() => {
    const { register, set } = redisClients((place) => ({
      open: async () => new RedisClusterConnection(place.address, port),
      replicas: place.variant === 'wait' ? 1 : 0,
      shards: 8,
    }));
    return { register, set };
  })(),
} satisfies ServerTarget;
