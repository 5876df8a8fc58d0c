/**
 * MariaDB, one server, at the isolation level that the variant names. What its errors mean is in
 * the tables of `src/client/sql/session.ts` and `src/client/sql/mysql.ts`.
 */
import {
  createMysqlTables,
  initialMariadb,
  mariadbCommands,
  mariadbDatabase,
  mariadbServer,
  mysqlDialect,
  openMariadb,
  overConnection,
  type ServerTarget,
  sqlClients,
  sqlObjects,
} from '../src/sdk.ts';

const levels: Readonly<Record<string, string>> = {
  'repeatable-read': 'REPEATABLE READ',
  'snapshot-isolation': 'REPEATABLE READ',
  'read-committed': 'READ COMMITTED',
};

export default {
  name: 'mariadb',
  summary: 'MariaDB, one server, at the isolation level asked for',
  testbed: 'netns',
  nodeCount: 1,
  objects: sqlObjects,
  survives: ['kill', 'pause', 'clock'],
  reportsPrimary: false,
  keeps: { 'list-append': 'serializable', 'rw-register': 'serializable' },
  startSeconds: 60,
  variants: [
    { name: 'serializable', summary: 'serializable: reads of a transaction lock what they read' },
    {
      name: 'snapshot-isolation',
      summary: 'repeatable read with innodb_snapshot_isolation=ON',
      promises: 'snapshot-isolation',
      broken: {
        mistake: 'write skew: two transactions each change what the other one read',
        shownBy: { workload: 'write-skew', nemesis: 'none' },
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
      name: 'read-committed',
      summary: 'read committed',
      promises: 'read-committed',
      broken: {
        mistake: 'lost updates: a transaction writes over what another one has written meanwhile',
        shownBy: { workload: 'bank', nemesis: 'none' },
      },
    },
    {
      name: 'flush-each-second',
      summary: 'serializable, and the log is written once a second',
      broken: {
        mistake: 'a crash loses the newest commits that were acknowledged',
        shownBy: { workload: 'set', nemesis: 'kill', further: ['--nemesis-interval', '1'] },
      },
    },
  ],
  commands: mariadbCommands,
  drivers: ['mysql2'],
  version: ['mariadbd', '--version'],

  server: (site) => {
    const [command = '', ...args] = mariadbServer(site, {
      'innodb-flush-log-at-trx-commit': site.variant === 'flush-each-second' ? '0' : '1',
    });
    return { program: { command, args, env: {} }, setup: [initialMariadb(site)] };
  },

  async up(place, signal) {
    (await openMariadb(place, signal)).close();
  },

  async formed(places, signal) {
    for (const place of places)
      await overConnection(openMariadb(place, signal), async (connection) =>
        createMysqlTables(connection, mariadbDatabase, signal),
      );
  },

  clients: sqlClients(mysqlDialect, (place) => ({
    open: async (_purpose, signal) => {
      const level = levels[place.variant] ?? 'SERIALIZABLE';
      const settings = [
        `SET SESSION TRANSACTION ISOLATION LEVEL ${level}`,
        `SET SESSION innodb_snapshot_isolation = ${place.variant === 'snapshot-isolation' ? 'ON' : 'OFF'}`,
      ];
      return openMariadb(place, signal, { database: mariadbDatabase, settings });
    },
  })),
} satisfies ServerTarget;
