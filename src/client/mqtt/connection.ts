/**
 * One connection to an MQTT 3.1.1 broker. What was under way with QoS 1 or 2 belongs to the
 * session, not to the connection: `MqttSession` keeps it for the next one.
 */
import type { Socket } from 'node:net';
import type { NodePlace } from '../../contract/target.ts';
import { openSocket, watchSocket } from '../tcp.ts';
import { untilAborted } from '../until-aborted.ts';
import {
  type Acknowledgement,
  acknowledgementPacket,
  connectPacket,
  type MqttPacket,
  type Publication,
  parsePacket,
  pingPacket,
  publishPacket,
  refusedSubscription,
  subscribePacket,
  unsubscribePacket,
} from './packets.ts';

export const mqttPort = 1883;
const idMax = 65_535;

/** What a client remembers of its session while it is not connected. */
export class MqttSession {
  readonly clientId: string;
  /** Messages with QoS 2 that were taken and whose numbers the broker has not released yet. */
  readonly taken = new Set<number>();
  #lastId = 0;

  constructor(clientId: string) {
    this.clientId = clientId;
  }

  nextId(): number {
    this.#lastId = (this.#lastId % idMax) + 1;
    return this.#lastId;
  }
}

export interface MqttOptions {
  /** True: the broker forgets the session with the connection. */
  readonly cleanSession: boolean;
  /** Called for each message that comes and was not taken before. */
  readonly received?: (publication: Publication) => void;
  /** Called once, when it has ended. */
  readonly ended?: () => void;
}

type Answer = MqttPacket['kind'];

interface Waiting {
  readonly resolve: (packet: MqttPacket) => void;
  readonly reject: (error: Error) => void;
}

export class MqttConnection {
  readonly #socket: Socket;
  readonly #session: MqttSession;
  readonly #options: MqttOptions;
  readonly #waiting = new Map<string, Waiting>();
  #received: Buffer = Buffer.alloc(0);
  #failure: Error | undefined;
  #sessionPresent = false;

  private constructor(socket: Socket, session: MqttSession, options: MqttOptions) {
    this.#socket = socket;
    this.#session = session;
    this.#options = options;
    socket.on('data', (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#parse();
    });
    watchSocket(socket, 'the broker', (error) => {
      this.#fail(error);
    });
  }

  /** @throws the system's error if there is no connection; any other if the broker refuses it */
  static async open(
    { address }: NodePlace,
    session: MqttSession,
    options: MqttOptions,
    signal: AbortSignal,
  ): Promise<MqttConnection> {
    const socket = await openSocket(address, mqttPort, signal);
    const connection = new MqttConnection(socket, session, options);
    const hello = connectPacket(session.clientId, options.cleanSession);
    const answer = await connection.#ask('connack', 0, hello, signal);
    if (answer.kind === 'connack' && answer.code !== 0) {
      connection.close();
      throw new Error(`the broker refuses the connection (return code ${answer.code})`);
    }
    connection.#sessionPresent = answer.kind === 'connack' && answer.sessionPresent;
    if (!connection.#sessionPresent) session.taken.clear();
    return connection;
  }

  /** True once it can carry no more packets. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** True if the broker remembered the session. */
  get sessionPresent(): boolean {
    return this.#sessionPresent;
  }

  /**
   * Resolves when the broker has taken responsibility for the message; with QoS 0 at once.
   * `isReleased`: the broker has it already and waits for the end of the exchange (QoS 2).
   */
  async publish(
    publication: Publication,
    signal: AbortSignal,
    { isReleased = false, released = (): void => undefined } = {},
  ): Promise<void> {
    const { qos, id } = publication;
    if (qos === 0) this.#send(publishPacket(publication));
    if (qos === 1) await this.#ask('puback', id, publishPacket(publication), signal);
    if (qos !== 2) return;
    if (!isReleased) await this.#ask('pubrec', id, publishPacket(publication), signal);
    released();
    await this.#ask('pubcomp', id, acknowledgementPacket('pubrel', id), signal);
  }

  /** Resolves when the broker has granted it. */
  async subscribe(filter: string, qos: 0 | 1 | 2, signal: AbortSignal): Promise<void> {
    const id = this.#session.nextId();
    const answer = await this.#ask('suback', id, subscribePacket(id, filter, qos), signal);
    if (answer.kind === 'suback' && answer.code === refusedSubscription)
      throw new Error(`the broker refuses the subscription to ${filter}`);
  }

  async unsubscribe(filter: string, signal: AbortSignal): Promise<void> {
    const id = this.#session.nextId();
    await this.#ask('unsuback', id, unsubscribePacket(id, filter), signal);
  }

  /** Resolves when the broker has done all that was sent before, and what it had to say has come. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.#ask('pingresp', 0, pingPacket, signal);
  }

  /** Says that the message is this client's responsibility now. */
  acknowledge({ qos, id }: Publication): void {
    if (this.isBroken || qos === 0) return;
    if (qos === 2) this.#session.taken.add(id);
    this.#send(acknowledgementPacket(qos === 2 ? 'pubrec' : 'puback', id));
  }

  close(): void {
    this.#fail(new Error('the connection was closed'));
    // What was sent is delivered yet; a reset would take it back.
    this.#socket.end();
    this.#socket.unref();
  }

  async #ask(answer: Answer, id: number, packet: Buffer, signal: AbortSignal): Promise<MqttPacket> {
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const come = new Promise<MqttPacket>((resolve, reject) => {
      this.#waiting.set(`${answer} ${id}`, { resolve, reject });
      this.#send(packet);
    });
    return untilAborted(come, signal, () => {
      this.close();
    });
  }

  #send(packet: Buffer): void {
    this.#socket.write(packet);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#options.ended?.();
  }

  #parse(): void {
    let at = 0;
    try {
      for (;;) {
        const parsed = parsePacket(this.#received, at);
        if (parsed === undefined) break;
        at = parsed.end;
        this.#take(parsed.packet);
      }
    } catch (thrown) {
      this.#fail(thrown as Error);
      this.#socket.destroy();
    }
    this.#received = this.#received.subarray(at);
  }

  #take(packet: MqttPacket): void {
    if (packet.kind === 'publish') {
      this.#takeMessage(packet.publication);
      return;
    }
    const id = 'id' in packet ? packet.id : 0;
    if (packet.kind === 'pubrel') {
      this.#session.taken.delete(id);
      this.#send(acknowledgementPacket('pubcomp' satisfies Acknowledgement, id));
      return;
    }
    const key = `${packet.kind} ${id}`;
    this.#waiting.get(key)?.resolve(packet);
    this.#waiting.delete(key);
  }

  #takeMessage(publication: Publication): void {
    // With QoS 2 it was taken; only the answer was not heard.
    if (publication.qos === 2 && this.#session.taken.has(publication.id))
      this.#send(acknowledgementPacket('pubrec', publication.id));
    else if (!this.isBroken) this.#options.received?.(publication);
  }
}
