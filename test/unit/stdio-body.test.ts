/** Bodies of messages keep all digits of their integers. */
import { describe, expect, test } from 'vitest';
import { bodyForClient, bodyForService, textOf } from '../../src/testbed/stdio/body.ts';
import { parseEnvelope } from '../../src/testbed/stdio/envelope.ts';

const near = ['9007199254740993', '9007199254740992', '-4428434088891216265'];
const far = '123456789012345678901234567890';

describe('a body for a service', () => {
  test.each([...near, far])('gives %s back as the integer that it was', (digits) => {
    const { msg_id: id = null, value = null } = bodyForService(
      `{"type":"write","value":[${digits},"a"],"msg_id":${digits}}`,
    );
    expect(textOf({ type: 'write_ok', in_reply_to: id, value })).toBe(
      `{"type":"write_ok","in_reply_to":${digits},"value":[${digits},"a"]}`,
    );
  });

  test('tells integers apart that are the same as numbers', () => {
    const values = near.slice(0, 2).map((digits) => bodyForService(`{"v":${digits}}`)['v']);
    expect(new Set(values).size).toBe(2);
  });
});

describe('a body for a client', () => {
  test('has large integers as text, and all else as it is', () => {
    const body = `{"a":9007199254740993,"b":9007199254740991,"c":[-${far}],"d":1.2345678901234567890,"e":12345678901234567890e2}`;
    expect(bodyForClient(body)).toEqual({
      a: '9007199254740993',
      b: 9007199254740991,
      c: [`-${far}`],
      d: 1.2345678901234567,
      e: 1.2345678901234568e21,
    });
  });

  test('leaves digits in texts and names alone, also beside escaped quotes', () => {
    const value = { [far]: `a \\"${far}" \\`, b: far };
    expect(bodyForClient(JSON.stringify(value))).toEqual(value);
  });
});

test('what the scanner leaves to the parser keeps its digits too', () => {
  const line = `{"src":"n\\u0031","dest":"seq-kv","id":${far},"body":{"msg_id":${far}}}`;
  expect(parseEnvelope(line)).toEqual({ src: 'n1', dest: 'seq-kv', body: `{"msg_id":${far}}` });
});

test.each(['{"src":"n1","dest":"c1","body":{"a":01234567890123456789}}', `{${far}: 1}`])(
  'digits do not make JSON of what is none: %s',
  (line) => {
    expect(parseEnvelope(line)).toMatch(/^not JSON/);
  },
);
