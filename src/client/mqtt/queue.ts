/**
 * A queue on an MQTT 3.1.1 broker: producers publish to a topic, and one consumer has subscribed
 * to it with a session that outlives its connections; all dequeues of a run are its work.
 *
 * | what happens | recorded as | because |
 * |---|---|---|
 * | no connection before anything was sent | fail | nothing was sent |
 * | PUBACK (QoS 1), PUBCOMP (QoS 2) | ok | the broker has taken responsibility for the message |
 * | no such answer in time, a lost connection | info | the broker may have the message |
 * | the same, and the client may still try again | | it sends the message again, as MQTT wants it, with the same number and marked as a repetition |
 * | QoS 2, and the broker has forgotten the session meanwhile | info | nobody knows how far the exchange came |
 * | a dequeue gets a message | ok | it is acknowledged at once; if the broker does not hear that, it sends it again (QoS 1) |
 * | a dequeue gets none, the broker has answered a ping, and so has every bridge to it | ok, null | it sends all that it has, and has all that others had |
 * | a dequeue that failed otherwise | fail | what was not acknowledged comes again |
 */
import { assert } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { NodePlace, ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { failedRequest } from '../request-errors.ts';
import { untilAborted } from '../until-aborted.ts';
import { MqttConnection, MqttSession } from './connection.ts';
import type { Publication } from './packets.ts';
import { bridgeDelivers } from './probe.ts';

export interface MqttManners {
  readonly qos: 0 | 1 | 2;
  /** True: what was not answered is sent again. */
  readonly retries: boolean;
}

const root = 'jobs';
const consumerId = 'dsx-consumer';
/** An answer that takes longer is asked for again. */
const patienceMs = 700;
const retryPauseMs = 50;
/** The value of a dequeue whose consumer dies before its acknowledgement. */
const crash = 'crash';

/** The session that receives all messages. */
export class MqttConsumer {
  readonly #place: NodePlace;
  readonly #bridged: readonly NodePlace[];
  readonly #qos: 1 | 2;
  readonly #session = new MqttSession(consumerId);
  /** What has come and was not given to anybody, by topic. */
  readonly #present = new Map<string, Publication[]>();
  #connection: MqttConnection | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** `bridged`: brokers whose messages come to `place` over a bridge. */
  constructor(place: NodePlace, bridged: readonly NodePlace[], qos: 1 | 2) {
    this.#place = place;
    this.#bridged = bridged;
    this.#qos = qos;
  }

  /** Subscribes, when all bridges are up; what is published from then on is kept for it. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.#bridgesDeliver(signal);
    await this.#inTurn(async () => this.#connected(signal));
  }

  /**
   * A message of the topic, acknowledged unless its consumer crashes; undefined if there was none
   * on any broker.
   */
  async take(topic: string, crashes: boolean, signal: AbortSignal): Promise<string | undefined> {
    const taken = await this.#take(topic, crashes, signal);
    if (taken !== undefined || this.#bridged.length === 0) return taken;
    await this.#bridgesDeliver(signal);
    return this.#take(topic, crashes, signal);
  }

  close(): void {
    this.#connection?.close();
  }

  async #bridgesDeliver(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#bridged.map(async (from) => bridgeDelivers(from, this.#place, this.#qos, signal)),
    );
  }

  async #take(topic: string, crashes: boolean, signal: AbortSignal): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const connection = await this.#connected(signal);
      if (this.#first(topic) === undefined) await connection.ping(signal);
      signal.throwIfAborted();
      const publication = this.#first(topic);
      if (publication === undefined) return undefined;
      if (crashes) connection.close();
      else {
        this.#present.get(topic)?.shift();
        connection.acknowledge(publication);
      }
      return publication.payload;
    });
  }

  #first(topic: string): Publication | undefined {
    return this.#present.get(topic)?.[0];
  }

  async #connected(signal: AbortSignal): Promise<MqttConnection> {
    if (this.#connection?.isBroken === false) return this.#connection;
    // What was not acknowledged comes again.
    this.#present.clear();
    const received = (publication: Publication): void => {
      const present = this.#present.get(publication.topic);
      if (present === undefined) this.#present.set(publication.topic, [publication]);
      else present.push(publication);
    };
    const options = { cleanSession: false, received };
    const connection = await MqttConnection.open(this.#place, this.#session, options, signal);
    this.#connection = connection;
    if (!connection.sessionPresent) await connection.subscribe(`${root}/#`, this.#qos, signal);
    return connection;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** `consumer`: that of the run. */
export function mqttQueue(
  place: ServerClientPlace,
  consumer: MqttConsumer,
  manners: MqttManners,
): Client {
  const producer = new MqttProducer(place, manners);
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      if (op.f === 'enqueue') return producer.enqueue(topicOf(op), op.value, limited);
      assert(op.f === 'dequeue', `a queue has no ${op.f}`);
      const taken = consumer.take(topicOf(op), op.value === crash, limited);
      try {
        return dequeueOutcome(op, await untilAborted(taken, limited, () => undefined));
      } catch (thrown) {
        return failedRequest(thrown, true);
      }
    },
    close: async () => {
      producer.close();
    },
  };
}

function topicOf({ key = 0 }: ClientOp): string {
  return `${root}/${JSON.stringify(key)}`;
}

function dequeueOutcome({ value }: ClientOp, content: string | undefined): Outcome {
  if (content === undefined) return { type: 'ok', value: null };
  if (value === crash)
    return { type: 'fail', error: ['consumer-crashed', `before it acknowledged ${content}`] };
  return { type: 'ok', value: JSON.parse(content) as Json };
}

class MqttProducer {
  readonly #place: ServerClientPlace;
  readonly #manners: MqttManners;
  readonly #session: MqttSession;
  #connection: MqttConnection | undefined;

  constructor(place: ServerClientPlace, manners: MqttManners) {
    this.#place = place;
    this.#manners = manners;
    this.#session = new MqttSession(`dsx-${place.process}`);
  }

  async enqueue(topic: string, value: Json, signal: AbortSignal): Promise<Outcome> {
    try {
      await this.#connected(signal);
    } catch (thrown) {
      return { type: 'fail', error: ['no-connection', messageOf(thrown)] };
    }
    const { qos, retries } = this.#manners;
    const id = qos === 0 ? 0 : this.#session.nextId();
    const content = { topic, payload: JSON.stringify(value), qos, id, retain: false } as const;
    let isReleased = false;
    const released = (): void => {
      isReleased = true;
    };
    for (let isAgain = false; ; isAgain = true) {
      const patience = retries
        ? AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
        : signal;
      try {
        const connection = await this.#connected(patience);
        if (isAgain && qos === 2 && !connection.sessionPresent)
          return { type: 'info', error: ['session-lost', 'the broker forgot the exchange'] };
        await connection.publish({ ...content, isAgain }, patience, { isReleased, released });
        return { type: 'ok', value };
      } catch (thrown) {
        this.close();
        if (!retries || signal.aborted) return failedRequest(thrown, false);
      }
      await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #connected(signal: AbortSignal): Promise<MqttConnection> {
    if (this.#connection?.isBroken === false) return this.#connection;
    const options = { cleanSession: !this.#manners.retries };
    this.#connection = await MqttConnection.open(this.#place, this.#session, options, signal);
    return this.#connection;
  }
}
