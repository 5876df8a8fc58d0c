/**
 * Packets of MQTT 3.1.1 as bytes (OASIS standard of 29 October 2014), as far as the clients here
 * need them: no will, no user name.
 */

export type Qos = 0 | 1 | 2;

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  /** Distinguishes it from all others under way; 0 with QoS 0. */
  readonly id: number;
  /** True in a message that the broker had kept for whoever subscribes. */
  readonly retain: boolean;
  /** True if it was sent before, perhaps in vain. */
  readonly isAgain: boolean;
}

export type MqttPacket =
  | { readonly kind: 'connack'; readonly sessionPresent: boolean; readonly code: number }
  | { readonly kind: 'publish'; readonly publication: Publication }
  | { readonly kind: Acknowledgement; readonly id: number }
  | { readonly kind: 'suback'; readonly id: number; readonly code: number }
  | { readonly kind: 'unsuback'; readonly id: number }
  | { readonly kind: 'pingresp' };

/** Of a message with QoS 1: puback; with QoS 2, in this order, the other three. */
export type Acknowledgement = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';

/** The first byte of each. */
const acknowledgements: Readonly<Record<Acknowledgement, number>> = {
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
};

function framed(first: number, body: Buffer): Buffer {
  const head = [first];
  let rest = body.length;
  do {
    head.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(head), body]);
}

function short(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([short(bytes.length), bytes]);
}

/** No keep-alive: a client that waits is not dead. */
export function connectPacket(clientId: string, cleanSession: boolean): Buffer {
  const flags = Buffer.from([4, cleanSession ? 2 : 0]);
  return framed(0x10, Buffer.concat([counted('MQTT'), flags, short(0), counted(clientId)]));
}

export function publishPacket(publication: Publication): Buffer {
  const { topic, payload, qos, id, retain, isAgain } = publication;
  const first = 0x30 | (isAgain ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  const number = qos === 0 ? [] : [short(id)];
  return framed(first, Buffer.concat([counted(topic), ...number, Buffer.from(payload)]));
}

export function acknowledgementPacket(kind: Acknowledgement, id: number): Buffer {
  return framed(acknowledgements[kind], short(id));
}

export function subscribePacket(id: number, filter: string, qos: Qos): Buffer {
  return framed(0x82, Buffer.concat([short(id), counted(filter), Buffer.from([qos])]));
}

export function unsubscribePacket(id: number, filter: string): Buffer {
  return framed(0xa2, Buffer.concat([short(id), counted(filter)]));
}

export const pingPacket = Buffer.from([0xc0, 0]);

/**
 * The first packet of `bytes` from `at`, and where it ends; undefined while it is not whole.
 * @throws Error if it is none that a broker sends
 */
export function parsePacket(
  bytes: Buffer,
  at: number,
): { readonly packet: MqttPacket; readonly end: number } | undefined {
  const length = lengthAt(bytes, at + 1);
  if (length === undefined) return undefined;
  const end = length.end + length.value;
  if (bytes.length < end) return undefined;
  const first = bytes[at] ?? 0;
  return { packet: packetOf(first, bytes.subarray(length.end, end)), end };
}

/** Seven bits a byte, the lowest first; four bytes at most. */
function lengthAt(
  bytes: Buffer,
  from: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = bytes[from + i];
    if (byte === undefined) return undefined;
    value += (byte & 127) * 128 ** i;
    if (byte < 128) return { value, end: from + i + 1 };
  }
  throw new Error('an MQTT packet has a length of more than four bytes');
}

function packetOf(first: number, body: Buffer): MqttPacket {
  const type = first >> 4;
  if (type === 3) return { kind: 'publish', publication: publicationIn(first, body) };
  if (type === 13) return { kind: 'pingresp' };
  if (body.length < 2) throw new Error(`an MQTT packet of type ${type} is too short`);
  if (type === 2)
    return { kind: 'connack', sessionPresent: body[0] === 1, code: body.readUInt8(1) };
  const id = body.readUInt16BE(0);
  if (type === 9) return { kind: 'suback', id, code: body[2] ?? refusedSubscription };
  if (type === 11) return { kind: 'unsuback', id };
  const kinds = ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const;
  const kind = kinds[type - 4];
  if (kind === undefined) throw new Error(`a broker sends no MQTT packet of type ${type}`);
  return { kind, id };
}

/** The code of a subscription that the broker did not grant. */
export const refusedSubscription = 0x80;

function publicationIn(first: number, body: Buffer): Publication {
  const qos = ((first >> 1) & 3) as Qos;
  const topicEnd = 2 + body.readUInt16BE(0);
  const hasId = qos > 0;
  return {
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.toString('utf8', topicEnd + (hasId ? 2 : 0)),
    qos,
    id: hasId ? body.readUInt16BE(topicEnd) : 0,
    retain: (first & 1) === 1,
    isAgain: (first & 8) === 8,
  };
}
