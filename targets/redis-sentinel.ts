/**
 * Redis with Sentinel: a primary that replicates asynchronously, and sentinels that promote a
 * replica when they miss the primary. Each node is a server and a sentinel; each client asks
 * the sentinel of its own node who the primary is.
 *
 * What an error means is in the table of the client (`src/client/redis.ts`); besides:
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | the sentinel is not there, or knows no primary | fail | nothing was sent |
 * | fewer replicas than a write's `WAIT` asked for | info | the primary has it, and it may survive |
 *
 * A read that failed is `fail` whatever the reason: it changed nothing.
 */
import {
  acceptsConnections,
  assert,
  type Client,
  type ClientOp,
  failedRequest,
  isArray,
  type Json,
  messageOf,
  type NodePlace,
  type Outcome,
  RedisConnection,
  RedisError,
  type ServerClientPlace,
  type ServerPlan,
  type ServerSite,
  type ServerTarget,
  tableOf,
} from '../src/sdk.ts';

const serverPort = 6379;
const sentinelPort = 26379;
const group = 'm';
/** So long a write waits for its replicas. */
const waitMs = 400;

const swap = `if redis.call('GET', KEYS[1]) == ARGV[1]
then redis.call('SET', KEYS[1], ARGV[2]) return 1 else return 0 end`;

/** Sentinels that start before the replicas are known take ten seconds to find them. */
const script = `
redis-server redis.conf & server=$!
tries=0
while [ "$tries" -lt 60 ]; do
  case $(redis-cli -h "$1" -p ${serverPort} info replication 2>/dev/null | tr -d '\\r') in
    *"connected_slaves:$2"*) break ;;
  esac
  tries=$((tries + 1)); sleep 0.05
done
redis-sentinel sentinel.conf &
wait "$server"
`;

function serverConfig({ address, index, peers, variant }: ServerSite): string {
  const first = peers[0]?.address ?? address;
  const isDurable = variant !== 'no-persistence';
  return [
    ...[`bind ${address}`, `port ${serverPort}`, 'protected-mode no', 'save ""'],
    ...[`appendonly ${isDurable ? 'yes' : 'no'}`, 'appendfsync always'],
    'repl-diskless-sync-delay 0',
    ...(index === 0 ? [] : [`replicaof ${first} ${serverPort}`]),
    '',
  ].join('\n');
}

function sentinelConfig({ address, peers }: ServerSite): string {
  const quorum = Math.floor(peers.length / 2) + 1;
  return [
    ...[`bind ${address}`, `port ${sentinelPort}`, 'protected-mode no'],
    `sentinel monitor ${group} ${peers[0]?.address ?? address} ${serverPort} ${quorum}`,
    `sentinel down-after-milliseconds ${group} 1000`,
    `sentinel failover-timeout ${group} 5000`,
    '',
  ].join('\n');
}

/** Both rewrite their files as roles change, so these are written once only. */
function plan(site: ServerSite): ServerPlan {
  const write = (file: string, text: string) => ({
    command: 'sh',
    args: ['-c', 'printf %s "$1" > "$2"', 'sh', text, file],
    env: {},
  });
  const first = site.peers[0]?.address ?? site.address;
  const args = ['-c', script, 'dsx-redis', first, String(site.peers.length - 1)];
  return {
    program: { command: 'sh', args, env: {} },
    setup: [write('redis.conf', serverConfig(site)), write('sentinel.conf', sentinelConfig(site))],
  };
}

/** One question over a connection of its own. */
async function ask(
  { address }: NodePlace,
  port: number,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Json> {
  const connection = await RedisConnection.open(address, port, signal);
  try {
    return await connection.command(words, signal);
  } finally {
    connection.close();
  }
}

type Work = (redis: RedisConnection, op: ClientOp, signal: AbortSignal) => Promise<Outcome>;

/** A client that finds the primary anew whenever it has no connection, or was refused. */
function clientOf(place: ServerClientPlace, work: Work): Client {
  let primary: RedisConnection | undefined;
  const connected = async (signal: AbortSignal): Promise<RedisConnection> => {
    if (primary !== undefined && !primary.isBroken) return primary;
    const words = ['SENTINEL', 'get-master-addr-by-name', group];
    const found = await ask(place, sentinelPort, words, signal);
    const address = isArray(found) ? found[0] : undefined;
    if (typeof address !== 'string') throw new Error('the sentinel knows no primary');
    return RedisConnection.open(address, serverPort, signal);
  };
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        primary = await connected(limited);
      } catch (thrown) {
        return { type: 'fail', error: ['no-primary', messageOf(thrown)] };
      }
      try {
        return await work(primary, op, limited);
      } catch (thrown) {
        // It may not be the primary any more.
        primary.close();
        if (!(thrown instanceof RedisError)) return failedRequest(thrown, op.f === 'read');
        const isDefinite = thrown.definite || op.f === 'read';
        return { type: isDefinite ? 'fail' : 'info', error: [thrown.code, thrown.message] };
      }
    },
    close: async () => {
      primary?.close();
    },
  };
}

/** Confirms what a primary did, as the variant has it. */
interface Confirmation {
  write(redis: RedisConnection, value: Json, signal: AbortSignal): Promise<Outcome>;
  read(redis: RedisConnection, value: Json, signal: AbortSignal): Promise<Outcome>;
}

