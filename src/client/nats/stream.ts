/**
 * A set in a stream of NATS JetStream: an element is a message, and a read is all messages from
 * the first on, through a consumer of its own. Each client is connected to the server of its own
 * node, and connects anew when that is lost.
 *
 * | what happens | recorded as | because |
 * |---|---|---|
 * | no connection | fail | nothing was sent |
 * | an acknowledgement with a number in the stream | ok | JetStream says that it is stored |
 * | no responders (503), an error of the stream, a lost connection, no answer in time | info | it may be stored |
 * | a read: there is no such stream (10059) | ok, the set is empty | it was made before the load, and nobody deletes it |
 * | a read that ends before the last message that was there when it began | fail | it is not the whole |
 *
 * A read that failed is `fail` whatever the reason.
 */
import type * as Nats from 'nats';
import { assert } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { NodePlace, ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { loadDriver } from '../driver.ts';
import { failedRequest } from '../request-errors.ts';
import { untilAborted } from '../until-aborted.ts';

const port = 4222;
const stream = 'set';
const subject = 'set.add';
/** JetStream's own number of the error. */
const streamNotFound = 10_059;

export interface NatsManners {
  /** False: a message counts as sent when the server has read it, as of core NATS. */
  readonly acknowledged: boolean;
}

type Driver = typeof Nats;

async function connected({ address }: NodePlace, timeoutMs: number): Promise<Nats.NatsConnection> {
  const { connect } = await loadDriver<Driver>('nats');
  return connect({
    servers: `${address}:${port}`,
    timeout: timeoutMs,
    reconnect: false,
    ignoreClusterUpdates: true,
  });
}

/** Makes the stream, and resolves when each of its replicas is up to date. */
export async function makeNatsStream(
  place: NodePlace,
  replicaCount: number,
  signal: AbortSignal,
): Promise<void> {
  const connection = await connected(place, 1_000);
  const work = async (): Promise<void> => {
    const manager = await connection.jetstreamManager();
    const info = await manager.streams.info(stream).catch(async () => {
      const { StorageType } = await loadDriver<Driver>('nats');
      const storage = StorageType.File;
      return manager.streams.add({
        ...{ name: stream, subjects: [subject], num_replicas: replicaCount, storage },
      });
    });
    const { leader, replicas = [] } = info.cluster ?? {};
    const current = replicas.filter((replica) => replica.current).length;
    if (leader === undefined || leader === '' || current !== replicaCount - 1)
      throw new Error(`${current} of ${replicaCount - 1} followers of the stream are up to date`);
  };
  try {
    await untilAborted(work(), signal, () => undefined);
  } finally {
    void connection.close();
  }
}

export function natsSet(place: ServerClientPlace, manners: NatsManners): Client {
  let connection: Nats.NatsConnection | undefined;
  const drop = (): void => {
    void connection?.close();
    connection = undefined;
  };
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        if (connection === undefined || connection.isClosed())
          connection = await connected(place, place.timeoutMs);
      } catch (thrown) {
        return { type: 'fail', error: ['no-connection', messageOf(thrown)] };
      }
      try {
        return await untilAborted(perform(connection, op, place, manners), limited, drop);
      } catch (thrown) {
        drop();
        return failedRequest(thrown, op.f === 'read');
      }
    },
    close: async () => {
      drop();
    },
  };
}

async function perform(
  connection: Nats.NatsConnection,
  { f, value }: ClientOp,
  { timeoutMs }: ServerClientPlace,
  { acknowledged }: NatsManners,
): Promise<Outcome> {
  if (f === 'read') return natsReadOutcome(await messagesOf(connection, timeoutMs));
  assert(f === 'add', `a set has no ${f}`);
  const payload = JSON.stringify(value);
  if (acknowledged) {
    await connection.jetstream({ timeout: timeoutMs }).publish(subject, payload);
  } else {
    connection.publish(subject, payload);
    await connection.flush();
  }
  return { type: 'ok', value };
}

export interface NatsReading {
  readonly payloads: readonly string[];
  /** Number of the last message in the stream when the read began; 0: it was empty. */
  readonly wantedSequence: number;
  /** Number of the last message that came. */
  readonly lastSequence: number;
}

/** Exported for tests: numbers of messages may be absent in the middle, but not at the end. */
export function natsReadOutcome({ payloads, ...reading }: NatsReading): Outcome {
  const { wantedSequence, lastSequence } = reading;
  if (lastSequence < wantedSequence) {
    const text = `message ${lastSequence} was the last of ${wantedSequence} that came`;
    return { type: 'fail', error: ['not-the-whole', text] };
  }
  return { type: 'ok', value: payloads.map((payload) => JSON.parse(payload) as Json) };
}

async function messagesOf(
  connection: Nats.NatsConnection,
  timeoutMs: number,
): Promise<NatsReading> {
  const js = connection.jetstream({ timeout: timeoutMs });
  const manager = await connection.jetstreamManager({ timeout: timeoutMs });
  const info = await manager.streams.info(stream).catch((thrown: unknown) => {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  });
  if (info === undefined) return { payloads: [], wantedSequence: 0, lastSequence: 0 };
  const { state } = info;
  const payloads: string[] = [];
  const wantedSequence = state.messages === 0 ? 0 : state.last_seq;
  let lastSequence = 0;
  if (wantedSequence > 0) {
    const consumer = await js.consumers.get(stream);
    const messages = await consumer.fetch({ max_messages: state.messages, expires: timeoutMs });
    // Else the driver pulls on a connection that is gone, and complains of it on the terminal.
    void connection.closed().then(
      () => messages.close(),
      () => undefined,
    );
    for await (const message of messages) {
      payloads.push(message.string());
      lastSequence = message.seq;
      if (lastSequence >= wantedSequence || message.info.pending === 0) break;
    }
    void consumer.delete().catch(() => undefined);
  }
  return { payloads, wantedSequence, lastSequence };
}

/** Exported for tests: JetStream says that it has no such stream. */
export function isAbsent(thrown: unknown): boolean {
  const code = (thrown as { api_error?: { err_code?: number } }).api_error?.err_code;
  return code === streamNotFound;
}
