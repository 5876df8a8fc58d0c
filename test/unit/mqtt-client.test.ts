/** The packets of MQTT 3.1.1, byte for byte, and what a client keeps of them. */
import { describe, expect, test } from 'vitest';
import {
  acknowledgementPacket,
  connectPacket,
  type Publication,
  parsePacket,
  publishPacket,
  subscribePacket,
  unsubscribePacket,
} from '../../src/client/mqtt/packets.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');
const publication: Publication = {
  ...{ topic: 'a/b', payload: '17', qos: 1, id: 258, retain: false, isAgain: false },
};

describe('what a client sends', () => {
  test('begins with the protocol, its level, the flags, no keep-alive and the name', () => {
    expect(hex(connectPacket('c1', true))).toBe('100e00044d5154540402000000026331');
    expect(hex(connectPacket('c1', false))).toBe('100e00044d5154540400000000026331');
  });

  test.each([
    [{}, '32090003612f6201023137'],
    [{ qos: 2 }, '34090003612f6201023137'],
    [{ qos: 0 }, '30070003612f623137'],
    [{ retain: true }, '33090003612f6201023137'],
    [{ isAgain: true }, '3a090003612f6201023137'],
  ] as const)('a message that is %j', (changes, bytes) => {
    expect(hex(publishPacket({ ...publication, ...changes }))).toBe(bytes);
  });

  test.each([
    ['puback', '40020007'],
    ['pubrec', '50020007'],
    ['pubrel', '62020007'],
    ['pubcomp', '70020007'],
  ] as const)('%s with its number', (kind, bytes) => {
    expect(hex(acknowledgementPacket(kind, 7))).toBe(bytes);
  });

  test('a subscription, and the end of one', () => {
    expect(hex(subscribePacket(1, 'a/#', 2))).toBe('820800010003612f2302');
    expect(hex(unsubscribePacket(2, 'a/#'))).toBe('a20700020003612f23');
  });
});

describe('what a broker sends', () => {
  test.each([
    ['20020100', { kind: 'connack', sessionPresent: true, code: 0 }],
    ['20020005', { kind: 'connack', sessionPresent: false, code: 5 }],
    ['40020102', { kind: 'puback', id: 258 }],
    ['50020102', { kind: 'pubrec', id: 258 }],
    ['62020102', { kind: 'pubrel', id: 258 }],
    ['70020102', { kind: 'pubcomp', id: 258 }],
    ['9003000102', { kind: 'suback', id: 1, code: 2 }],
    ['9003000180', { kind: 'suback', id: 1, code: 0x80 }],
    ['b0020002', { kind: 'unsuback', id: 2 }],
    ['d000', { kind: 'pingresp' }],
  ])('%s', (bytes, packet) => {
    const whole = Buffer.from(bytes, 'hex');
    expect(parsePacket(whole, 0)).toEqual({ packet, end: whole.length });
    for (let length = 0; length < whole.length; length += 1)
      expect(parsePacket(whole.subarray(0, length), 0)).toBeUndefined();
  });

  test.each([
    ['f000', 'type 15'],
    ['4000', 'too short'],
    ['30ffffffff01', 'more than four bytes'],
  ])('%s is refused', (bytes, said) => {
    expect(() => parsePacket(Buffer.from(bytes, 'hex'), 0)).toThrow(said);
  });

  test.each([0, 1, 2] as const)('a message with QoS %i is what was published', (qos) => {
    const sent = { ...publication, qos, id: qos === 0 ? 0 : 9, payload: 'ü'.repeat(100) };
    const bytes = Buffer.concat([Buffer.from('d000', 'hex'), publishPacket(sent)]);
    expect(parsePacket(bytes, 2)).toEqual({
      packet: { kind: 'publish', publication: sent },
      end: bytes.length,
    });
  });

  test.each([0, 1, 127, 128, 16_383, 16_384])(
    'a message of %i bytes is whole at its end',
    (size) => {
      const bytes = publishPacket({ ...publication, payload: 'x'.repeat(size) });
      expect(parsePacket(bytes, 0)?.end).toBe(bytes.length);
      expect(parsePacket(bytes.subarray(0, -1), 0)).toBeUndefined();
    },
  );
});
