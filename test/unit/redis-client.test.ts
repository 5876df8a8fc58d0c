/** The protocol of Redis as bytes: whole replies only, and which errors are definite. */
import { describe, expect, test } from 'vitest';
import { parseReply, RedisError, tableOf } from '../../src/client/redis.ts';

function replyOf(text: string) {
  return parseReply(Buffer.from(text), 0);
}

describe('a reply', () => {
  test.each([
    ['+OK\r\n', 'OK'],
    [':42\r\n', 42],
    ['$3\r\na\nb\r\n', 'a\nb'],
    ['$-1\r\n', null],
    ['*2\r\n$1\r\na\r\n*1\r\n:1\r\n', ['a', [1]]],
    ['*-1\r\n', null],
  ])('%j', (text, reply) => {
    expect(replyOf(text)).toEqual({ reply, end: text.length });
  });

  test('counts bytes and not characters', () => {
    expect(replyOf('$2\r\né\r\n')?.reply).toBe('é');
  });

  test('is nothing before it is whole', () => {
    const whole = '*2\r\n$3\r\nabc\r\n:7\r\n';
    for (let length = 0; length < whole.length; length += 1)
      expect(replyOf(whole.slice(0, length)), whole.slice(0, length)).toBeUndefined();
  });
});

describe('an error', () => {
  test.each([
    ["-READONLY You can't write against a read only replica.", true],
    ['-LOADING Redis is loading the dataset in memory', true],
    ['-OOM command not allowed', true],
    ['-ERR something else', false],
    ['-UNBLOCKED force unblock from blocking operation', false],
  ])('%j: certainly not executed: %j', (text, definite) => {
    const reply = replyOf(`${text}\r\n`)?.reply;
    expect(reply).toBeInstanceOf(RedisError);
    expect((reply as RedisError).definite).toBe(definite);
  });
});

test('a list of names and values is a table', () => {
  expect(tableOf(['a', '1', 'b', '2']).get('b')).toBe('2');
});
