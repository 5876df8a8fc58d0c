/**
 * Object types on Redis, however it is set up: where a command goes and how it is confirmed is
 * the target's business (`RedisRoute`).
 *
 * What an error means is in the table of `redis.ts`; besides:
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | nobody to send to | fail | nothing was sent |
 * | fewer replicas than a write's `WAIT` asked for | info | the primary has it, and it may survive |
 *
 * A read that failed is `fail` whatever the reason: it changed nothing.
 */
import { assert } from '../base/assert.ts';
import { messageOf } from '../base/errors.ts';
import { isArray, type Json } from '../base/json.ts';
import type { Client, ClientOp } from '../contract/client.ts';
import type { OpenServerClient, ServerClientPlace } from '../contract/target.ts';
import type { Outcome } from '../history/event.ts';
import { RedisError } from './redis.ts';
import { failedRequest } from './request-errors.ts';

/** Whatever carries commands: one connection, or several that look like one. */
export interface RedisCommands {
  /** True once it can carry no more commands. */
  readonly isBroken: boolean;
  /** @throws RedisError if the server says so; any other error if there was no answer */
  command(words: readonly (string | number)[], signal: AbortSignal): Promise<Json>;
  close(): void;
}

/** Where the commands of one client go. */
export interface RedisRoute {
  /** A rejection means that nothing was sent. */
  open(signal: AbortSignal): Promise<RedisCommands>;
  /** So many replicas must have what was written or read; 0: it is not asked. */
  readonly replicas: number;
  /** A set is kept in so many keys, which may be on as many servers. */
  readonly shards: number;
}

export type RedisRouting = (place: ServerClientPlace) => RedisRoute;

/** So long an operation waits for its replicas. */
const waitMs = 400;

const swap = `if redis.call('GET', KEYS[1]) == ARGV[1]
then redis.call('SET', KEYS[1], ARGV[2]) return 1 else return 0 end`;

/** Clients of registers, sets and counters. */
export function redisClients(
  routing: RedisRouting,
): Readonly<Record<'register' | 'set' | 'counter', OpenServerClient>> {
  const open = (work: Work) => async (place: ServerClientPlace) =>
    clientOf(routing(place), place.timeoutMs, work);
  return { register: open(register), set: open(set), counter: open(counter) };
}

type Work = (session: Session, op: ClientOp) => Promise<Outcome>;

/** The commands of one operation. */
interface Session {
  readonly route: RedisRoute;
  readonly send: (...words: readonly (string | number)[]) => Promise<Json>;
}

/** A client that opens its route anew whenever it has none, or something failed. */
function clientOf(route: RedisRoute, timeoutMs: number, work: Work): Client {
  let present: RedisCommands | undefined;
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const isRead = op.f === 'read';
      let redis: RedisCommands;
      try {
        redis = present?.isBroken === false ? present : await route.open(limited);
      } catch (thrown) {
        return { type: 'fail', error: ['no-primary', messageOf(thrown)] };
      }
      present = redis;
      try {
        return await work({ route, send: async (...words) => redis.command(words, limited) }, op);
      } catch (thrown) {
        // It may not be the right one any more.
        redis.close();
        if (!(thrown instanceof RedisError)) return failedRequest(thrown, isRead);
        const isDefinite = thrown.definite || isRead;
        return { type: isDefinite ? 'fail' : 'info', error: [thrown.code, thrown.message] };
      }
    },
    close: async () => {
      present?.close();
    },
  };
}

/** What `value` comes to once enough replicas have what was just written. */
async function confirmed(session: Session, value: Json): Promise<Outcome> {
  const tooFew = await missing(session);
  return tooFew === undefined ? { type: 'ok', value } : { type: 'info', error: tooFew };
}

/**
 * `WAIT` waits for the writes of its own connection and all before them. So a read is confirmed
 * by a write after it, beside its key: what the replicas do not have, it has not seen.
 */
async function confirmedRead(session: Session, name: string, value: Json): Promise<Outcome> {
  if (session.route.replicas === 0) return { type: 'ok', value };
  await session.send('INCR', `{${name}}reads`);
  const tooFew = await missing(session);
  return tooFew === undefined ? { type: 'ok', value } : { type: 'fail', error: tooFew };
}

async function missing({ route, send }: Session): Promise<[string, string] | undefined> {
  if (route.replicas === 0) return undefined;
  let count: number;
  try {
    count = Number(await send('WAIT', route.replicas, waitMs));
  } catch (thrown) {
    // Whatever it says is of the WAIT: the write before it took place.
    if (!(thrown instanceof RedisError)) throw thrown;
    return [thrown.code, thrown.message];
  }
  if (count >= route.replicas) return undefined;
  return ['too-few-replicas', `${count} of ${route.replicas} replicas have it`];
}

async function register(session: Session, { f, key = 0, value }: ClientOp): Promise<Outcome> {
  const name = `register:${JSON.stringify(key)}`;
  if (f === 'read') return confirmedRead(session, name, parsed(await session.send('GET', name)));
  if (f === 'write') {
    await session.send('SET', name, JSON.stringify(value));
    return confirmed(session, value);
  }
  assert(f === 'cas' && isArray(value), `a register has no ${f}`);
  const [from, to] = value.map((item) => JSON.stringify(item));
  const done = await session.send('EVAL', swap, 1, name, from ?? '', to ?? '');
  if (done === 1) return confirmed(session, value);
  return { type: 'fail', error: ['precondition-failed', 'the value was another'] };
}

async function set(session: Session, { f, value }: ClientOp): Promise<Outcome> {
  const { shards } = session.route;
  const shard = (i: number): string => (shards === 1 ? 'set' : `set:${i}`);
  if (f === 'add') {
    await session.send('SADD', shard(Number(value) % shards), JSON.stringify(value));
    return confirmed(session, value);
  }
  assert(f === 'read', `a set has no ${f}`);
  const elements: Json[] = [];
  for (let i = 0; i < shards; i += 1) {
    const members = await session.send('SMEMBERS', shard(i));
    const outcome = await confirmedRead(session, shard(i), null);
    if (outcome.type !== 'ok') return outcome;
    if (isArray(members)) elements.push(...members.map(parsed));
  }
  return { type: 'ok', value: elements };
}

async function counter(session: Session, { f, value }: ClientOp): Promise<Outcome> {
  if (f === 'add') {
    await session.send('INCRBY', 'counter', Number(value));
    return confirmed(session, value);
  }
  assert(f === 'read', `a counter has no ${f}`);
  return confirmedRead(session, 'counter', Number((await session.send('GET', 'counter')) ?? 0));
}

function parsed(text: Json): Json {
  return typeof text === 'string' ? (JSON.parse(text) as Json) : null;
}
