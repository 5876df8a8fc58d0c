import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { MaelstromChannel } from '../../src/client/rpc-channel.ts';
import { rpcErrorOf, rpcErrors } from '../../src/client/rpc-errors.ts';
import { RpcError } from '../../src/contract/client.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const signal = new AbortController().signal;

function channel() {
  const sent: JsonObject[] = [];
  let closedCount = 0;
  const rpc = new MaelstromChannel({
    name: 'c4',
    node: 'n1',
    timeoutMs: 5_000,
    send: (body) => sent.push(body),
    closed: () => {
      closedCount += 1;
    },
  });
  return { rpc, sent, closedCount: () => closedCount };
}

const failure = async (promise: Promise<unknown>): Promise<RpcError> => {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RpcError)) throw new Error('no RpcError', { cause: error });
  return error;
};

test('requests are numbered from 1, and each gets the reply that names it', async () => {
  const { rpc, sent } = channel();
  const first = rpc.request({ type: 'read', key: 1 }, signal);
  const second = rpc.request({ type: 'write', key: 1, value: 2 }, signal);
  expect(sent).toEqual([
    { type: 'read', key: 1, msg_id: 1 },
    { type: 'write', key: 1, value: 2, msg_id: 2 },
  ]);
  rpc.receive({ type: 'write_ok', in_reply_to: 2 });
  rpc.receive({ type: 'read_ok', in_reply_to: 1, value: 9, msg_id: 77 });
  expect(await first).toEqual({ type: 'read_ok', in_reply_to: 1, value: 9, msg_id: 77 });
  expect(await second).toEqual({ type: 'write_ok', in_reply_to: 2 });
});

test('no reply in time is net-timeout and indefinite; the reply that comes late is ignored', async () => {
  const { rpc } = channel();
  const late = failure(rpc.request({ type: 'write' }, signal));
  vi.advanceTimersByTime(5_000);
  expect(await late).toMatchObject({ code: 'net-timeout', definite: false });
  const next = rpc.request({ type: 'read' }, signal);
  rpc.receive({ type: 'write_ok', in_reply_to: 1 });
  rpc.receive({ type: 'read_ok', in_reply_to: 2, value: 1 });
  expect(await next).toMatchObject({ value: 1 });
});

test('every code of the table becomes its name, with its own word on being definite', async () => {
  for (const { code, name, definite } of rpcErrors) {
    const { rpc } = channel();
    const failed = failure(rpc.request({ type: 'read' }, signal));
    rpc.receive({ type: 'error', in_reply_to: 1, code, text: 'why', extra: true });
    expect(await failed).toMatchObject({ code: name, definite, message: 'why' });
  }
});

test('only timeout and crash are indefinite among the known codes; unknown codes all are', () => {
  expect(rpcErrors.filter(({ definite }) => !definite).map(({ code }) => code)).toEqual([0, 13]);
  expect(rpcErrors.map(({ code }) => code)).toEqual([0, 1, 10, 11, 12, 13, 14, 20, 21, 22, 30]);
  for (const code of [2, 40, 999, 1000, -1]) expect(rpcErrorOf(code, '').definite).toBe(false);
});

describe('a reply that breaks the protocol is malformed-rpc-response, indefinite, and is shown', () => {
  test.each<[string, JsonObject, RegExp]>([
    ['no in_reply_to', { type: 'read_ok', value: 1 }, /expected an integer "in_reply_to"/],
    [
      'a text as in_reply_to',
      { type: 'read_ok', in_reply_to: '1' },
      /expected an integer "in_reply_to"/,
    ],
    [
      'the wrong type',
      { type: 'raed_ok', in_reply_to: 1 },
      /expected the type "read_ok" or "error"/,
    ],
    ['no type', { in_reply_to: 1 }, /expected the type "read_ok"/],
    ['an error without a code', { type: 'error', in_reply_to: 1 }, /needs an integer "code"/],
    [
      'an error with a code in words',
      { type: 'error', in_reply_to: 1, code: 'abort' },
      /needs an integer "code"/,
    ],
  ])('%s', async (_, body, reason) => {
    const { rpc } = channel();
    const failed = failure(rpc.request({ type: 'read' }, signal));
    rpc.receive(body);
    const error = await failed;
    expect(error).toMatchObject({ code: 'malformed-rpc-response', definite: false });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(JSON.stringify(body));
  });

  test('but what nobody waits for is ignored', async () => {
    const { rpc } = channel();
    rpc.receive({ type: 'gossip' });
    rpc.receive(null);
    const answered = rpc.request({ type: 'read' }, signal);
    rpc.receive({ type: 'read_ok', in_reply_to: 1 });
    expect(await answered).toBeDefined();
  });
});

test('a request aborted while it waits is indefinite; one aborted before it was sent is definite', async () => {
  const { rpc, sent } = channel();
  const controller = new AbortController();
  const waiting = failure(rpc.request({ type: 'write' }, controller.signal));
  controller.abort();
  expect(await waiting).toMatchObject({ code: 'aborted', definite: false });
  expect(await failure(rpc.request({ type: 'write' }, controller.signal))).toMatchObject({
    definite: true,
  });
  expect(sent).toHaveLength(1);
});

test('closing ends what waits as indefinite, sends nothing more, and says so once', async () => {
  const { rpc, sent, closedCount } = channel();
  const waiting = failure(rpc.request({ type: 'write' }, signal));
  rpc.close();
  rpc.close();
  expect(await waiting).toMatchObject({ code: 'channel-closed', definite: false });
  expect(await failure(rpc.request({ type: 'write' }, signal))).toMatchObject({ definite: true });
  expect([sent.length, closedCount()]).toEqual([1, 1]);
});

test('a settled request leaves no timer and no listener behind', async () => {
  const { rpc } = channel();
  const answered = rpc.request({ type: 'read' }, signal);
  rpc.receive({ type: 'read_ok', in_reply_to: 1 });
  await answered;
  expect(vi.getTimerCount()).toBe(0);
});
