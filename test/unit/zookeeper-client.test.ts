/** The protocol of ZooKeeper as bytes, and which of its errors are definite. */
import { describe, expect, test } from 'vitest';
import { framesIn, JuteReader, JuteWriter } from '../../src/client/zookeeper/jute.ts';
import { ZookeeperError } from '../../src/client/zookeeper/session.ts';
import { failureOf } from '../../src/client/zookeeper/zookeeper.ts';

describe('an error of ZooKeeper', () => {
  test.each([-6, -8, -101, -102, -103, -110, -111, -119])(
    '%i proves that nothing happened',
    (code) => {
      expect(failureOf(new ZookeeperError(code), false).type).toBe('fail');
    },
  );

  test.each([-1, -2, -3, -4, -5, -7, -112, -116, -118])('%i proves nothing of a write', (code) => {
    expect(failureOf(new ZookeeperError(code), false).type).toBe('info');
  });

  test.each([-4, -7])('%i is a failure of a read, which changes nothing', (code) => {
    expect(failureOf(new ZookeeperError(code), true).type).toBe('fail');
  });

  test('that is a lost connection proves nothing of a write', () => {
    expect(failureOf(new Error('the server closed the connection'), false).type).toBe('info');
  });
});

describe('jute', () => {
  test('reads what it wrote', () => {
    const frame = new JuteWriter().int(-7).long(2n).text('/é').bool(true).bytes(Buffer.of(1, 2));
    const { frames, rest } = framesIn(frame.frame());
    expect(rest).toHaveLength(0);
    const [body = Buffer.alloc(0)] = frames;
    const reader = new JuteReader(body);
    expect([reader.int(), reader.long(), reader.text()]).toEqual([-7, 2n, '/é']);
  });

  test('gives frames only when they are whole, and keeps the rest', () => {
    const two = Buffer.concat([new JuteWriter().int(1).frame(), new JuteWriter().int(2).frame()]);
    for (let length = 0; length < two.length; length += 1) {
      const { frames, rest } = framesIn(two.subarray(0, length));
      expect(frames).toHaveLength(length < 8 ? 0 : 1);
      expect(rest).toHaveLength(length < 8 ? length : length - 8);
    }
  });

  test('refuses a length that is not there', () => {
    const reader = new JuteReader(Buffer.from([0, 0, 0, 9, 1]));
    expect(() => reader.bytes()).toThrow(RangeError);
  });
});
