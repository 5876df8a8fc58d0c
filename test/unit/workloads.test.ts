/** Workloads against made-up systems: a perfect one is valid, and one that errs is caught. */
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import { isArray } from '../../src/base/json.ts';
import { prng } from '../../src/base/prng.ts';
import type { Verdict } from '../../src/checker/verdict.ts';
import { anomaliesOf, worst } from '../../src/checker/verdict.ts';
import { rpcClient } from '../../src/client/rpc-client.ts';
import { type ClientOp, type RpcChannel, RpcError } from '../../src/contract/client.ts';
import type { Workload } from '../../src/contract/workload.ts';
import { type SimulatedOp, simulate } from '../../src/generator/simulate.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { HistoryEvent, Outcome } from '../../src/history/event.ts';
import { completeOptions } from '../../src/plan/parse.ts';
import { planSchedule } from '../../src/runner/schedule.ts';
import broadcast from '../../workloads/broadcast.ts';
import counter from '../../workloads/counter.ts';
import echo from '../../workloads/echo.ts';
import set from '../../workloads/set.ts';
import uniqueIds from '../../workloads/unique-ids.ts';
import { samplePlan } from './report/sample-runs.ts';

const nodes = ['n1', 'n2', 'n3'];
const ms = 1_000_000;
const second = 1000 * ms;

type System = (op: SimulatedOp) => Outcome;

const ok = (value: Json): Outcome => ({ type: 'ok', value });
const lost: Outcome = { type: 'info', error: ['net-timeout', ''] };

async function historyWith(
  workload: Workload,
  system: System,
  given: Readonly<Record<string, string>> = {},
): Promise<readonly HistoryEvent[]> {
  const options = completeOptions(workload.name, workload.options, given);
  const schedule = workload.generator({ rng: prng(7), nodes, concurrency: 6, options });
  const plan = { ...samplePlan, rateHz: 200, timeLimitMs: 2000 };
  const generator = await planSchedule(plan, schedule, prng(8), { knowsPrimaries: false });
  return simulate(generator, {
    concurrency: 6,
    seed: 9,
    respond: (op) => ({ latencyNs: ms + ((op.atNs / 7) % ms), outcome: system(op) }),
  });
}

async function verdictsOf(
  workload: Workload,
  system: System,
  given: Readonly<Record<string, string>> = {},
): Promise<readonly Verdict[]> {
  const history = historyOf([...(await historyWith(workload, system, given))]);
  const limits = { timeoutMs: 10_000, memoryMb: 256, nowMs: () => 0 };
  const [model = ''] = workload.models;
  return workload
    .checkers(model, completeOptions(workload.name, workload.options, given))
    .map((checker) => checker.check(history, limits));
}

const validity = (verdicts: readonly Verdict[]) => worst(verdicts.map(({ valid }) => valid));
const types = (verdicts: readonly Verdict[]) =>
  new Set(verdicts.flatMap(anomaliesOf).map(({ type }) => type));

/** Sees everything at once; each op happens when it is invoked. */
function setSystem(
  add: string,
  options: { forgets?: Json; tells?: (n: number) => boolean } = {},
): System {
  const elements: Json[] = [];
  let reads = 0;
  return ({ f, value = null }) => {
    if (f !== add) {
      reads += 1;
      return ok([...elements]);
    }
    if (value !== options.forgets && (options.tells?.(reads) ?? true)) elements.push(value);
    return ok(value);
  };
}

function counterSystem(
  times: (n: number) => number,
  outcome: (n: number) => Outcome | undefined,
): System {
  let [sum, adds] = [0, 0];
  return ({ f, value = null }) => {
    if (f === 'read') return ok(sum);
    adds += 1;
    sum += Number(value) * times(adds);
    return outcome(adds) ?? ok(value);
  };
}

describe('a perfect system is valid', () => {
  let id = 0;
  const cases: readonly (readonly [string, Workload, () => System])[] = [
    [
      'echo',
      echo,
      () =>
        ({ value = null }) =>
          ok(value),
    ],
    ['unique-ids', uniqueIds, () => () => ok((id += 1))],
    ['broadcast', broadcast, () => setSystem('broadcast')],
    ['set', set, () => setSystem('add')],
    [
      'counter',
      counter,
      () =>
        counterSystem(
          () => 1,
          () => undefined,
        ),
    ],
    [
      'counter with adds of unknown outcome, half of which happened',
      counter,
      () =>
        counterSystem(
          (n) => (n % 10 === 0 ? 0 : 1),
          (n) => (n % 5 === 0 ? lost : undefined),
        ),
    ],
  ];
  test.each(cases)('%s', async (_name, workload, make) => {
    const verdicts = await verdictsOf(workload, make());
    expect(verdicts.flatMap(anomaliesOf)).toEqual([]);
    expect(validity(verdicts)).toBe(true);
  });
});

