/**
 * PostgreSQL under Patroni: each node runs etcd, Patroni and the PostgreSQL that it keeps. Who
 * holds the leader's lock in etcd is the primary. Clients come through a load balancer as Patroni's
 * manual has it: it asks the health check of every node who the primary is, and shuts down the
 * sessions with a node that is it no more.
 *
 * What the errors of PostgreSQL mean is in the tables of `src/client/sql/session.ts` and
 * `src/client/sql/postgres.ts`; that no node says that it is a primary is `fail`: nothing was sent.
 */
import {
  acceptsConnections,
  askPatroniCluster,
  asOrdinaryUser,
  connectPostgres,
  createTables,
  isPatroniPrimary,
  type Json,
  type NodePlace,
  PatroniBalancer,
  patroniLack,
  patroniPort,
  postgresCommands,
  postgresDialect,
  postgresPort,
  postgresProgram,
  postgresUser,
  type ServerClientPlace,
  type ServerPlan,
  type ServerSite,
  type ServerTarget,
  type SqlConnection,
  type SqlRoute,
  sqlClients,
  sqlObjects,
} from '../src/sdk.ts';

const etcdPort = 2379;
const etcdPeerPort = 2380;

/**
 * The leader's lock lives for so many seconds unless it is renewed. Patroni's own are 30, 10 and
 * 10; it asks that one wait and two retries have room in the life of the lock.
 */
const times = { ttl: 8, loop_wait: 1, retry_timeout: 3 };

/**
 * Arguments: as many words of etcd's command line as the first says, those, then Patroni's. The
 * node is over when either has ended. What a killed server leaves behind names a process of a
 * namespace that is gone.
 */
const script = `
rm -f pg/postmaster.pid
count=$1; shift
etcd=
while [ "$count" -gt 0 ]; do etcd="$etcd $1"; shift; count=$((count - 1)); done
$etcd & store=$!
"$@" & keeper=$!
while kill -0 "$store" 2>/dev/null && kill -0 "$keeper" 2>/dev/null; do sleep 0.3; done
if kill -0 "$store" 2>/dev/null; then wait "$keeper"; else wait "$store"; fi
`;

/**
 * PostgreSQL refuses root, and Patroni sets it free of its own process group and parent: with
 * process numbers of its own, all of the node stays one tree, under one first process.
 */
const namespaces = (): readonly string[] => [
  ...[...asOrdinaryUser(), '--ipc'],
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
];

function etcdArguments({ node, address, peers }: ServerSite): readonly string[] {
  const peerUrl = (at: string): string => `http://${at}:${etcdPeerPort}`;
  const own = `http://${address}:${etcdPort}`;
  const cluster = peers.map((peer) => `${peer.node}=${peerUrl(peer.address)}`).join(',');
  return [
    ...['etcd', '--name', node, '--data-dir', 'etcd', '--log-level', 'error', '--logger', 'zap'],
    ...['--listen-peer-urls', peerUrl(address)],
    ...['--initial-advertise-peer-urls', peerUrl(address)],
    ...['--listen-client-urls', own, '--advertise-client-urls', own],
    ...['--initial-cluster', cluster, '--initial-cluster-state', 'new'],
  ];
}

/** YAML, of which JSON is a part. */
function configuration({ node, address, peers, variant }: ServerSite): Json {
  const trusted = ['host all all 0.0.0.0/0 trust', 'host replication all 0.0.0.0/0 trust'];
  return {
    ...{ scope: 'dsx', name: node },
    log: { level: 'INFO', format: '%(levelname)s %(message)s' },
    restapi: {
      listen: `${address}:${patroniPort}`,
      connect_address: `${address}:${patroniPort}`,
    },
    etcd3: { hosts: peers.map((peer) => `${peer.address}:${etcdPort}`) },
    bootstrap: {
      dcs: {
        ...times,
        synchronous_mode: isSynchronous(variant),
        synchronous_mode_strict: variant === 'sync-strict',
        postgresql: { use_pg_rewind: true },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, { auth: 'trust' }, 'no-sync'],
    },
    postgresql: {
      listen: `${address}:${postgresPort}`,
      connect_address: `${address}:${postgresPort}`,
      ...{ data_dir: 'pg', bin_dir: binFolder(), pgpass: 'pgpass' },
      authentication: {
        superuser: { username: postgresUser },
        replication: { username: 'replicator' },
      },
      pg_hba: trusted,
      parameters: {
        unix_socket_directories: '',
        // POSIX shared memory would outlive a killed server; files in its folder do no harm.
        dynamic_shared_memory_type: 'mmap',
        ...{ shared_buffers: '16MB', deadlock_timeout: '100ms', wal_keep_size: '256MB' },
        ...{ wal_receiver_timeout: '3s', wal_sender_timeout: '3s' },
      },
    },
    watchdog: { mode: 'off' },
  };
}

