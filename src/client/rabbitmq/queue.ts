/**
 * A queue of RabbitMQ, over the npm package `amqplib`. Each client has a connection to the node
 * of its own, and opens another when that is lost.
 *
 * | what happens | recorded as | because |
 * |---|---|---|
 * | no connection, no channel | fail | nothing was sent |
 * | a message is confirmed | ok | the queue has taken responsibility for it |
 * | a message comes back as unroutable, or is rejected (`basic.nack`) | fail; info | no queue took it; some mirror may have it |
 * | a message is published and neither confirmed nor refused in time | info | the queue may have it |
 * | a dequeue that fails before the acknowledgement was sent | fail | the element goes back into the queue |
 * | an acknowledgement is sent | ok | the element did come out; if it is not heard, the element comes again |
 */
import type * as Amqp from 'amqplib';
import { assert, unreachable } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { NodePlace, ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { loadDriver } from '../driver.ts';
import { failedRequest } from '../request-errors.ts';
import { untilAborted } from '../until-aborted.ts';

const port = 5672;
/** The value of a dequeue whose consumer dies before its acknowledgement. */
const crash = 'crash';

export interface RabbitmqManners {
  /** False: a message counts as sent when it was written to the connection. */
  readonly confirms: boolean;
}

type Driver = typeof Amqp;

export interface RabbitmqMessage {
  readonly content: { toString(): string };
}

/** What is used of a channel of the driver, whose types need not be installed with dsx. */
export interface DriverChannel {
  publish(
    exchange: string,
    queue: string,
    content: Buffer,
    options: { readonly persistent: boolean; readonly mandatory: boolean },
    done: (error: unknown) => void,
  ): boolean;
  assertQueue(
    queue: string,
    options: { readonly durable: boolean; readonly arguments: Readonly<Record<string, string>> },
  ): PromiseLike<{ readonly messageCount: number }>;
  get(queue: string, options: { readonly noAck: boolean }): PromiseLike<RabbitmqMessage | false>;
  ack(message: RabbitmqMessage): void;
  nack(message: RabbitmqMessage, allUpTo: boolean, requeue: boolean): void;
}

/** `unroutable`: it came back, for there is no such queue. */
export type MessageFate = 'confirmed' | 'unroutable' | 'rejected';

/** A connection with its one channel; it ends when either does. */
export class RabbitmqChannel {
  readonly #connection: Amqp.ChannelModel;
  readonly channel: DriverChannel;
  /** What came back as unroutable; that comes before the confirm. */
  readonly #returned = new Set<string>();
  isBroken = false;

  private constructor(connection: Amqp.ChannelModel, channel: Amqp.ConfirmChannel) {
    this.#connection = connection;
    this.channel = channel;
    const end = (): void => {
      this.isBroken = true;
    };
    connection.on('error', end);
    connection.on('close', end);
    channel.on('error', end);
    channel.on('close', end);
    channel.on('return', (message: Amqp.Message) => {
      this.#returned.add(message.content.toString());
    });
  }

  /** @throws whatever the driver does if there is none; then nothing was sent */
  static async open({ address }: NodePlace, signal: AbortSignal): Promise<RabbitmqChannel> {
    const { connect } = await loadDriver<Driver>('amqplib');
    const opening = connect(`amqp://guest:guest@${address}:${port}?heartbeat=10`);
    // One that is there too late is not left behind.
    const late = (): void => void opening.then((other) => other.close()).catch(() => undefined);
    const connection = await untilAborted(opening, signal, late);
    connection.on('error', () => undefined);
    const made = connection.createConfirmChannel();
    const channel = await untilAborted(made, signal, () => {
      void connection.close().catch(() => undefined);
    });
    return new RabbitmqChannel(connection, channel);
  }

  /** What becomes of a message. Contents are distinct. */
  async publish(queue: string, content: string): Promise<MessageFate> {
    return new Promise((resolve) => {
      const options = { persistent: true, mandatory: true };
      this.channel.publish('', queue, Buffer.from(content), options, (error: unknown) => {
        const isRejected = error !== null && error !== undefined;
        if (this.#returned.delete(content)) resolve('unroutable');
        else resolve(isRejected ? 'rejected' : 'confirmed');
      });
    });
  }

  close(): void {
    this.isBroken = true;
    void this.#connection.close().catch(() => undefined);
  }
}

export interface RabbitmqQueue {
  readonly name: string;
  /** `x-queue-type`. */
  readonly type: 'classic' | 'quorum';
}

/** Makes queues, each with what is in it from the beginning. */
export async function makeRabbitmqQueues(
  place: NodePlace,
  queues: readonly (RabbitmqQueue & { readonly content?: string })[],
  signal: AbortSignal,
): Promise<void> {
  const rabbit = await RabbitmqChannel.open(place, signal);
  try {
    for (const { name, type, content } of queues) {
      const made = rabbit.channel.assertQueue(name, {
        durable: true,
        arguments: { 'x-queue-type': type },
      });
      const { messageCount } = await untilAborted(Promise.resolve(made), signal, () => undefined);
      if (content !== undefined && messageCount === 0)
        await untilAborted(rabbit.publish(name, content), signal, () => undefined);
    }
  } finally {
    rabbit.close();
  }
}

/** The one that is there, or another. */
export function rabbitmqClient(
  place: ServerClientPlace,
  work: (rabbit: RabbitmqChannel, op: ClientOp, drop: () => void) => Promise<Outcome>,
  changesNothing: (op: ClientOp) => boolean,
): Client {
  let rabbit: RabbitmqChannel | undefined;
  const drop = (): void => {
    rabbit?.close();
    rabbit = undefined;
  };
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        if (rabbit === undefined || rabbit.isBroken)
          rabbit = await RabbitmqChannel.open(place, limited);
      } catch (thrown) {
        return { type: 'fail', error: ['no-connection', messageOf(thrown)] };
      }
      try {
        return await untilAborted(work(rabbit, op, drop), limited, drop);
      } catch (thrown) {
        drop();
        return failedRequest(thrown, changesNothing(op));
      }
    },
    close: async () => {
      drop();
    },
  };
}