/**
 * `WAIT` waits for the writes of its own connection and all before them. So a read is confirmed
 * by a write after it: what a majority does not have, it has not seen.
 */
function confirmation(place: ServerClientPlace): Confirmation {
  const replicas = Math.floor(place.places.length / 2);
  const isWaiting = place.variant === 'wait-majority';
  const haveIt = async (redis: RedisConnection, signal: AbortSignal): Promise<number> =>
    Number(await redis.command(['WAIT', replicas, waitMs], signal));
  const tooFew = (count: number): [string, string] => [
    'too-few-replicas',
    `${count} of ${replicas} replicas have it`,
  ];
  return {
    async write(redis, value, signal) {
      if (!isWaiting) return { type: 'ok', value };
      const count = await haveIt(redis, signal);
      return count >= replicas ? { type: 'ok', value } : { type: 'info', error: tooFew(count) };
    },
    async read(redis, value, signal) {
      if (!isWaiting) return { type: 'ok', value };
      await redis.command(['INCR', 'reads'], signal);
      const count = await haveIt(redis, signal);
      return count >= replicas ? { type: 'ok', value } : { type: 'fail', error: tooFew(count) };
    },
  };
}

async function register(place: ServerClientPlace): Promise<Client> {
  const confirm = confirmation(place);
  return clientOf(place, async (redis, { f, key = 0, value }, signal) => {
    const name = `register:${JSON.stringify(key)}`;
    if (f === 'read') {
      const text = await redis.command(['GET', name], signal);
      const found = typeof text === 'string' ? (JSON.parse(text) as Json) : null;
      return confirm.read(redis, found, signal);
    }
    if (f === 'write') {
      await redis.command(['SET', name, JSON.stringify(value)], signal);
      return confirm.write(redis, value, signal);
    }
    assert(f === 'cas' && isArray(value), `a register has no ${f}`);
    const [from, to] = value.map((item) => JSON.stringify(item));
    const done = await redis.command(['EVAL', swap, 1, name, from ?? '', to ?? ''], signal);
    if (done === 1) return confirm.write(redis, value, signal);
    return { type: 'fail', error: ['precondition-failed', 'the value was another'] };
  });
}

async function set(place: ServerClientPlace): Promise<Client> {
  const confirm = confirmation(place);
  return clientOf(place, async (redis, { f, value }, signal) => {
    if (f === 'add') {
      await redis.command(['SADD', 'set', JSON.stringify(value)], signal);
      return confirm.write(redis, value, signal);
    }
    assert(f === 'read', `a set has no ${f}`);
    const members = await redis.command(['SMEMBERS', 'set'], signal);
    const texts = isArray(members) ? members.filter((text) => typeof text === 'string') : [];
    const elements = texts.map((text) => JSON.parse(text) as Json);
    return confirm.read(redis, elements, signal);
  });
}

export default {
  name: 'redis-sentinel',
  summary: 'Redis with Sentinel: asynchronous replication, and failover',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['set', 'register'],
  survives: ['pause'],
  reportsPrimary: true,
  // Sentinels let a primary that returns alone for so long before they make it a replica.
  recoverySeconds: 14,
  variants: [
    {
      name: 'wait-majority',
      summary:
        'reads and writes are answered when a majority of the nodes has what they saw (WAIT)',
      // All reads are the primary's; of what a failover loses nothing comes back.
      promises: 'eventual',
      broken: {
        mistake:
          'WAIT counts replicas, and a failover may choose one that it did not count: what they confirmed is lost',
        shownBy: { workload: 'set', nemesis: 'pause' },
      },
    },
    {
      name: 'async',
      summary: 'a write is acknowledged when the primary has it, as Redis does unless asked',
      broken: {
        mistake: 'writes that an isolated primary acknowledged are lost when it returns',
        shownBy: { workload: 'set', nemesis: 'partition:primaries' },
      },
    },
    {
      name: 'no-persistence',
      summary: 'as async, and nothing is on the disk',
      broken: {
        mistake: 'a primary that restarts at once is empty, and its replicas follow it',
        shownBy: { workload: 'set', nemesis: 'kill:primaries' },
      },
    },
  ],
  commands: [
    { command: 'redis-server', debianPackage: 'redis-server' },
    { command: 'redis-sentinel', debianPackage: 'redis-sentinel' },
    { command: 'redis-cli', debianPackage: 'redis-tools' },
  ],
  version: ['redis-server', '--version'],
  server: plan,
  up: ({ address }, signal) => acceptsConnections(address, serverPort, signal),

  async formed(places, signal) {
    const others = String(places.length - 1);
    await Promise.all(
      places.map(async (place) => {
        const known = tableOf(
          await ask(place, sentinelPort, ['SENTINEL', 'master', group], signal),
        );
        const [replicas, sentinels] = [known.get('num-slaves'), known.get('num-other-sentinels')];
        if (replicas !== others || sentinels !== others)
          throw new Error(
            `the sentinel of ${place.node} knows ${JSON.stringify(replicas)} replicas and ${JSON.stringify(sentinels)} other sentinels`,
          );
      }),
    );
  },

  async leads(place, signal) {
    const role = await ask(place, serverPort, ['ROLE'], signal);
    return isArray(role) && role[0] === 'master';
  },

  clients: { register, set },
} satisfies ServerTarget;
