/** Transactional workloads: what they draw, what they say to a node, and how errors are taken. */
import { describe, expect, test } from 'vitest';
import { isArray, type Json, type JsonObject } from '../../src/base/json.ts';
import { prng } from '../../src/base/prng.ts';
import { type Client, type RpcChannel, RpcError } from '../../src/contract/client.ts';
import { clients, limit } from '../../src/generator/combinators.ts';
import { simulate } from '../../src/generator/simulate.ts';
import {
  randomTransactions,
  readAllKeys,
  transactionShape,
} from '../../src/generator/transactions.ts';
import type { HistoryEvent } from '../../src/history/event.ts';
import bank from '../../workloads/bank.ts';
import listAppend from '../../workloads/list-append.ts';
import longFork from '../../workloads/long-fork.ts';
import rwRegister from '../../workloads/rw-register.ts';
import writeSkew from '../../workloads/write-skew.ts';

const defaults = {
  'key-count': '10',
  'key-dist': 'exponential',
  'min-txn-length': '1',
  'max-txn-length': '4',
  'max-writes-per-key': '16',
};

type Operation = readonly [f: string, key: number, value: number | null];

function transactionsOf(
  options: Readonly<Record<string, string>>,
): readonly (readonly Operation[])[] {
  const shape = transactionShape('append', { ...defaults, ...options });
  const events = simulate(clients(limit(3000, randomTransactions(prng(7), shape))), {
    concurrency: 5,
    seed: 1,
    respond: ({ value = null }) => ({ latencyNs: 10, outcome: { type: 'ok', value } }),
  });
  return events
    .filter(({ type }) => type === 'invoke')
    .map(({ value }) => value as unknown as readonly Operation[]);
}

describe('random transactions', () => {
  const all = transactionsOf({});
  const operations = all.flat();
  const appends = operations.filter(([f]) => f === 'append');

  test('have every length that was asked for, and no other', () => {
    expect(new Set(all.map((txn) => txn.length))).toEqual(new Set([1, 2, 3, 4]));
    const long = transactionsOf({ 'min-txn-length': '3', 'max-txn-length': '3' });
    expect(new Set(long.map((txn) => txn.length))).toEqual(new Set([3]));
  });

  test('read about as often as they write', () => {
    expect(appends.length / operations.length).toBeCloseTo(0.5, 1);
  });

  test('append 1, 2, 3, … to each key, and no more than max-writes-per-key', () => {
    for (const key of new Set(appends.map(([, written]) => written))) {
      const own = appends.filter(([, written]) => written === key);
      expect(own.map(([, , element]) => element)).toEqual(own.map((_, i) => i + 1));
      expect(own.length).toBeLessThanOrEqual(16);
    }
  });

  test('have never more than key-count keys in use: a new one is the next after a full one', () => {
    const full = new Set<number>();
    for (const [f, key, value] of operations) {
      expect(key).toBeLessThan(10 + full.size);
      if (f === 'append' && value === 16) full.add(key);
    }
  });

  test('draw the key in the last place as often as all others together, if exponential', () => {
    const counts = (options: Readonly<Record<string, string>>): number[] => {
      const found = new Array<number>(10).fill(0);
      const keys = transactionsOf({ ...options, 'max-writes-per-key': '100000' }).flat();
      for (const [, key] of keys) found[key] = (found[key] ?? 0) + 1 / keys.length;
      return found;
    };
    expect(counts({})[9]).toBeCloseTo(0.5, 1);
    expect(counts({ 'key-dist': 'uniform' })[9]).toBeCloseTo(0.1, 1);
    expect(counts({ 'key-dist': 'zipf' })[0]).toBeCloseTo(0.34, 1);
  });

  test.each([
    [{ 'key-count': '0' }, /key-count takes a whole number from 1/],
    [{ 'max-txn-length': 'four' }, /max-txn-length .* got "four"/],
    [{ 'min-txn-length': '5' }, /max-txn-length=4 is less than min-txn-length=5/],
  ])('refuse %o', (options, message) => {
    expect(() => transactionShape('w', { ...defaults, ...options })).toThrow(message);
  });

  test('end with a read of every key, once', () => {
    const completions = all.map((value): HistoryEvent => {
      return {
        index: 0,
        time: 0,
        type: 'ok',
        process: 0,
        f: 'txn',
        value: value,
      };
    });
    const events = simulate(clients(readAllKeys(completions)), {
      concurrency: 2,
      respond: ({ value = null }) => ({ latencyNs: 10, outcome: { type: 'ok', value } }),
    });
    const reads = events.filter(({ type }) => type === 'invoke');
    const keys = reads.flatMap(({ value }) => value as unknown as readonly Operation[]);
    expect(keys.map(([, key]) => key).toSorted((a, b) => a - b)).toEqual(
      [...new Set(operations.map(([, key]) => key))].toSorted((a, b) => a - b),
    );
    expect(reads.every(({ final }) => final === true)).toBe(true);
  });
});