export function rabbitmqQueue(
  place: ServerClientPlace,
  queue: string,
  { confirms }: RabbitmqManners,
): Client {
  const enqueue = async (rabbit: RabbitmqChannel, value: Json): Promise<Outcome> => {
    const confirmed = rabbit.publish(queue, JSON.stringify(value));
    return confirms ? enqueueOutcome(await confirmed, value) : { type: 'ok', value };
  };
  const work = async (
    rabbit: RabbitmqChannel,
    { f, value }: ClientOp,
    drop: () => void,
  ): Promise<Outcome> => {
    if (f === 'enqueue') return enqueue(rabbit, value);
    assert(f === 'dequeue', `a queue has no ${f}`);
    const message = await rabbit.channel.get(queue, { noAck: false });
    if (message === false) return { type: 'ok', value: null };
    const content = message.content.toString();
    if (value === crash) {
      drop();
      return { type: 'fail', error: ['consumer-crashed', `before it acknowledged ${content}`] };
    }
    rabbit.channel.ack(message);
    return { type: 'ok', value: JSON.parse(content) as Json };
  };
  return rabbitmqClient(place, work, ({ f }) => f === 'dequeue');
}

/** Exported for tests. */
export function enqueueOutcome(fate: MessageFate, value: Json): Outcome {
  switch (fate) {
    case 'confirmed':
      return { type: 'ok', value };
    case 'unroutable':
      return { type: 'fail', error: [fate, 'no queue took the message'] };
    case 'rejected':
      return { type: 'info', error: [fate, 'the queue could not take the message'] };
    default:
      return unreachable(fate, 'fate of a message');
  }
}
