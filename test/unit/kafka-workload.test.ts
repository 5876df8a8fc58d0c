/** The workload kafka: what its client asks of a node and keeps in mind, and whom it catches. */
import { describe, expect, test } from 'vitest';
import { canonical, isArray, isObject, type Json, type JsonObject } from '../../src/base/json.ts';
import { prng } from '../../src/base/prng.ts';
import { anomaliesOf, type Verdict, worst } from '../../src/checker/verdict.ts';
import { type ClientOp, type RpcChannel, RpcError } from '../../src/contract/client.ts';
import { type SimulatedOp, simulate } from '../../src/generator/simulate.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { Outcome } from '../../src/history/event.ts';
import { completeOptions } from '../../src/plan/parse.ts';
import { planSchedule } from '../../src/runner/schedule.ts';
import kafka from '../../workloads/kafka.ts';
import { samplePlan } from './report/sample-runs.ts';

const ms = 1_000_000;
const signal = new AbortController().signal;

const call = (f: string, value: Json): ClientOp => ({
  process: 0,
  f,
  key: undefined,
  value,
  final: false,
});
const poll = call('poll', [['poll']]);

/** One node whose logs are as given, and that keeps what is committed. */
class Broker implements RpcChannel {
  readonly node = 'n1';
  readonly asked: JsonObject[] = [];
  readonly committed: Record<string, number> = {};
  refuses = '';
  /** Requests of this type are never answered. */
  loses = '';
  readonly #logs: Readonly<Record<string, readonly Json[]>>;

  constructor(logs: Readonly<Record<string, readonly Json[]>>) {
    this.#logs = logs;
  }

  async request(body: JsonObject): Promise<JsonObject> {
    this.asked.push(body);
    const { type, offsets = {} } = body;
    if (type === this.loses) throw new RpcError('timeout', 'no answer', false);
    if (type === this.refuses) throw new RpcError('temporarily-unavailable', 'no', true);
    const given = isObject(offsets) ? offsets : {};
    if (type === 'send') return { type: 'send_ok', offset: 7 };
    if (type === 'poll') return { type: 'poll_ok', msgs: this.#from(given) };
    if (type === 'list_committed_offsets')
      return { type: 'list_committed_offsets_ok', offsets: { ...this.committed } };
    for (const [key, offset] of Object.entries(given)) this.committed[key] = Number(offset);
    return { type: 'commit_offsets_ok' };
  }

  close(): void {
    // Nothing is open.
  }

  #from(offsets: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(offsets).map(([key, from]) => [
        key,
        (this.#logs[key] ?? []).map((message, i) => [i, message]).slice(Number(from)),
      ]),
    );
  }
}

describe('its client', () => {
  test('a key whose messages are sent as null has none', async () => {
    const broker = new Broker({});
    broker.request = async ({ type }) =>
      type === 'poll'
        ? { type: 'poll_ok', msgs: { '3': null } }
        : { type: 'list_committed_offsets_ok', offsets: {} };
    const client = kafka.maelstrom(broker);
    await client.invoke(call('assign', ['3']), signal);
    expect(await client.invoke(call('poll', [['poll']]), signal)).toEqual({
      type: 'ok',
      value: [['poll', { '3': [] }]],
    });
  });

  test('speaks as Maelstrom has it', async () => {
    const broker = new Broker({ '3': [16, 17] });
    const client = kafka.maelstrom(broker);
    expect(await client.invoke(call('assign', ['3']), signal)).toEqual({
      type: 'ok',
      value: { keys: ['3'], committed: {}, from: { '3': 0 } },
    });
    expect(await client.invoke(poll, signal)).toEqual({
      type: 'ok',
      value: [
        [
          'poll',
          {
            '3': [
              [0, 16],
              [1, 17],
            ],
          },
        ],
        ['commit', { '3': 1 }],
      ],
    });
    expect(await client.invoke(call('send', [['send', '3', 18]]), signal)).toEqual({
      type: 'ok',
      value: [['send', '3', [7, 18]]],
    });
    expect(broker.asked).toEqual([
      { type: 'list_committed_offsets', keys: ['3'] },
      { type: 'poll', offsets: { '3': 0 } },
      { type: 'commit_offsets', offsets: { '3': 1 } },
      { type: 'send', key: '3', msg: 18 },
    ]);
  });

  test('goes on where it stands, and its successor where it had committed', async () => {
    const broker = new Broker({ '3': [16, 17] });
    const first = kafka.maelstrom(broker);
    await first.invoke(call('assign', ['3']), signal);
    await first.invoke(poll, signal);
    await first.invoke(poll, signal);
    expect(broker.asked.at(-1)).toEqual({ type: 'poll', offsets: { '3': 2 } });
    const second = kafka.maelstrom(broker);
    await second.invoke(call('assign', ['3', '4']), signal);
    await second.invoke(poll, signal);
    expect(broker.asked.at(-1)).toEqual({ type: 'poll', offsets: { '3': 2, '4': 0 } });
    await second.invoke(call('assign', { keys: ['3'], seek: 'beginning' }), signal);
    await second.invoke(poll, signal);
    expect(broker.asked.at(-2)).toEqual({ type: 'poll', offsets: { '3': 0 } });
  });

  test('has polled nothing that it could not commit, and asks for it again', async () => {
    const broker = new Broker({ '3': [16] });
    const client = kafka.maelstrom(broker);
    await client.invoke(call('assign', ['3']), signal);
    broker.refuses = 'commit_offsets';
    expect((await client.invoke(poll, signal)).type).toBe('fail');
    broker.refuses = '';
    await client.invoke(poll, signal);
    expect(broker.asked.filter(({ type }) => type === 'poll')).toEqual([
      { type: 'poll', offsets: { '3': 0 } },
      { type: 'poll', offsets: { '3': 0 } },
    ]);
  });

  test('has polled what it may have committed, and says that nobody knows', async () => {
    const broker = new Broker({ '3': [16] });
    const client = kafka.maelstrom(broker);
    await client.invoke(call('assign', ['3']), signal);
    broker.loses = 'commit_offsets';
    expect(await client.invoke(poll, signal)).toEqual({
      type: 'ok',
      value: [
        ['poll', { '3': [[0, 16]] }],
        ['commit', { '3': 0 }, 'unknown'],
      ],
    });
    await client.invoke(poll, signal);
    expect(broker.asked.at(-1)).toEqual({ type: 'poll', offsets: { '3': 1 } });
  });

  test('reads from the beginning at the end, whatever is said of commits', async () => {
    const broker = new Broker({ '3': [16] });
    const client = kafka.maelstrom(broker);
    const toBeginning = call('assign', { keys: ['3'], seek: 'beginning' });
    expect(await client.invoke(toBeginning, signal)).toMatchObject({
      value: { committed: {}, from: { '3': 0 } },
    });
    broker.loses = 'list_committed_offsets';
    expect(await client.invoke(toBeginning, signal)).toEqual({
      type: 'ok',
      value: { keys: ['3'], from: { '3': 0 } },
    });
    expect((await client.invoke(call('assign', ['4']), signal)).type).toBe('fail');
  });

  test('a send is unknown where a poll failed', async () => {
    const silent: RpcChannel = {
      node: 'n1',
      request: () => Promise.reject(new RpcError('timeout', 'no answer', false)),
      close: () => undefined,
    };
    const client = kafka.maelstrom(silent);
    expect((await client.invoke(call('send', [['send', '3', 18]]), signal)).type).toBe('info');
    expect((await client.invoke(poll, signal)).type).toBe('fail');
    expect((await client.invoke(call('crash', null), signal)).type).toBe('info');
  });
});