/** A channel to a node that answers as it is told. */
function answering(answer: (body: JsonObject) => JsonObject | RpcError): RpcChannel {
  return {
    node: 'n1',
    request: (body) => {
      const reply = answer(body);
      return reply instanceof RpcError ? Promise.reject(reply) : Promise.resolve(reply);
    },
    close: () => undefined,
  };
}

function invoke(client: Client | undefined, f: string, value: Json, key?: Json) {
  const op = { process: 0, f, key, value, final: false };
  return client?.invoke(op, new AbortController().signal);
}

const timeout = new RpcError('net-timeout', 'no answer', false);
const conflict = new RpcError('txn-conflict', 'too late', true);

describe.each([
  ['list-append', listAppend, 'append'],
  ['rw-register', rwRegister, 'w'],
] as const)('the client of %s', (_name, workload, write) => {
  const mixed = [
    ['r', 1, null],
    [write, 1, 2],
  ];

  test('sends Maelstrom’s txn and returns what came back', async () => {
    const sent: JsonObject[] = [];
    const channel = answering((body) => {
      sent.push(body);
      return {
        type: 'txn_ok',
        txn: [
          ['r', 1, 5],
          [write, 1, 2],
        ],
      };
    });
    expect(await invoke(workload.maelstrom(channel), 'txn', mixed)).toEqual({
      type: 'ok',
      value: [
        ['r', 1, 5],
        [write, 1, 2],
      ],
    });
    expect(sent).toEqual([{ type: 'txn', txn: mixed }]);
  });

  test.each([
    ['a conflict', conflict, mixed, 'fail'],
    ['no answer to a write', timeout, mixed, 'info'],
    ['no answer to reads alone', timeout, [['r', 1, null]], 'fail'],
  ])('takes %s as %#', async (_what, error, value, type) => {
    const outcome = await invoke(workload.maelstrom(answering(() => error)), 'txn', value);
    expect(outcome).toEqual({ type, error: [error.code, error.message] });
  });

  test.each([
    ['too few results', [['r', 1, null]]],
    [
      'a result that is no list of three',
      [
        ['r', 1, null],
        [write, 1],
      ],
    ],
    ['no results', undefined],
  ])('takes a reply with %s as unknown: it may have been committed', async (_what, txn) => {
    const channel = answering(() => ({ type: 'txn_ok', ...(txn === undefined ? {} : { txn }) }));
    expect(await invoke(workload.maelstrom(channel), 'txn', mixed)).toMatchObject({
      type: 'info',
      error: ['malformed-rpc-response', expect.stringContaining('a list of 2 lists')],
    });
  });
});

