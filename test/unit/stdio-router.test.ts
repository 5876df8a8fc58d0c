import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { prng } from '../../src/base/prng.ts';
import type { LinkEffect, LinkRule } from '../../src/fault/fault.ts';
import type { Endpoint, Message } from '../../src/testbed/stdio/endpoint.ts';
import type { Latency } from '../../src/testbed/stdio/latency.ts';
import { Ledger } from '../../src/testbed/stdio/ledger.ts';
import { Router } from '../../src/testbed/stdio/router.ts';

const signal = new AbortController().signal;
const cut = (from: string, to: string): LinkRule => ({ from, to, effect: { kind: 'drop' } });

beforeEach(() => {
  // A run's clock begins at 0; nanoseconds since 1970 would not fit into a number.
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A network of two nodes, a service and a client, which notes what arrives. */
function network(latency: Latency = { meanMs: 0, distribution: 'constant' }, seed = 1) {
  const clock = { nowNs: () => Date.now() * 1e6, sleepUntil: async () => undefined };
  const ledger = new Ledger({
    clock,
    networkLog: 'off',
    file: undefined,
    onSend: undefined,
    onReceive: undefined,
  });
  const router = new Router({ nodes: ['n1', 'n2', 'n3'], latency, rng: prng(seed), clock, ledger });
  const arrived: string[] = [];
  const end = (kind: Endpoint['kind'], name: string, index: number): Endpoint => {
    const endpoint: Endpoint = {
      kind,
      name,
      index,
      quoted: JSON.stringify(name),
      isCounted: true,
      deliver: (message: Message) => {
        ledger.received(message);
        arrived.push(`${message.from.name}>${name} ${message.body}`);
        return true;
      },
    };
    router.attach(endpoint);
    return endpoint;
  };
  const ends: Record<string, Endpoint> = {
    n1: end('node', 'n1', 0),
    n2: end('node', 'n2', 1),
    n3: end('node', 'n3', 2),
    'lin-kv': end('service', 'lin-kv', -1),
    c0: end('client', 'c0', -1),
  };
  const send = (from: string, to: string, body = '{}'): void => {
    const [sender, receiver] = [ends[from], ends[to]];
    if (sender === undefined || receiver === undefined) throw new Error('no such end');
    router.send(sender, receiver, sender.quoted, body);
  };
  return { router, ledger, arrived, send };
}

test('without latency a message arrives at once, in the order of sending', () => {
  const { send, arrived } = network();
  send('n1', 'n2', '{"i":1}');
  send('n1', 'n2', '{"i":2}');
  expect(arrived).toEqual(['n1>n2 {"i":1}', 'n1>n2 {"i":2}']);
});

test('latency applies between nodes and to services, never where a client is involved', () => {
  const { send, arrived } = network({ meanMs: 100, distribution: 'constant' });
  send('n1', 'n2');
  send('n1', 'lin-kv');
  send('lin-kv', 'n1');
  send('c0', 'n1');
  send('n1', 'c0');
  send('c0', 'lin-kv');
  expect(arrived).toEqual(['c0>n1 {}', 'n1>c0 {}', 'c0>lin-kv {}']);
  vi.advanceTimersByTime(99);
  expect(arrived).toHaveLength(3);
  vi.advanceTimersByTime(1);
  expect(arrived.slice(3)).toEqual(['n1>n2 {}', 'n1>lin-kv {}', 'lin-kv>n1 {}']);
});

test('latency that varies reorders, and a message that is due does not wait behind one that is not', () => {
  const { send, arrived } = network({ meanMs: 50, distribution: 'exponential' });
  for (let i = 0; i < 20; i += 1) send('n1', 'n2', `{"i":${i}}`);
  vi.advanceTimersByTime(10_000);
  const order = arrived.map((text) => Number(/\d+}/.exec(text)?.[0].slice(0, -1)));
  expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(order).not.toEqual(order.toSorted((a, b) => a - b));
});

test('a cut holds in its direction only', async () => {
  const { router, send, arrived } = network();
  expect(await router.shape('partition', [cut('n1', 'n2')], signal)).toBe(
    '1 of 1 link seen to drop',
  );
  send('n1', 'n2');
  send('n2', 'n1');
  send('n1', 'n3');
  expect(arrived).toEqual(['n2>n1 {}', 'n1>n3 {}']);
});

test('a message that was under way when the cut began does not cross it', async () => {
  const { router, ledger, send, arrived } = network({ meanMs: 100, distribution: 'constant' });
  send('n1', 'n2');
  await router.shape('partition', [cut('n1', 'n2')], signal);
  vi.advanceTimersByTime(200);
  expect(arrived).toEqual([]);
  expect(ledger.stats().dropped).toBe(1);
});

test('a message sent during a cut does not arrive after it', async () => {
  const { router, send, arrived } = network({ meanMs: 100, distribution: 'constant' });
  await router.shape('partition', [cut('n1', 'n2')], signal);
  send('n1', 'n2');
  expect(await router.shape('partition', [], signal)).toBe('1 of 1 link seen to deliver again');
  vi.advanceTimersByTime(200);
  expect(arrived).toEqual([]);
});

test('clients and services are never cut off', async () => {
  const { router, send, arrived } = network();
  const all = ['n1', 'n2', 'n3'].flatMap((from) =>
    ['n1', 'n2', 'n3'].filter((to) => to !== from).map((to) => cut(from, to)),
  );
  await router.shape('partition', all, signal);
  send('c0', 'n1');
  send('n1', 'lin-kv');
  send('n1', 'n2');
  expect(arrived).toEqual(['c0>n1 {}', 'n1>lin-kv {}']);
});

test('rules of one owner stay when another heals its own', async () => {
  const { router, send, arrived } = network();
  await router.shape('a', [cut('n1', 'n2')], signal);
  await router.shape('b', [cut('n1', 'n2'), cut('n1', 'n3')], signal);
  expect(await router.shape('b', [], signal)).toMatch(/^1 of 1 link seen to deliver again; /);
  send('n1', 'n2');
  send('n1', 'n3');
  expect(arrived).toEqual(['n1>n3 {}']);
  await router.shape('a', [], signal);
  send('n1', 'n2');
  expect(arrived).toHaveLength(2);
});

test('a new set of rules replaces the old one, and both are verified', async () => {
  const { router } = network();
  await router.shape('a', [cut('n1', 'n2')], signal);
  expect(await router.shape('a', [cut('n2', 'n1')], signal)).toBe(
    '1 of 1 link seen to drop; 1 of 1 link seen to deliver again',
  );
});

test('healing links that another fault still harms says so', async () => {
  const { router } = network();
  const slow: LinkRule = {
    ...{ from: 'n1', to: 'n2' },
    effect: { kind: 'delay', meanMs: 10, jitterMs: 0 },
  };
  await router.shape('packet', [slow], signal);
  await router.shape('partition', [cut('n1', 'n2'), cut('n1', 'n3')], signal);
  expect(await router.shape('partition', [], signal)).toBe(
    '1 of 1 link seen to deliver again; 1 link given back, still harmed by another fault',
  );
  await router.shape('partition', [cut('n1', 'n2')], signal);
  expect(await router.shape('partition', [], signal)).toBe(
    '1 link given back, still harmed by another fault',
  );
});

test('healing what has no rules is fine', async () => {
  expect(await network().router.shape('a', [], signal)).toBe('no link had a rule');
});

test.each<[string, LinkRule, RegExp]>([
  ['a client', cut('c0', 'n1'), /"c0", which is not a node/],
  ['a service', cut('n1', 'lin-kv'), /"lin-kv", which is not a node/],
  [
    'a probability above 1',
    { from: 'n1', to: 'n2', effect: { kind: 'loss', probability: 30 } },
    /from 0 to 1/,
  ],
  [
    'a negative delay',
    { from: 'n1', to: 'n2', effect: { kind: 'delay', meanMs: -1, jitterMs: 0 } },
    /negative/,
  ],
])('a rule with %s is refused and changes nothing', async (_, rule, message) => {
  const { router, send, arrived } = network();
  await expect(router.shape('a', [rule], signal)).rejects.toThrow(message);
  send('n1', 'n2');
  expect(arrived).toHaveLength(1);
});

test('verifying a fault does not shift the draws for the messages', async () => {
  const latency = { meanMs: 50, distribution: 'exponential' } as const;
  const orderOf = async (isProbed: boolean): Promise<readonly string[]> => {
    const { router, send, arrived } = network(latency);
    if (isProbed) {
      await router.shape(
        'a',
        [{ from: 'n2', to: 'n3', effect: { kind: 'loss', probability: 0.5 } }],
        signal,
      );
    }
    for (let i = 0; i < 20; i += 1) send('n1', 'n2', `{"i":${i}}`);
    vi.advanceTimersByTime(10_000);
    return arrived;
  };
  expect(await orderOf(true)).toEqual(await orderOf(false));
});

test('messages are counted as Maelstrom counts them: lost ones as sent, copies as received', async () => {
  const { router, ledger, send } = network();
  const always = (kind: 'loss' | 'duplicate' | 'corrupt'): LinkEffect => ({ kind, probability: 1 });
  await router.shape(
    'packet',
    [
      { from: 'n1', to: 'n2', effect: always('duplicate') },
      { from: 'n2', to: 'n1', effect: always('loss') },
      { from: 'n1', to: 'n3', effect: always('corrupt') },
    ],
    signal,
  );
  send('n1', 'n2');
  send('n2', 'n1');
  send('n1', 'n3');
  send('c0', 'n1');
  expect(ledger.stats()).toEqual({
    all: { sendCount: 4, receiveCount: 4, messageCount: 4 },
    clients: { sendCount: 1, receiveCount: 1, messageCount: 1 },
    servers: { sendCount: 3, receiveCount: 3, messageCount: 3 },
    dropped: 1,
    duplicated: 1,
    corrupted: 1,
  });
});

test('a closed network delivers nothing more', () => {
  const { router, send, arrived } = network({ meanMs: 10, distribution: 'constant' });
  send('n1', 'n2');
  router.close();
  send('c0', 'n1');
  vi.advanceTimersByTime(100);
  expect(arrived).toEqual([]);
});
