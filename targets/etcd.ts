/**
 * etcd 3, a key-value store on Raft, as installed on this machine. Clients speak to its HTTP
 * gateway, each to the node of its own. What an error means is in the tables of the clients:
 * `src/client/etcd/gateway.ts` and `lock.ts`.
 *
 * A compare that did not hold is `fail`; so is a read that failed, whatever the reason: it
 * changed nothing.
 */
import {
  acceptsConnections,
  askEtcd,
  etcdLock,
  etcdRegister,
  etcdUrl,
  isObject,
  type NodePlace,
  type ServerTarget,
} from '../src/sdk.ts';

const clientPort = 2379;
const peerPort = 2380;

function peerUrl({ address }: NodePlace): string {
  return `http://${address}:${peerPort}`;
}

/** A node is healthy if it can answer a linearizable read. */
async function areHealthy(places: readonly NodePlace[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    places.map(async (place) => {
      const response = await fetch(`${etcdUrl(place)}/health`, { signal });
      await response.text();
      if (!response.ok) throw new Error(`${place.node} is not healthy (${response.status})`);
    }),
  );
}

export default {
  name: 'etcd',
  summary: 'etcd 3: a key-value store on Raft; linearizable',
  testbed: 'netns',
  nodeCount: 5,
  objects: ['register', 'lock'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  variants: [
    { name: 'correct', summary: 'reads as etcd has them unless asked otherwise: linearizable' },
    {
      name: 'serializable-reads',
      summary: 'each node answers reads from what it has itself',
      broken: {
        mistake: 'a node that is behind, or cut off, answers reads from the past',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
    {
      name: 'forgotten-lease',
      summary: 'who waits for a lock lets its lease end meanwhile, and believes the grant',
      broken: {
        mistake: 'etcd 3.4 grants a lock whose lease is over, and that of the next in line too',
        shownBy: {
          workload: 'lock',
          nemesis: 'none',
          further: [
            ...['--node-count', '3', '--concurrency', '12', '--operation-timeout', '10'],
            ...['--option', 'lease=0', '--option', 'fencing=no', '--option', 'hold=1000'],
            ...['--option', 'threads-per-lock=12'],
          ],
        },
      },
    },
  ],
  commands: [{ command: 'etcd', debianPackage: 'etcd-server' }],
  peerPorts: [peerPort],
  version: ['etcd', '--version'],
  // The first in which the gateway answers at /v3, by which clients come.
  oldestVersion: '3.4',
  // Shorter leases are not to be had.
  defaults: { lease: '2000' },

  server({ node, peers, dataFolder, address, index }) {
    const own: NodePlace = { node, dataFolder, address, index };
    const cluster = peers.map((peer) => `${peer.node}=${peerUrl(peer)}`).join(',');
    const args = [
      ...['--name', node, '--data-dir', 'etcd', '--log-level', 'warn', '--logger', 'zap'],
      ...['--listen-peer-urls', peerUrl(own)],
      ...['--initial-advertise-peer-urls', peerUrl(peers[index] ?? own)],
      ...['--listen-client-urls', etcdUrl(own), '--advertise-client-urls', etcdUrl(own)],
      ...['--initial-cluster', cluster, '--initial-cluster-state', 'new'],
    ];
    return { program: { command: 'etcd', args, env: { ETCD_UNSUPPORTED_ARCH: process.arch } } };
  },

  // Without a quorum etcd accepts connections and lets them wait.
  up: ({ address }, signal) => acceptsConnections(address, clientPort, signal),

  formed: areHealthy,
  recovered: areHealthy,

  async leads(place, signal) {
    const { header, leader } = await askEtcd(place, 'maintenance/status', {}, signal);
    return isObject(header) && leader !== undefined && header['member_id'] === leader;
  },

  clients: {
    register: async (place) => etcdRegister(place, place.variant === 'serializable-reads'),
    lock: async (place) => etcdLock(place, { careful: place.variant !== 'forgotten-lease' }),
  },
} satisfies ServerTarget;
