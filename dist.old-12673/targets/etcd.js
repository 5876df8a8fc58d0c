/**
 * etcd 3, a key-value store on Raft, as installed on this machine. Clients speak to its HTTP
 * gateway, each to the node of its own.
 *
 * What an error means (`grpc/codes`):
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | no connection | fail | nothing was sent |
 * | 3 invalid argument, 11 out of range, 12 unimplemented | fail | refused before it is proposed |
 * | 8 resource exhausted | fail | too many requests, or no space: refused on every node alike |
 * | a compare that did not hold | fail | `succeeded` is false |
 * | 14 unavailable: no leader, leader changed, request timed out, … | info | it may have been proposed |
 * | any other code, a lost connection, no answer in time | info | nothing is known |
 *
 * A read that failed is `fail` whatever the reason: it changed nothing.
 */
import { acceptsConnections, assert, failedRequest, isArray, isObject } from '../src/sdk.js';

const clientPort = 2379;
const peerPort = 2380;
/** Codes of gRPC for what certainly did not happen. */
const definiteCodes = new Set([3, 8, 11, 12]);
function clientUrl({ address }) {
  return `http://${address}:${clientPort}`;
}
function peerUrl({ address }) {
  return `http://${address}:${peerPort}`;
}
/** Answer of the gateway: its JSON, with the HTTP status beside it. */
async function post(place, path, body, signal) {
  const response = await fetch(`${clientUrl(place)}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal,
  });
  const reply = await response.json();
  return { status: response.status, reply: isObject(reply) ? reply : {} };
}
function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
function decoded(text) {
  return JSON.parse(Buffer.from(text, 'base64').toString());
}
function requestOf({ f, key = 0, value }, isSerializable) {
  const name = encoded(key);
  if (f === 'read') return ['kv/range', { key: name, serializable: isSerializable }];
  if (f === 'write') return ['kv/put', { key: name, value: encoded(value) }];
  assert(f === 'cas' && isArray(value), `a register has no ${f}`);
  const [from = null, to = null] = value;
  const compare = [{ result: 'EQUAL', target: 'VALUE', key: name, value: encoded(from) }];
  const success = [{ request_put: { key: name, value: encoded(to) } }];
  return ['kv/txn', { compare, success }];
}
function outcomeOf({ f, value }, status, reply) {
  if (status !== 200) {
    const { code, message, error } = reply;
    const text = typeof message === 'string' ? message : JSON.stringify(error ?? reply);
    const isDefinite = f === 'read' || definiteCodes.has(code);
    return { type: isDefinite ? 'fail' : 'info', error: [`grpc-${JSON.stringify(code)}`, text] };
  }
  // The gateway leaves out what is empty or false.
  if (f === 'cas' && reply['succeeded'] !== true)
    return { type: 'fail', error: ['precondition-failed', 'the compare did not hold'] };
  if (f !== 'read') return { type: 'ok', value };
  const found = isArray(reply['kvs']) ? reply['kvs'][0] : undefined;
  const text = isObject(found) ? found['value'] : undefined;
  return { type: 'ok', value: typeof text === 'string' ? decoded(text) : null };
}
async function register(place) {
  const isSerializable = place.variant === 'serializable-reads';
  return {
    async invoke(op, signal) {
      const [path, body] = requestOf(op, isSerializable);
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        const { status, reply } = await post(place, path, body, limited);
        return outcomeOf(op, status, reply);
      } catch (thrown) {
        return failedRequest(thrown, op.f === 'read');
      }
    },
    // `fetch` keeps its connections for all clients alike.
    close: async () => undefined,
  };
}
export default {
  name: 'etcd',
  summary: 'etcd 3: a key-value store on Raft; linearizable',
  testbed: 'netns',
  nodeCount: 5,
  objects: ['register'],
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
  ],
  commands: [{ command: 'etcd', debianPackage: 'etcd-server' }],
  peerPorts: [peerPort],
  server({ node, peers, dataFolder, address, index }) {
    const own = { node, dataFolder, address, index };
    const cluster = peers.map((peer) => `${peer.node}=${peerUrl(peer)}`).join(',');
    const args = [
      ...['--name', node, '--data-dir', 'etcd', '--log-level', 'warn', '--logger', 'zap'],
      ...['--listen-peer-urls', peerUrl(own)],
      ...['--initial-advertise-peer-urls', peerUrl(peers[index] ?? own)],
      ...['--listen-client-urls', clientUrl(own), '--advertise-client-urls', clientUrl(own)],
      ...['--initial-cluster', cluster, '--initial-cluster-state', 'new'],
    ];
    return { program: { command: 'etcd', args, env: { ETCD_UNSUPPORTED_ARCH: process.arch } } };
  },
  // Without a quorum etcd accepts connections and lets them wait.
  up: ({ address }, signal) => acceptsConnections(address, clientPort, signal),
  async formed(places, signal) {
    await Promise.all(
      places.map(async (place) => {
        const response = await fetch(`${clientUrl(place)}/health`, { signal });
        await response.text();
        if (!response.ok) throw new Error(`${place.node} is not healthy (${response.status})`);
      }),
    );
  },
  async leads(place, signal) {
    const { reply } = await post(place, 'maintenance/status', {}, signal);
    const { header, leader } = reply;
    return isObject(header) && leader !== undefined && header['member_id'] === leader;
  },
  clients: { register },
};
