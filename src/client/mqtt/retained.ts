/**
 * Registers and sets of retained messages: the broker keeps the last message of a topic and gives
 * it to whoever subscribes. A write publishes with QoS 1; a read subscribes, waits for the answer
 * to a ping, by when all that was retained has come, and unsubscribes.
 *
 * | what happens | recorded as | because |
 * |---|---|---|
 * | no connection | fail | nothing was sent |
 * | PUBACK | ok | the broker has taken responsibility for the message |
 * | no PUBACK in time, a lost connection | info | the broker may have the message |
 * | a read that was not answered | fail | it changed nothing |
 */
import { assert } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { failedRequest } from '../request-errors.ts';
import { MqttConnection, MqttSession } from './connection.ts';

/** What an operation comes to. */
interface RetainedWork {
  readonly topic: string;
  /** Absent: it reads. */
  readonly payload?: string;
  readonly result: (retained: ReadonlyMap<string, string>) => Json;
}

type RetainedPlanner = (op: ClientOp) => RetainedWork;

function registerWork({ f, key = 0, value }: ClientOp): RetainedWork {
  const topic = `registers/${JSON.stringify(key)}`;
  if (f === 'write') return { topic, payload: JSON.stringify(value), result: () => value };
  assert(f === 'read', `a register of retained messages has no ${f}`);
  return { topic, result: (retained) => JSON.parse(retained.get(topic) ?? 'null') as Json };
}

function setWork({ f, value }: ClientOp): RetainedWork {
  const payload = JSON.stringify(value);
  if (f === 'add') return { topic: `members/${payload}`, payload, result: () => value };
  assert(f === 'read', `a set has no ${f}`);
  const result = (retained: ReadonlyMap<string, string>): Json =>
    [...retained.values()].map((text) => JSON.parse(text) as Json);
  return { topic: 'members/#', result };
}

export function mqttRegister(place: ServerClientPlace): Client {
  return retainedClient(place, registerWork);
}

export function mqttSet(place: ServerClientPlace): Client {
  return retainedClient(place, setWork);
}

function retainedClient(place: ServerClientPlace, plan: RetainedPlanner): Client {
  const session = new MqttSession(`dsx-${place.process}`);
  const retained = new Map<string, string>();
  let connection: MqttConnection | undefined;
  const connected = async (signal: AbortSignal): Promise<MqttConnection> => {
    if (connection?.isBroken === false) return connection;
    const options = {
      cleanSession: true,
      received: (message: { retain: boolean; topic: string; payload: string }): void => {
        if (message.retain) retained.set(message.topic, message.payload);
      },
    };
    connection = await MqttConnection.open(place, session, options, signal);
    return connection;
  };
  const work = async (mqtt: MqttConnection, op: ClientOp, signal: AbortSignal): Promise<Json> => {
    const { topic, payload, result } = plan(op);
    if (payload === undefined) {
      retained.clear();
      await mqtt.subscribe(topic, 0, signal);
      await mqtt.ping(signal);
      await mqtt.unsubscribe(topic, signal);
    } else {
      const message = { topic, payload, qos: 1, id: session.nextId(), retain: true } as const;
      await mqtt.publish({ ...message, isAgain: false }, signal);
    }
    return result(retained);
  };
  return {
    async invoke(op, signal): Promise<Outcome> {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      let mqtt: MqttConnection;
      try {
        mqtt = await connected(limited);
      } catch (thrown) {
        return { type: 'fail', error: ['no-connection', messageOf(thrown)] };
      }
      try {
        return { type: 'ok', value: await work(mqtt, op, limited) };
      } catch (thrown) {
        mqtt.close();
        return failedRequest(thrown, op.f === 'read');
      }
    },
    close: async () => {
      connection?.close();
    },
  };
}
