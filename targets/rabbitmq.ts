/**
 * RabbitMQ 3: quorum queues, which are replicated by Raft, and classic queues with mirrors. What
 * an error means is in the table of `src/client/rabbitmq/queue.ts`.
 */
import {
  acceptsConnections,
  makeRabbitmqQueues,
  rabbitmqLock,
  rabbitmqQueue,
  type ServerPlan,
  type ServerSite,
  type ServerTarget,
} from '../src/sdk.ts';

const port = 5672;
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const queue = 'jobs';
/** Of the locks that there are; all that goes beyond finds none. */
const lockKeys = ['0', '1', '2', '3', '4', '5'];

function lockQueue(key: string): string {
  return `lock-${key}`;
}

/** What a node does that is cut off from others, by variant (`cluster_partition_handling`). */
const partitionHandling: Readonly<Record<string, string>> = {
  'mirrored-autoheal': 'autoheal',
  'mirrored-ignore': 'ignore',
};

function isMirrored(variant: string): boolean {
  return variant.startsWith('mirrored');
}

/** The Erlang port mapper of a node is a process of its own, which would outlive the node. */
const script = `
export HOME="$PWD"
chmod 400 .erlang.cookie
epmd -address "$1" &
mkdir -p mnesia log
export RABBITMQ_USE_LONGNAME=true RABBITMQ_NODENAME="rabbit@$1" RABBITMQ_CONFIG_FILE="$PWD/rabbitmq.conf"
export RABBITMQ_ADVANCED_CONFIG_FILE="$PWD/advanced.config" RABBITMQ_MNESIA_BASE="$PWD/mnesia"
export RABBITMQ_LOG_BASE="$PWD/log" RABBITMQ_ENABLED_PLUGINS_FILE="$PWD/enabled_plugins"
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
${program} & server=$!
wait "$server"
`;

function config({ address, dataFolder, peers, variant }: ServerSite): string {
  return [
    `listeners.tcp.1 = ${address}:${port}`,
    'cluster_formation.peer_discovery_backend = classic_config',
    ...peers.map(
      (peer, i) => `cluster_formation.classic_config.nodes.${i + 1} = rabbit@${peer.address}`,
    ),
    `cluster_partition_handling = ${partitionHandling[variant] ?? 'pause_minority'}`,
    'loopback_users = none',
    `load_definitions = ${dataFolder}/definitions.json`,
    'log.console = true',
    'log.console.level = warning',
    'vm_memory_high_watermark.absolute = 512MB',
    'disk_free_limit.absolute = 50MB',
    '',
  ].join('\n');
}

const definitions = JSON.stringify({
  users: [{ name: 'guest', password: 'guest', tags: 'administrator' }],
  vhosts: [{ name: '/' }],
  permissions: [{ user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' }],
  policies: [
    {
      ...{ name: 'mirrors', vhost: '/', pattern: '.*', 'apply-to': 'queues', priority: 0 },
      definition: { 'ha-mode': 'all', 'ha-sync-mode': 'automatic' },
    },
  ],
});

function plan(site: ServerSite): ServerPlan {
  return {
    program: { command: 'sh', args: ['-c', script, 'dsx-rabbitmq', site.address], env: {} },
    files: {
      'rabbitmq.conf': config(site),
      'definitions.json': definitions,
      // Without ticks for so many seconds a node counts as lost.
      'advanced.config': '[{kernel, [{net_ticktime, 4}]}].\n',
      enabled_plugins: '[].\n',
    },
    setup: [
      {
        command: 'sh',
        args: ['-c', 'printf dsx > .erlang.cookie; chmod 400 .erlang.cookie'],
        env: {},
      },
    ],
  };
}

export default {
  name: 'rabbitmq',
  summary: 'RabbitMQ 3: quorum queues, and classic queues with mirrors',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['queue', 'lock'],
  survives: ['partition', 'packet'],
  reportsPrimary: false,
  startSeconds: 180,
  recoverySeconds: 15,
  variants: [
    { name: 'quorum-queue', summary: 'a queue that is replicated by Raft, with confirms' },
    {
      name: 'mirrored-autoheal',
      summary: 'a classic queue with mirrors; after a partition, one side is started anew',
      broken: {
        mistake: 'what the losing side of a partition confirmed is thrown away',
        shownBy: {
          workload: 'queue',
          nemesis: 'partition:one',
          further: ['--nemesis-interval', '15', '--time-limit', '20'],
        },
      },
    },
    {
      name: 'mirrored-pause-minority',
      summary: 'a classic queue with mirrors; who sees no majority pauses',
    },
    {
      name: 'no-confirms',
      summary: 'a quorum queue, and a message is sent when it was written to the connection',
      broken: {
        mistake: 'nobody hears of messages that no queue has taken',
        shownBy: {
          workload: 'queue',
          nemesis: 'partition:one',
          further: ['--nemesis-interval', '15', '--time-limit', '20'],
        },
      },
    },
  ],
  commands: [{ command: program, debianPackage: 'rabbitmq-server' }],
  drivers: ['amqplib'],
  version: ['dpkg-query', '--show', 'rabbitmq-server'],
  server: plan,
  up: ({ address }, signal) => acceptsConnections(address, port, signal),

  async formed(places, signal, variant) {
    const [first] = places;
    if (first === undefined) return;
    const type = isMirrored(variant) ? 'classic' : 'quorum';
    const locks = lockKeys.map((key) => ({ name: lockQueue(key), type, content: 'lock' }) as const);
    // Each node accepts connections before it lets users in.
    await Promise.all(places.map((place) => makeRabbitmqQueues(place, [], signal)));
    await makeRabbitmqQueues(first, [{ name: queue, type }, ...locks], signal);
  },

  clients: {
    queue: async (place) =>
      rabbitmqQueue(place, queue, { confirms: place.variant !== 'no-confirms' }),
    lock: async (place) => rabbitmqLock(place, lockQueue),
  },
} satisfies ServerTarget;
