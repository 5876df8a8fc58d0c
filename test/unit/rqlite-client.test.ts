/** What an answer of rqlite says about an operation. */
import { describe, expect, test } from 'vitest';
import { rqliteOutcome } from '../../src/client/rqlite.ts';

const op = (f: string, value: number | null | number[] = 3) => ({
  f,
  key: 0,
  value,
  process: 1,
  final: false,
});

describe('an answer of rqlite', () => {
  test.each([
    ['write', 503, 'leader not found\n', 'fail'],
    ['write', 503, 'something else', 'info'],
    ['write', 500, 'leader address: x', 'info'],
    ['write', 200, '{"error":"leadership lost while committing log"}', 'info'],
    [
      'write',
      200,
      '{"results":[],"error":"node failed to process Execute on remote node"}',
      'info',
    ],
    ['write', 200, '{"results":[{"error":"no such table: register"}]}', 'fail'],
    ['write', 200, '{"results":[{"error":"disk I/O error"}]}', 'info'],
    ['write', 200, 'no JSON', 'info'],
    ['write', 200, '{"results":[{"rows_affected":1}]}', 'ok'],
    ['cas', 200, '{"results":[{"rows_affected":1}]}', 'ok'],
    ['cas', 200, '{"results":[{}]}', 'fail'],
    ['read', 503, 'something else', 'fail'],
    ['read', 200, '{"error":"not leader"}', 'fail'],
    ['read', 200, 'no JSON', 'fail'],
  ])('to a %s, %i %s: %s', (f, status, text, type) => {
    expect(rqliteOutcome(op(f, f === 'cas' ? [1, 2] : 3), status, text).type).toBe(type);
  });

  test('tells the value, or that there is none', () => {
    const row = '{"results":[{"columns":["value"],"values":[["17"]]}]}';
    expect(rqliteOutcome(op('read', null), 200, row)).toEqual({ type: 'ok', value: 17 });
    const none = '{"results":[{"columns":["value"]}]}';
    expect(rqliteOutcome(op('read', null), 200, none)).toEqual({ type: 'ok', value: null });
  });
});