describe('a system that errs is caught', () => {
  test('an echo of something else', async () => {
    const system: System = ({ value = null, atNs }) => ok(atNs > second ? 'other' : value);
    expect(types(await verdictsOf(echo, system))).toEqual(new Set(['wrong-echo']));
  });

  test('an id handed out twice', async () => {
    let id = 0;
    const system: System = () => ok((id = id === 100 ? 50 : id + 1));
    expect(types(await verdictsOf(uniqueIds, system))).toEqual(new Set(['duplicate-id']));
  });

  test.each([
    ['broadcast', broadcast, 'broadcast'],
    ['set', set, 'add'],
  ])('%s: one acknowledged element that no node ever shows', async (_name, workload, add) => {
    const found = types(await verdictsOf(workload, setSystem(add, { forgets: 17 })));
    expect([...found].some((type) => type.startsWith('lost'))).toBe(true);
  });

  test('broadcast: one node that lacks a message in the end, though another has it', async () => {
    const elements: Json[] = [];
    const system: System = ({ f, value = null, process }) => {
      if (f === 'broadcast') elements.push(value);
      return ok(f === 'read' && Number(process) % 3 === 1 ? elements.slice(1) : [...elements]);
    };
    expect(types(await verdictsOf(broadcast, system))).toContain('lost-element');
  });

  test('counter: an add that counts twice', async () => {
    const system = counterSystem(
      (n) => (n === 40 ? 2 : 1),
      () => undefined,
    );
    expect(types(await verdictsOf(counter, system))).toEqual(new Set(['out-of-bounds']));
  });
});

describe('the end of a run', () => {
  test('waits for nodes that converge late, and ends at once where they are quick', async () => {
    let latest = 0;
    const late = (delayNs: number): System => {
      const elements: (readonly [atNs: number, value: Json])[] = [];
      return ({ f, value = null, atNs }) => {
        latest = atNs;
        if (f === 'add') {
          elements.push([atNs, value]);
          return ok(value);
        }
        return ok(elements.filter(([at]) => at + delayNs <= atNs).map(([, element]) => element));
      };
    };
    expect(validity(await verdictsOf(set, late(0)))).toBe(true);
    expect(latest).toBeLessThan(2.5 * second);
    expect(validity(await verdictsOf(set, late(4 * second)))).toBe(true);
    expect(latest).toBeGreaterThan(5 * second);
    expect(validity(await verdictsOf(set, late(4 * second), { 'settle-time': '1' }))).toBe(false);
  });

  test('every client makes one final read, and tries again if it fails', async () => {
    let refusals = 0;
    const elements: Json[] = [];
    const history = await historyWith(set, ({ f, value = null, final }) => {
      if (f === 'add') elements.push(value);
      if (final && refusals < 2) {
        refusals += 1;
        return { type: 'fail', error: ['temporarily-unavailable', ''] };
      }
      return ok([...elements]);
    });
    const finals = history.filter(({ final, type }) => final === true && type === 'ok');
    expect(new Set(finals.map(({ process }) => process)).size).toBe(6);
  });
});

test('g-counter only adds, pn-counter takes away too', async () => {
  const deltas = async (given: Readonly<Record<string, string>>) => {
    const history = await historyWith(
      counter,
      counterSystem(
        () => 1,
        () => undefined,
      ),
      given,
    );
    return history
      .filter(({ f, type }) => f === 'add' && type === 'invoke')
      .map(({ value }) => Number(value));
  };
  expect(Math.min(...(await deltas(counter.aliasOptions['g-counter'])))).toBe(0);
  expect(Math.min(...(await deltas({})))).toBe(-5);
  expect(Math.max(...(await deltas({})))).toBe(4);
});

/** A node that answers every request with the same reply. */
function nodeSaying(reply: JsonObject | RpcError): RpcChannel & { readonly asked: JsonObject[] } {
  const asked: JsonObject[] = [];
  return {
    node: 'n1',
    asked,
    request: async (body) => {
      asked.push(body);
      if (reply instanceof RpcError) throw reply;
      return reply;
    },
    close: () => undefined,
  };
}

const call = (f: string, value: Json = null): ClientOp => ({
  process: 0,
  f,
  key: undefined,
  value,
  final: false,
});

