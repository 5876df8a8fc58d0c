/**
 * ovsdb-server, the database of Open vSwitch, clustered on Raft. Any server takes transactions;
 * reads are answered from what it has. What an answer means is in the table of
 * `src/client/ovsdb/register.ts`.
 */
import {
  acceptsConnections,
  isArray,
  isObject,
  type JsonObject,
  type NodePlace,
  OvsdbConnection,
  ovsdbDatabase,
  ovsdbPort,
  ovsdbRegister,
  ovsdbSchema,
  type ServerSite,
  type ServerTarget,
} from '../src/sdk.ts';

const raftPort = 6644;

function creation({ index, address, peers }: ServerSite): readonly string[] {
  const own = `tcp:${address}:${raftPort}`;
  if (index === 0) return ['create-cluster', 'dsx.db', 'dsx.ovsschema', own];
  return ['join-cluster', 'dsx.db', ovsdbDatabase, own, `tcp:${peers[0]?.address}:${raftPort}`];
}

/** What a server says of its part in the cluster. */
async function standing({ address }: NodePlace, signal: AbortSignal): Promise<JsonObject> {
  const connection = await OvsdbConnection.open(address, signal);
  try {
    const where = [['name', '==', ovsdbDatabase]];
    const select = { op: 'select', table: 'Database', where, columns: ['connected', 'leader'] };
    const { result } = await connection.ask('transact', ['_Server', select], signal);
    const [selected] = isArray(result) ? result : [];
    const rows = isObject(selected) ? selected['rows'] : undefined;
    const [row] = isArray(rows) ? rows : [];
    return isObject(row) ? row : {};
  } finally {
    connection.close();
  }
}

export default {
  name: 'ovsdb',
  summary: 'ovsdb-server: the database of Open vSwitch, clustered on Raft',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  recoverySeconds: 5,
  variants: [
    { name: 'correct', summary: 'a read is one transaction with a write: linearizable' },
    {
      name: 'stale-reads',
      summary: 'each server answers reads from what it has itself, as it does unless asked',
      broken: {
        mistake: 'a server that is behind, or cut off, answers reads from the past',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
  ],
  commands: [
    { command: 'ovsdb-server', debianPackage: 'openvswitch-switch' },
    { command: 'ovsdb-tool', debianPackage: 'openvswitch-common' },
  ],
  version: ['ovsdb-server', '--version'],

  server(site) {
    const env = { OVS_RUNDIR: site.dataFolder, OVS_LOGDIR: site.dataFolder };
    const remote = `--remote=ptcp:${ovsdbPort}:${site.address}`;
    const args = ['--unixctl=ovsdb.ctl', remote, '-vconsole:warn', '-vfile:off', 'dsx.db'];
    return {
      program: { command: 'ovsdb-server', args, env },
      files: { 'dsx.ovsschema': ovsdbSchema },
      setup: [{ command: 'ovsdb-tool', args: creation(site), env }],
    };
  },

  up: ({ address }, signal) => acceptsConnections(address, ovsdbPort, signal),

  async formed(places, signal) {
    const standings = await Promise.all(places.map((place) => standing(place, signal)));
    for (const [i, { connected }] of standings.entries())
      if (connected !== true) throw new Error(`${places[i]?.node} is not in the cluster yet`);
    if (!standings.some(({ leader }) => leader === true)) throw new Error('nobody leads');
  },

  leads: async (place, signal) => (await standing(place, signal))['leader'] === true,

  clients: {
    register: async (place) => ovsdbRegister(place, { careful: place.variant !== 'stale-reads' }),
  },
} satisfies ServerTarget;
