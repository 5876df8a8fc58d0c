/**
 * MariaDB with Galera: every node takes writes, which are certified in one order on all of them
 * when they commit. Each client works on the node of its own. What its errors mean is in the
 * tables of `src/client/sql/session.ts` and `src/client/sql/mysql.ts`.
 */
import {
  createMysqlTables,
  initialMariadb,
  mariadbCommands,
  mariadbDatabase,
  mariadbServer,
  mysqlDialect,
  notAsRootScript,
  openMariadb,
  overConnection,
  type ServerSite,
  type ServerTarget,
  type SqlConnection,
  sqlClients,
} from '../src/sdk.ts';

const provider = '/usr/lib/galera/libgalera_smm.so';

/**
 * The first node founds the cluster, once; the others join one after the other. After a kill a
 * node says where it was, and joins again; when all were killed, they find together again.
 */
const script = `
before=$1; first=$2; shift 2
if [ -e member ]; then
  at=$("$@" --log-error=recovery.log --wsrep-recover >/dev/null 2>&1
    sed -n 's/.*Recovered position: *//p' recovery.log | tail -n 1; rm -f recovery.log)
  [ -n "$at" ] && set -- "$@" "--wsrep-start-position=$at"
elif [ "$first" = yes ]; then
  set -- "$@" --wsrep-new-cluster
else
  until mariadb --no-defaults --connect-timeout=1 -h "$before" -u root -Ne \\
    "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null | grep -q Synced; do sleep 0.3; done
fi
: >member
exec "$@"
`;

/** Reads, updates and inserts wait until the node has applied all that was committed before. */
const syncWaitAll = '7';

function serverOf(site: ServerSite): readonly string[] {
  const { address, peers, variant } = site;
  return mariadbServer(site, {
    'binlog-format': 'ROW',
    'innodb-autoinc-lock-mode': '2',
    'innodb-flush-log-at-trx-commit': variant === 'flush-each-second' ? '0' : '1',
    'wsrep-on': 'ON',
    'wsrep-provider': provider,
    'wsrep-provider-options': 'gcache.size=16M',
    'wsrep-cluster-name': 'dsx',
    'wsrep-cluster-address': `gcomm://${peers.map((peer) => peer.address).join(',')}`,
    'wsrep-node-address': address,
    'wsrep-node-name': site.node,
    'wsrep-sst-method': 'rsync',
  });
}

async function statusOf(
  connection: SqlConnection,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const { rows } = await connection.run(`SHOW STATUS LIKE '${name}'`, [], signal);
  return String(rows[0]?.[1] ?? '');
}

function settingsOf(variant: string): readonly string[] {
  const level = variant === 'serializable' ? 'SERIALIZABLE' : 'REPEATABLE READ';
  return [
    `SET SESSION TRANSACTION ISOLATION LEVEL ${level}`,
    `SET SESSION innodb_snapshot_isolation = ${variant === 'repeatable-read' ? 'OFF' : 'ON'}`,
    `SET SESSION wsrep_sync_wait = ${variant === 'stale-reads' ? '0' : syncWaitAll}`,
  ];
}

export default {
  name: 'galera',
  summary: 'MariaDB with Galera: writes on every node, certified when they commit',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['register', 'set', 'list-append', 'rw-register', 'bank'],
  survives: ['partition', 'pause'],
  reportsPrimary: false,
  keeps: { 'list-append': 'read-committed', 'rw-register': 'read-committed' },
  startSeconds: 90,
  recoverySeconds: 6,
  variants: [
    {
      name: 'sync-wait',
      summary: 'repeatable read with innodb_snapshot_isolation=ON, and reads that wait for writes',
      promises: 'read-committed',
    },
    {
      name: 'stale-reads',
      summary: 'as sync-wait, but each node answers reads from what it has applied itself',
      broken: {
        mistake: 'a node answers from the past: it has certified what it has not yet applied',
        shownBy: { workload: 'register', nemesis: 'none' },
      },
    },
    {
      name: 'repeatable-read',
      summary: 'repeatable read, as MariaDB has it unless asked otherwise',
      promises: 'read-committed',
      broken: {
        mistake: 'lost updates: a transaction writes over what it has not seen',
        shownBy: { workload: 'list-append', nemesis: 'none', model: 'snapshot-isolation' },
      },
    },
    {
      name: 'serializable',
      summary: 'serializable, which nodes are each by themselves only',
      promises: 'read-committed',
      broken: {
        mistake: 'write skew between nodes: what one reads does not keep another from writing',
        shownBy: { workload: 'write-skew', nemesis: 'none' },
      },
    },
    {
      name: 'flush-each-second',
      summary: 'as sync-wait, and the log is written once a second',
      broken: {
        mistake: 'a crash of all nodes loses the newest commits that were acknowledged',
        shownBy: { workload: 'set', nemesis: 'kill:all', further: ['--nemesis-interval', '6'] },
      },
    },
  ],
  commands: [
    ...mariadbCommands,
    { command: '/usr/bin/mariadb', debianPackage: 'mariadb-client' },
    { command: '/usr/bin/rsync', debianPackage: 'rsync' },
    { command: provider, debianPackage: 'galera-4', kind: 'file' },
  ],
  drivers: ['mysql2'],
  version: ['mariadbd', '--version'],

  server: (site) => {
    const { index, peers } = site;
    const before = peers[index - 1]?.address ?? site.address;
    const args = [before, index === 0 ? 'yes' : 'no', ...serverOf(site)];
    return {
      // The state transfer takes root for somebody who should become nobody.
      program: notAsRootScript(script, args),
      setup: [initialMariadb(site)],
    };
  },

  async up(place, signal) {
    (await openMariadb(place, signal)).close();
  },

  async formed(places, signal) {
    for (const place of places) {
      const state = await overConnection(openMariadb(place, signal), async (connection) =>
        statusOf(connection, 'wsrep_local_state_comment', signal),
      );
      if (state !== 'Synced') throw new Error(`${place.node} is ${state || 'outside'}, not Synced`);
    }
    const [first] = places;
    if (first === undefined) return;
    await overConnection(openMariadb(first, signal), async (connection) => {
      const size = await statusOf(connection, 'wsrep_cluster_size', signal);
      if (size !== String(places.length)) throw new Error(`the cluster has ${size} nodes`);
      await createMysqlTables(connection, mariadbDatabase, signal);
    });
  },

  clients: (() => {
    const all = sqlClients(mysqlDialect, (place) => ({
      open: async (_purpose, signal) =>
        openMariadb(place, signal, {
          database: mariadbDatabase,
          settings: settingsOf(place.variant),
        }),
    }));
    const { register, set, bank } = all;
    return {
      ...{ register, set, bank },
      ...{ 'list-append': all['list-append'], 'rw-register': all['rw-register'] },
    };
  })(),
} satisfies ServerTarget;