describe('write-skew', () => {
  const finding = (a: Json, b: Json): RpcChannel =>
    answering(({ txn = null }) => {
      const write: Json = isArray(txn) ? (txn[2] ?? null) : null;
      return { type: 'txn_ok', txn: [['r', 10, a], ['r', 11, b], write] };
    });

  test('an insert that finds no row succeeded', async () => {
    const client = writeSkew.maelstrom(finding(null, null));
    expect(await invoke(client, 'insert', [7, null], 5)).toEqual({ type: 'ok', value: [7, null] });
  });

  test.each([
    [3, null],
    [null, 4],
  ])('an insert that finds the rows %s and %s failed', async (a, b) => {
    const outcome = await invoke(writeSkew.maelstrom(finding(a, b)), 'insert', [null, 8], 5);
    expect(outcome).toMatchObject({ type: 'fail', error: ['row-exists', expect.any(String)] });
  });
});

test('long-fork writes each key once, and its writers read the group of what they wrote', () => {
  const options = { 'group-size': '3' };
  const { main } = longFork.generator({ rng: prng(3), nodes: ['n1'], concurrency: 4, options });
  const events = simulate(clients(limit(500, main)), {
    concurrency: 4,
    seed: 2,
    respond: ({ value = null }) => ({ latencyNs: 10, outcome: { type: 'ok', value } }),
  });
  const written = new Set<number>();
  const last = new Map<unknown, number>();
  for (const { type, process, value } of events) {
    if (type !== 'invoke') continue;
    const operations = value as unknown as readonly Operation[];
    const keys = operations.map(([, key]) => key).toSorted((a, b) => a - b);
    const [first = 0] = keys;
    const before = last.get(process);
    last.delete(process);
    if (operations[0]?.[0] === 'w') {
      expect(before).toBeUndefined();
      expect(written.has(first)).toBe(false);
      written.add(first);
      last.set(process, first);
      continue;
    }
    expect(keys).toEqual([first, first + 1, first + 2]);
    expect(first % 3).toBe(0);
    if (before !== undefined) expect(keys).toContain(before);
  }
  expect(written.size).toBeGreaterThan(100);
});

describe('bank', () => {
  const complete = Object.fromEntries(
    Object.entries(bank.options).map(([name, option]) => [name, option.default]),
  );

  test('asks again until the accounts are open, and they hold the total', async () => {
    let asked = 0;
    let balances: Json = {};
    const channel = answering((body) => {
      asked += 1;
      balances = body['accounts'] ?? null;
      return asked < 3
        ? new RpcError('temporarily-unavailable', 'no leader yet', true)
        : { type: 'open_accounts_ok' };
    });
    await bank.prepare(channel, ['n1'], { ...complete, accounts: '3' });
    expect([asked, balances]).toEqual([3, { 0: 34, 1: 33, 2: 33 }]);
  });

  test('says what a node lacks that knows no accounts', async () => {
    const channel = answering(() => new RpcError('not-supported', 'unknown type', true));
    await expect(bank.prepare(channel, ['n1'], complete)).rejects.toThrow(
      /n1 did not open the accounts .*\nit must answer .*open_accounts/,
    );
  });

  test('never moves money from an account to itself', () => {
    const context = { rng: prng(1), nodes: ['n1'], concurrency: 2, options: complete };
    const events = simulate(clients(limit(1000, bank.generator(context).main)), {
      concurrency: 2,
      respond: ({ value = null }) => ({ latencyNs: 10, outcome: { type: 'ok', value } }),
    });
    const transfers = events.filter(({ f, type }) => f === 'transfer' && type === 'invoke');
    expect(transfers.length).toBeGreaterThan(400);
    for (const { value } of transfers) {
      const { from, to, amount } = value as { from: string; to: string; amount: number };
      expect(from).not.toBe(to);
      expect(amount).toBeGreaterThanOrEqual(1);
      expect(amount).toBeLessThanOrEqual(5);
    }
  });

  test.each([
    [{ accounts: '1' }, /accounts takes a whole number from 2/],
    [{ 'read-share': '1' }, /read-share takes a fraction/],
  ])('refuses %o', (options, message) => {
    const context = { rng: prng(1), nodes: ['n1'], concurrency: 2 };
    expect(() => bank.generator({ ...context, options: { ...complete, ...options } })).toThrow(
      message,
    );
  });
});
