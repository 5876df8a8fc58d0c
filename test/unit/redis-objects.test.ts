/** Object types on Redis: what is sent, and how each end is recorded. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { RedisError } from '../../src/client/redis.ts';
import { movedTo } from '../../src/client/redis-cluster.ts';
import { type RedisRoute, redisClients } from '../../src/client/redis-objects.ts';
import type { Outcome } from '../../src/history/event.ts';

type Answer = Json | Error;

async function invoke(
  object: 'register' | 'set' | 'counter',
  [f, value]: readonly [string, Json],
  answers: Readonly<Record<string, Answer>>,
  settings: Partial<RedisRoute> = {},
): Promise<{ readonly outcome: Outcome; readonly sent: readonly string[] }> {
  const sent: string[] = [];
  const commands = {
    isBroken: false,
    close: () => undefined,
    command: async (words: readonly (string | number)[]) => {
      sent.push(words.slice(0, 2).join(' '));
      const answer = answers[String(words[0])] ?? null;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const place = { node: 'n1', index: 0, address: '10.0.0.1', dataFolder: '', process: 0 };
  const route = { open: async () => commands, replicas: 0, shards: 1, ...settings };
  const client = await redisClients(() => route)[object]({
    ...place,
    ...{ variant: '', places: [], timeoutMs: 1_000, options: {} },
  });
  const op = { process: 0, f, key: undefined, value, final: false };
  return { outcome: await client.invoke(op, new AbortController().signal), sent };
}

const lost = new Error('the connection was lost');
const readOnly = new RedisError("READONLY You can't write against a read only replica.");
const unknown = new RedisError('ERR something');

describe('a write', () => {
  test.each([
    [1, 'ok'],
    [readOnly, 'fail'],
    [unknown, 'info'],
    [lost, 'info'],
  ] as const)('answered by %s is %s', async (answer, type) => {
    expect((await invoke('set', ['add', 1], { SADD: answer })).outcome.type).toBe(type);
  });

  test.each([
    [2, 'ok'],
    [1, 'info'],
    [new RedisError('ERR WAIT cannot be used with replica instances.'), 'info'],
    [readOnly, 'info'],
    [lost, 'info'],
  ] as const)('took place, and a WAIT answered by %s makes it %s', async (answer, type) => {
    const { outcome } = await invoke('set', ['add', 1], { SADD: 1, WAIT: answer }, { replicas: 2 });
    expect(outcome.type).toBe(type);
  });
});

describe('a read', () => {
  test.each([readOnly, unknown, lost])('that failed changed nothing: %s', async (answer) => {
    expect((await invoke('register', ['read', null], { GET: answer })).outcome.type).toBe('fail');
  });

  test('is not believed before the replicas have what it may have seen', async () => {
    const answers = { GET: '5', INCR: 1, WAIT: 0 };
    const { outcome, sent } = await invoke('register', ['read', null], answers, { replicas: 1 });
    expect(outcome.type).toBe('fail');
    expect(sent).toEqual(['GET register:0', 'INCR {register:0}reads', 'WAIT 1']);
  });

  test('of a set asks every one of its keys', async () => {
    const { outcome, sent } = await invoke(
      'set',
      ['read', null],
      { SMEMBERS: ['1', '2'] },
      { shards: 2 },
    );
    expect(outcome).toEqual({ type: 'ok', value: [1, 2, 1, 2] });
    expect(sent).toEqual(['SMEMBERS set:0', 'SMEMBERS set:1']);
  });
});

test('whoever has nobody to send to has sent nothing', async () => {
  const open = async (): Promise<never> => {
    throw new Error('the sentinel knows no primary');
  };
  const { outcome } = await invoke('counter', ['add', 1], {}, { open });
  expect(outcome).toEqual({
    type: 'fail',
    error: ['no-primary', 'the sentinel knows no primary'],
  });
});

test('a redirection names where the key is', () => {
  expect(movedTo('MOVED 3999 10.0.0.2:6379')).toBe('10.0.0.2');
  expect(movedTo('ASK 3999 10.0.0.2:6379')).toBeUndefined();
  expect(movedTo('CLUSTERDOWN The cluster is down')).toBeUndefined();
});