/** Logs that all see at once; `offsetOf` says where a message goes. */
function logSystem(
  offsetOf: (log: readonly Json[], message: number) => number,
): (op: SimulatedOp) => Outcome {
  const logs = new Map<string, Json[]>();
  const next = new Map<number | 'nemesis', Map<string, number>>();
  return ({ f, process, value = null }) => {
    if (f === 'crash') return { type: 'info', error: ['crashed', ''] };
    if (f === 'assign') {
      const keys = isObject(value) ? value['keys'] : value;
      const old = isObject(value) ? undefined : next.get(process);
      const named = isArray(keys) ? keys.map(String) : [];
      next.set(process, new Map(named.map((key) => [key, old?.get(key) ?? 0])));
      return { type: 'ok', value };
    }
    const [step] = isArray(value) ? value : [];
    const [, key = '', message = null] = isArray(step) ? step : [];
    if (f === 'send') {
      const name = typeof key === 'string' ? key : canonical(key);
      const log = logs.get(name) ?? [];
      logs.set(name, log);
      const offset = offsetOf(log, Number(message));
      log[offset] = message;
      return { type: 'ok', value: [['send', key, [offset, message]]] };
    }
    const places = next.get(process) ?? new Map<string, number>();
    const shown = [...places].map(([each, from]) => {
      const log = logs.get(each) ?? [];
      places.set(each, Math.max(from, log.length));
      return [each, log.map((item, i) => [i, item]).slice(from)];
    });
    return { type: 'ok', value: [['poll', Object.fromEntries(shown) as JsonObject]] };
  };
}

async function verdictsOn(system: (op: SimulatedOp) => Outcome): Promise<readonly Verdict[]> {
  const options = completeOptions('kafka', kafka.options, {});
  const nodes = ['n1', 'n2'];
  const schedule = kafka.generator({ rng: prng(7), nodes, concurrency: 4, options });
  const plan = { ...samplePlan, rateHz: 500, timeLimitMs: 2000 };
  const generator = await planSchedule(plan, schedule, prng(8), { knowsPrimaries: false });
  const events = simulate(generator, {
    concurrency: 4,
    seed: 9,
    respond: (op) => ({ latencyNs: ms + ((op.atNs / 7) % ms), outcome: system(op) }),
  });
  const limits = { timeoutMs: 10_000, memoryMb: 256, nowMs: () => 0 };
  const history = historyOf([...events]);
  return kafka.checkers('kafka', options).map((checker) => checker.check(history, limits));
}

describe('its verdict', () => {
  test('a log that keeps each message in its place is valid', async () => {
    const verdicts = await verdictsOn(logSystem((log) => log.length));
    expect(verdicts.flatMap(anomaliesOf)).toEqual([]);
    expect(worst(verdicts.map(({ valid }) => valid))).toBe(true);
  });

  test('a place that is used twice is told', async () => {
    const reuses = (log: readonly Json[], message: number) =>
      message % 10 === 0 ? Math.max(0, log.length - 1) : log.length;
    const types = (await verdictsOn(logSystem(reuses))).flatMap(anomaliesOf);
    expect(types.map(({ type }) => type)).toContain('inconsistent-offsets');
  });
});
