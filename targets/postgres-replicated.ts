/**
 * PostgreSQL with streaming replication: a primary, standbys, and a keeper on each node that fails
 * over (`src/testbed/server/postgres-keeper.ts`). Clients work on the primary of the newest timeline that
 * answers them, and stay there while their connection lasts.
 *
 * What its errors mean is in the tables of `src/client/sql/session.ts` and
 * `src/client/sql/postgres.ts`; besides, the variant `impatient` takes for success what the server
 * warns of: that the wait for the standby was cancelled.
 */
import {
  connectPostgres,
  createTables,
  impatient,
  initialDatabase,
  keptServer,
  type NodePlace,
  notAsRootScript,
  openDoor,
  overConnection,
  postgresCommands,
  postgresDialect,
  postgresPort,
  postgresProgram,
  postgresUser,
  type ServerClientPlace,
  type ServerSite,
  type ServerTarget,
  type SqlConnection,
  sqlClients,
  sqlObjects,
  timelineQuery,
} from '../src/sdk.ts';

const isolation = (level: string): string =>
  `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL ${level}`;

async function connect(
  { address }: NodePlace,
  signal: AbortSignal,
  settings: readonly string[] = [],
): Promise<SqlConnection> {
  return connectPostgres({ address, port: postgresPort, user: postgresUser, settings }, signal);
}

async function asked(place: NodePlace, query: string, signal: AbortSignal): Promise<number> {
  return overConnection(connect(place, signal), async (connection) => {
    const { rows } = await connection.run(query, [], signal);
    return Number(rows[0]?.[0] ?? 0);
  });
}

/** Whoever of all says that it is a primary, of the newest timeline. */
async function primaryOf(places: readonly NodePlace[], signal: AbortSignal): Promise<NodePlace> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(500)]);
  const found = await Promise.all(
    places.map(async (place) => ({
      place,
      timeline: await asked(place, timelineQuery, limited).catch(() => 0),
    })),
  );
  const [newest] = found.toSorted((a, b) => b.timeline - a.timeline);
  if (newest === undefined || newest.timeline === 0) throw new Error('no node is a primary');
  return newest.place;
}

/** What a commit waits for, by variant; absent: for the disk of the heir. */
const waits: Readonly<Record<string, string>> = {
  async: 'local',
  'async-replica-reads': 'local',
  'remote-apply': 'remote_apply',
};

const readsOwnNode = ['replica-reads', 'async-replica-reads', 'remote-apply'];

function settingsOf({ variant, index, peers }: ServerSite): Readonly<Record<string, string>> {
  const wait = waits[variant] ?? 'on';
  const heir = peers[(index + 1) % peers.length]?.node ?? '';
  return {
    synchronous_commit: wait,
    synchronous_standby_names: wait === 'local' || peers.length < 2 ? '' : `FIRST 1 ("${heir}")`,
  };
}

async function opened(
  place: ServerClientPlace,
  purpose: 'change' | 'read',
  signal: AbortSignal,
): Promise<SqlConnection> {
  // A standby has no serializable transactions.
  if (purpose === 'read' && readsOwnNode.includes(place.variant))
    return connect(place, signal, [isolation('REPEATABLE READ')]);
  const primary = await primaryOf(place.places, signal);
  const connection = await connect(primary, signal, [isolation('SERIALIZABLE')]);
  if (place.variant !== 'impatient') return connection;
  return impatient(connection, async (limited) => connect(primary, limited), signal);
}

export default {
  name: 'postgres-replicated',
  summary: 'PostgreSQL, a primary and standbys, with failover by scripts',
  testbed: 'netns',
  nodeCount: 3,
  objects: sqlObjects,
  survives: ['partition', 'pause'],
  reportsPrimary: true,
  // An old primary that comes back is made a clone of the new one.
  recoverySeconds: 8,
  startSeconds: 60,
  keeps: {
    'list-append': 'serializable',
    'rw-register': 'serializable',
    register: 'eventual',
  },
  variants: [
    {
      name: 'sync',
      summary: 'a commit is acknowledged when the standby that would be promoted has it on disk',
    },
    {
      name: 'async',
      summary: 'a commit is acknowledged when the primary has it, as PostgreSQL does unless asked',
      broken: {
        mistake: 'commits that an isolated primary acknowledged are lost with the failover',
        shownBy: {
          workload: 'set',
          nemesis: 'partition:primaries',
          further: ['--nemesis-interval', '8', '--time-limit', '14'],
        },
      },
    },
    {
      name: 'impatient',
      summary: 'as sync, but a client cancels a commit that waits long, and ignores the warning',
      broken: {
        mistake: 'a commit whose wait was cancelled is acknowledged, and is on the primary only',
        shownBy: {
          workload: 'set',
          nemesis: 'partition:primaries',
          further: ['--nemesis-interval', '8', '--time-limit', '14'],
        },
      },
    },
    {
      name: 'replica-reads',
      summary: 'as sync, and what only reads goes to the node of its client',
      broken: {
        mistake: 'a standby answers from the past: it has what was committed, not yet replayed',
        shownBy: { workload: 'register', nemesis: 'none', model: 'linearizable' },
      },
    },
    {
      name: 'async-replica-reads',
      summary: 'as async, and what only reads goes to the node of its client',
      broken: {
        mistake: 'a standby answers from the past',
        shownBy: { workload: 'register', nemesis: 'none', model: 'linearizable' },
      },
    },
    {
      name: 'remote-apply',
      summary: 'a commit waits until the heir shows it, and each client reads from its own node',
      broken: {
        mistake: 'a standby shows what the primary does not show yet, and the others lag behind',
        shownBy: { workload: 'register', nemesis: 'none', model: 'linearizable' },
      },
    },
  ],
  commands: postgresCommands,
  drivers: ['pg'],
  version: [postgresProgram('postgres'), '--version'],

  server: (site) => ({
    program: keptServer(site, settingsOf(site)),
    files: { 'pg_hba.conf': openDoor },
    setup: site.index === 0 ? [initialDatabase(), notAsRootScript(': >whole', [])] : [],
  }),

  async up(place, signal) {
    await asked(place, 'SELECT 1', signal);
  },

  async formed(places, signal) {
    const primary = await primaryOf(places, signal);
    const streaming = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
    const count = await asked(primary, streaming, signal);
    if (count < places.length - 1)
      throw new Error(`${count} of ${places.length - 1} standbys follow ${primary.node}`);
    await overConnection(connect(primary, signal), async (connection) =>
      createTables(connection, postgresDialect, signal),
    );
    for (const place of places) await asked(place, 'SELECT count(*) FROM jobs', signal);
  },

  async leads(place, signal) {
    return (await asked(place, timelineQuery, signal)) > 0;
  },

  clients: sqlClients(postgresDialect, (place) => ({
    open: async (purpose, signal) => opened(place, purpose, signal),
  })),
} satisfies ServerTarget;