function binFolder(): string {
  return postgresProgram('postgres').replace(/\/?postgres$/, '');
}

function isSynchronous(variant: string): boolean {
  return variant !== 'async';
}

function plan(site: ServerSite): ServerPlan {
  const etcd = etcdArguments(site);
  const args = [String(etcd.length), ...etcd, '/usr/bin/patroni', 'patroni.yml'];
  return {
    program: {
      command: 'unshare',
      args: [...namespaces(), 'sh', '-c', script, 'dsx-patroni', ...args],
      env: { LC_ALL: 'C', ETCD_UNSUPPORTED_ARCH: process.arch },
    },
    files: { 'patroni.yml': `${JSON.stringify(configuration(site), null, 2)}\n` },
  };
}

/** Of a run; there is one load balancer before all of its clients. */
const balancers = new WeakMap<readonly NodePlace[], PatroniBalancer>();

function balancerOf(places: readonly NodePlace[]): PatroniBalancer {
  let balancer = balancers.get(places);
  if (balancer === undefined) balancers.set(places, (balancer = new PatroniBalancer(places)));
  return balancer;
}

async function connect(
  { address }: NodePlace,
  settings: readonly string[],
  signal: AbortSignal,
): Promise<SqlConnection> {
  return connectPostgres({ address, port: postgresPort, user: postgresUser, settings }, signal);
}

function route({ places, process, variant }: ServerClientPlace): SqlRoute {
  const balancer = balancerOf(places);
  const primaries = new WeakMap<SqlConnection, NodePlace>();
  return {
    async open(_purpose, signal) {
      const primary = await balancer.primary(process, signal);
      const connection = await connect(primary, [serializable], signal);
      primaries.set(connection, primary);
      return connection;
    },
    isCurrent(_purpose, connection) {
      const primary = primaries.get(connection);
      return variant === 'kept-connections' || (primary !== undefined && balancer.isUp(primary));
    },
  };
}

const serializable = 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE';

export default {
  name: 'patroni',
  summary: 'PostgreSQL with failover by Patroni, whose store is etcd',
  testbed: 'netns',
  nodeCount: 3,
  objects: sqlObjects,
  // A Patroni that wakes up may take back the lock that another node has by then.
  survives: ['partition', 'kill'],
  reportsPrimary: true,
  // An old primary that comes back is rewound, or cloned again.
  recoverySeconds: 12,
  startSeconds: 60,
  keeps: { 'list-append': 'serializable', 'rw-register': 'serializable' },
  variants: [
    {
      name: 'sync',
      summary: 'synchronous_mode: a commit waits for the standby that may be promoted',
    },
    {
      name: 'sync-strict',
      summary: 'as sync, and without such a standby no commit is acknowledged',
    },
    {
      name: 'async',
      summary: 'as Patroni has it unless asked otherwise: a commit waits for the primary alone',
      broken: {
        mistake: 'commits that an isolated primary acknowledged are lost with the failover',
        shownBy: {
          workload: 'set',
          nemesis: 'partition:primaries',
          further: ['--nemesis-interval', '16', '--time-limit', '22'],
        },
      },
    },
    {
      name: 'kept-connections',
      summary: 'as sync, and a client stays on its node while its connection lasts',
      broken: {
        mistake: 'a primary that its own Patroni does not watch any more answers from the past',
        shownBy: {
          workload: 'register',
          nemesis: 'pause:primaries:program=patroni',
          model: 'linearizable',
          further: ['--nemesis-interval', '16', '--time-limit', '22'],
        },
      },
    },
  ],
  commands: [
    { command: '/usr/bin/patroni', debianPackage: 'patroni' },
    {
      command: '/usr/lib/python3/dist-packages/etcd',
      debianPackage: 'python3-etcd',
      kind: 'file',
    },
    {
      command: '/usr/lib/python3/dist-packages/psycopg2',
      debianPackage: 'python3-psycopg2',
      kind: 'file',
    },
    { command: 'etcd', debianPackage: 'etcd-server' },
    ...postgresCommands,
  ],
  drivers: ['pg'],
  version: ['/usr/bin/patroni', '--version'],
  server: plan,
  // Its health checks answer before it has a leader.
  up: ({ address }, signal) => acceptsConnections(address, patroniPort, signal),

  async formed(places, signal, variant) {
    const [first] = places;
    if (first === undefined) return;
    const needsSynchronous = isSynchronous(variant) && places.length > 1;
    const lack = patroniLack(
      await askPatroniCluster(first, signal),
      places.length,
      needsSynchronous,
    );
    if (lack !== undefined) throw new Error(lack);
    const primary = await balancerOf(places).primary(0, signal);
    const connection = await connect(primary, [], signal);
    try {
      await createTables(connection, postgresDialect, signal);
    } finally {
      connection.close();
    }
  },

  leads: isPatroniPrimary,

  clients: sqlClients(postgresDialect, route),
} satisfies ServerTarget;
