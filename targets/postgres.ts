/**
 * PostgreSQL, one server, at the isolation level that the variant names. What its errors mean is
 * in the tables of `src/client/sql/session.ts` and `src/client/sql/postgres.ts`.
 */
import {
  connectPostgres,
  createTables,
  initialDatabase,
  type NodePlace,
  openDoor,
  overConnection,
  postgresCommands,
  postgresDialect,
  postgresPort,
  postgresProgram,
  postgresUser,
  type ServerTarget,
  sqlClients,
  sqlObjects,
  startedServer,
} from '../src/sdk.ts';

const levels: Readonly<Record<string, string>> = {
  'read-committed': 'READ COMMITTED',
  'repeatable-read': 'REPEATABLE READ',
};

async function connect({ address }: NodePlace, variant: string, signal: AbortSignal) {
  const level = levels[variant] ?? 'SERIALIZABLE';
  const place = { address, port: postgresPort, user: postgresUser };
  const settings = [`SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL ${level}`];
  return connectPostgres({ ...place, settings }, signal);
}

export default {
  name: 'postgres',
  summary: 'PostgreSQL, one server, at the isolation level asked for',
  testbed: 'netns',
  nodeCount: 1,
  objects: sqlObjects,
  survives: ['kill', 'pause', 'clock'],
  reportsPrimary: false,
  keeps: { 'list-append': 'serializable', 'rw-register': 'serializable' },
  startSeconds: 60,
  variants: [
    { name: 'serializable', summary: 'serializable snapshot isolation' },
    {
      name: 'repeatable-read',
      summary: 'what PostgreSQL calls repeatable read, which is snapshot isolation',
      promises: 'snapshot-isolation',
      broken: {
        mistake: 'write skew: two transactions each change what the other one read',
        shownBy: { workload: 'write-skew', nemesis: 'none' },
      },
    },
    {
      name: 'read-committed',
      summary: 'read committed, as PostgreSQL has it unless asked otherwise',
      promises: 'read-committed',
      broken: {
        mistake: 'lost updates: a transaction writes over what another one has written meanwhile',
        shownBy: { workload: 'bank', nemesis: 'none' },
      },
    },
    {
      name: 'synchronous-commit-off',
      summary: 'serializable, and a commit is acknowledged before it is on the disk',
      broken: {
        mistake: 'a crash loses the newest commits that were acknowledged',
        shownBy: { workload: 'set', nemesis: 'kill', further: ['--nemesis-interval', '1'] },
      },
    },
  ],
  commands: postgresCommands,
  drivers: ['pg'],
  version: [postgresProgram('postgres'), '--version'],

  server: (site) => ({
    program: startedServer(site, {
      synchronous_commit: site.variant === 'synchronous-commit-off' ? 'off' : 'on',
    }),
    files: { 'pg_hba.conf': openDoor },
    setup: [initialDatabase()],
  }),

  async up(place, signal) {
    await overConnection(connect(place, '', signal), async (connection) =>
      connection.run('SELECT 1', [], signal),
    );
  },

  async formed(places, signal) {
    for (const place of places)
      await overConnection(connect(place, '', signal), async (connection) =>
        createTables(connection, postgresDialect, signal),
      );
  },

  clients: sqlClients(postgresDialect, (place) => ({
    open: async (_purpose, signal) => connect(place, place.variant, signal),
  })),
} satisfies ServerTarget;
