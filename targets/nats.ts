/**
 * NATS with JetStream: a stream that each server has a replica of, on Raft. What an error means
 * is in the table of `src/client/nats/stream.ts`.
 */
import {
  acceptsConnections,
  isArray,
  isObject,
  type Json,
  makeNatsStream,
  type NodePlace,
  natsSet,
  type ServerSite,
  type ServerTarget,
} from '../src/sdk.ts';

const ports = { client: 4222, http: 8222, cluster: 6222 };

function config({ node, address, peers }: ServerSite): string {
  const routes = peers.map((peer) => `"nats://${peer.address}:${ports.cluster}"`).join(', ');
  return [
    `server_name: ${node}`,
    `listen: "${address}:${ports.client}"`,
    `http: "${address}:${ports.http}"`,
    'jetstream { store_dir: "jetstream", max_mem: 64MB, max_file: 1GB }',
    'cluster {',
    '  name: dsx, no_advertise: true',
    `  listen: "${address}:${ports.cluster}"`,
    `  routes: [${routes}]`,
    '}',
    '',
  ].join('\n');
}

async function ask(place: NodePlace, path: string, signal: AbortSignal): Promise<Json> {
  const response = await fetch(`http://${place.address}:${ports.http}/${path}`, { signal });
  const said = await response.text();
  if (!response.ok) throw new Error(`${place.node} answers ${response.status}: ${said.trim()}`);
  return JSON.parse(said) as Json;
}

/** The leaders of the streams that a server knows of. */
function leadersIn(reply: Json): readonly Json[] {
  const accounts = isObject(reply) ? reply['account_details'] : undefined;
  return (isArray(accounts) ? accounts : []).flatMap((account) => {
    const streams = isObject(account) ? account['stream_detail'] : undefined;
    return (isArray(streams) ? streams : []).flatMap((stream) => {
      const cluster = isObject(stream) ? stream['cluster'] : undefined;
      return isObject(cluster) ? (cluster['leader'] ?? []) : [];
    });
  });
}

export default {
  name: 'nats',
  summary: 'NATS with JetStream: a stream with a replica on every server',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['set'],
  survives: ['partition', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  recoverySeconds: 6,
  variants: [
    {
      name: 'correct',
      summary: 'a message is sent when JetStream has acknowledged it',
      promises: 'eventual-consistency',
    },
    {
      name: 'fire-and-forget',
      summary: 'a message is sent when the server has read it, as in core NATS',
      broken: {
        mistake: 'nobody stores what came while the stream had no leader',
        shownBy: { workload: 'set', nemesis: 'partition:primaries' },
      },
    },
  ],
  commands: [{ command: 'nats-server', debianPackage: 'nats-server' }],
  drivers: ['nats'],
  version: ['nats-server', '--version'],

  server: (site) => ({
    program: { command: 'nats-server', args: ['--config', 'nats.conf'], env: {} },
    files: { 'nats.conf': config(site) },
  }),

  up: ({ address }, signal) => acceptsConnections(address, ports.client, signal),

  async formed(places, signal) {
    for (const place of places) await ask(place, 'healthz', signal);
    const [first] = places;
    if (first !== undefined) await makeNatsStream(first, places.length, signal);
  },

  leads: async (place, signal) =>
    leadersIn(await ask(place, 'jsz?accounts=true&streams=true', signal)).includes(place.node),

  clients: {
    set: async (place) => natsSet(place, { acknowledged: place.variant !== 'fire-and-forget' }),
  },
} satisfies ServerTarget;
