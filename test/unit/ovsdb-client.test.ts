/** The protocol of ovsdb as text, and what an answer says about an operation. */
import { describe, expect, test } from 'vitest';
import { jsonValuesIn } from '../../src/client/ovsdb/connection.ts';
import { ovsdbOutcome } from '../../src/client/ovsdb/register.ts';

const op = (f: string) => ({ f, key: 0, value: 3, process: 1, final: false });
const answer = (...result: object[]) => ({
  id: 1,
  error: null,
  result: JSON.parse(JSON.stringify(result)),
});

describe('an answer of ovsdb', () => {
  test.each([
    ['cas', 'timed out', 'fail'],
    ['write', 'constraint violation', 'fail'],
    ['write', 'cluster error', 'info'],
    ['write', 'I/O error', 'info'],
    ['write', 'not leader', 'info'],
    ['read', 'cluster error', 'fail'],
  ])('to a %s with the error %j: %s', (f, error, type) => {
    expect(ovsdbOutcome(op(f), answer({}, { error, details: 'said so' })).type).toBe(type);
    expect(ovsdbOutcome(op(f), { id: 1, error, result: null }).type).toBe(type);
  });

  test('tells the value, or that there is none', () => {
    expect(ovsdbOutcome(op('read'), answer({ rows: [{ value: '17' }] }))).toEqual({
      ...{ type: 'ok', value: 17 },
    });
    expect(ovsdbOutcome(op('read'), answer({ rows: [] }))).toEqual({ type: 'ok', value: null });
  });

  test('without results proves nothing of a write', () => {
    expect(ovsdbOutcome(op('write'), { id: 1, error: null, result: null }).type).toBe('info');
  });
});

describe('values one after the other', () => {
  const text = '{"a":"}{\\""}{"b":{"c":[{}]}}';

  test('are told apart, whatever their texts hold', () => {
    expect(jsonValuesIn(text)).toEqual({
      values: [{ a: '}{"' }, { b: { c: [{}] } }],
      rest: '',
    });
  });

  test('are there only when they are whole', () => {
    for (let length = 0; length < text.length; length += 1) {
      const { values, rest } = jsonValuesIn(text.slice(0, length));
      expect(values).toHaveLength(length < 12 ? 0 : 1);
      expect(rest).toBe(text.slice(length < 12 ? 0 : 12, length));
    }
  });
});