describe('requests and replies, byte for byte as Maelstrom has them', () => {
  const cases: readonly (readonly [
    workload: Workload,
    call: readonly [f: string, value: Json],
    request: JsonObject,
    reply: JsonObject,
    result: Json,
  ])[] = [
    [echo, ['echo', 'hi'], { type: 'echo', echo: 'hi' }, { type: 'echo_ok', echo: 'hi' }, 'hi'],
    [
      uniqueIds,
      ['generate', null],
      { type: 'generate' },
      { type: 'generate_ok', id: [1, 'a'] },
      [1, 'a'],
    ],
    [broadcast, ['broadcast', 5], { type: 'broadcast', message: 5 }, { type: 'broadcast_ok' }, 5],
    [broadcast, ['read', null], { type: 'read' }, { type: 'read_ok', messages: [1, 2] }, [1, 2]],
    [broadcast, ['read', null], { type: 'read' }, { type: 'read_ok', messages: null }, []],
    [set, ['read', null], { type: 'read' }, { type: 'read_ok', value: null }, []],
    [set, ['add', 5], { type: 'add', element: 5 }, { type: 'add_ok' }, 5],
    [set, ['read', null], { type: 'read' }, { type: 'read_ok', value: [1] }, [1]],
    [counter, ['add', -3], { type: 'add', delta: -3 }, { type: 'add_ok' }, -3],
    [counter, ['read', null], { type: 'read' }, { type: 'read_ok', value: 12 }, 12],
  ];
  const signal = new AbortController().signal;

  test.each(cases)('%o %o', async (workload, [f, value], request, reply, result) => {
    const rpc = nodeSaying({ ...reply, in_reply_to: 1, msg_id: 4 });
    const client = workload.maelstrom?.(rpc, {});
    expect(await client?.invoke(call(f, value), signal)).toEqual({ type: 'ok', value: result });
    expect(rpc.asked).toEqual([request]);
  });

  test.each([
    [{ type: 'read_ok', in_reply_to: 1 }, 'read_ok lacks "messages", a list'],
    [{ type: 'read_ok', in_reply_to: 1, messages: 'none' }, 'read_ok needs a list as "messages"'],
    [
      { type: 'read_ok', in_reply_to: 1, messages: [], more: 1 },
      'read_ok has only messages, but there is "more"',
    ],
  ])('%o is refused with the reason first', async (reply, reason) => {
    const outcome = await broadcast.maelstrom(nodeSaying(reply)).invoke(call('read'), signal);
    expect(outcome).toMatchObject({
      type: 'fail',
      error: ['malformed-rpc-response', expect.stringContaining('n1 answered')],
    });
    expect(outcome.type === 'ok' ? '' : outcome.error[1]).toMatch(new RegExp(`^${reason}`));
  });

  test.each([
    ['broadcast', false, 'info'],
    ['broadcast', true, 'fail'],
    ['read', false, 'fail'],
  ])('an error of %s that is definite: %o is %s', async (f, definite, type) => {
    const rpc = nodeSaying(new RpcError('some-error', 'why', definite));
    expect(await broadcast.maelstrom(rpc).invoke(call(f, 1), signal)).toEqual({
      type,
      error: ['some-error', 'why'],
    });
  });

  test('an error code that is an answer is ok', async () => {
    const client = rpcClient(nodeSaying(new RpcError('key-does-not-exist', '', true)), {
      read: {
        request: () => ({ type: 'read' }),
        reply: {},
        isHarmless: true,
        answers: { 'key-does-not-exist': null },
      },
    });
    expect(await client.invoke(call('read'), signal)).toEqual({ type: 'ok', value: null });
  });
});

describe('topologies', () => {
  const told = async (topology: string, count: number): Promise<Record<string, string[]>> => {
    const rpc = nodeSaying({ type: 'topology_ok' });
    const names = Array.from({ length: count }, (_, i) => `n${i}`);
    await broadcast.prepare(rpc, names, { topology });
    expect(rpc.asked[0]).toMatchObject({ type: 'topology' });
    return rpc.asked[0]?.['topology'] as unknown as Record<string, string[]>;
  };

  test('a grid is as wide as it is high', async () => {
    expect(await told('grid', 6)).toEqual({
      n0: ['n1', 'n3'],
      n1: ['n0', 'n2', 'n4'],
      n2: ['n1', 'n5'],
      n3: ['n0', 'n4'],
      n4: ['n1', 'n3', 'n5'],
      n5: ['n2', 'n4'],
    });
  });

  test('a tree4 has four below each', async () => {
    const tree = await told('tree4', 25);
    expect(tree['n0']).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(tree['n5']).toEqual(['n1', 'n21', 'n22', 'n23', 'n24']);
  });

  test.each(
    ['grid', 'line', 'tree', 'tree2', 'tree3', 'tree4', 'total'].flatMap((name) =>
      [1, 2, 5, 12, 25].map((count) => [name, count] as const),
    ),
  )('%s of %i nodes is connected, and neighbours are mutual', async (name, count) => {
    const topology = await told(name, count);
    const reached = new Set(['n0']);
    for (const node of reached) for (const next of topology[node] ?? []) reached.add(next);
    expect(reached.size).toBe(count);
    for (const [node, neighbours] of Object.entries(topology))
      for (const next of neighbours) expect(topology[next]).toContain(node);
    expect(isArray(topology['n0'])).toBe(true);
  });

  test('a node that refuses its topology is told what to do', async () => {
    const rpc = nodeSaying(new RpcError('not-supported', 'unknown type', true));
    await expect(broadcast.prepare(rpc, nodes, {})).rejects.toThrow(
      /n1 did not take its topology.*unknown type[\s\S]*topology_ok/,
    );
  });
});
