import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { drawInt, type Prng, prng } from '../../src/base/prng.ts';
import * as gen from '../../src/generator/combinators.ts';
import type { Generator, GeneratorContext, OpRequest } from '../../src/generator/generator.ts';
import { Roster } from '../../src/generator/roster.ts';
import {
  type SimulatedOp,
  type SimulatedReply,
  type SimulateOptions,
  simulate,
} from '../../src/generator/simulate.ts';
import type { HistoryEvent, Outcome } from '../../src/history/event.ts';

const second = 1_000_000_000;

function answering(outcome: (op: SimulatedOp) => Outcome, latencyNs = 10) {
  return (op: SimulatedOp): SimulatedReply => ({ latencyNs, outcome: outcome(op) });
}
const perfectly = answering(({ value }) => ({ type: 'ok', value: value ?? null }));
const refusing = answering(() => ({ type: 'fail', error: ['refused', ''] }));
const crashing = answering(() => ({ type: 'info', error: ['timeout', ''] }));

function run(generator: Generator, options: Partial<SimulateOptions> = {}) {
  return simulate(generator, { concurrency: 2, respond: perfectly, ...options });
}

/** Only invocations, as `time process f value`; the nemesis's first halves are among them. */
function calls(history: readonly HistoryEvent[]): string[] {
  const open = new Set<unknown>();
  return history.flatMap((event) => {
    if (event.process === 'nemesis' ? open.delete('nemesis') : event.type !== 'invoke') return [];
    if (event.process === 'nemesis') open.add('nemesis');
    const parts = [event.time, event.process, event.f, event.key, event.value];
    return [
      parts
        .filter((part) => part !== undefined)
        .map(String)
        .join(' '),
    ];
  });
}

function values(history: readonly HistoryEvent[]): unknown[] {
  return history.filter(({ type }) => type === 'invoke').map(({ value }) => value);
}

const op = (f: string, value?: number): OpRequest => (value === undefined ? { f } : { f, value });
const one = (f: string, value?: number) => gen.of(op(f, value));
const forever = (f: string) => gen.repeat(one(f));
const onClients = (inner: Generator) => gen.clients(inner);
const counting = (f: string, from = 0): Generator =>
  gen.repeatedly({ state: from }, (source: Prng) => [
    op(f, source.state),
    { state: source.state + 1 },
  ]);

describe('sources', () => {
  test('of gives each op once, in order, as threads become free', () => {
    expect(calls(run(onClients(gen.of(op('a'), op('b'), op('c')))))).toEqual([
      '0 0 a',
      '0 1 b',
      '10 0 c',
    ]);
  });

  test('repeatedly never ends, and draws from the state of the draw before', () => {
    const drawn = gen.repeatedly(prng(1), (source) => {
      const [value, next] = drawInt(source, 100);
      return [op('x', value), next];
    });
    const history = run(onClients(drawn), { opsMax: 20 });
    expect(values(history)).toHaveLength(20);
    expect(new Set(values(history)).size).toBeGreaterThan(10);
    expect(run(onClients(drawn), { opsMax: 20 })).toEqual(history);
  });

  test('a sequence begins the next one while operations of the one before are open', () => {
    expect(calls(run(onClients(gen.sequence(one('a'), gen.of(), one('b')))))).toEqual([
      '0 0 a',
      '0 1 b',
    ]);
  });

  test('an empty sequence is over at once', () => {
    expect(run(gen.sequence())).toEqual([]);
  });

  test('sleep keeps one thread busy, is not in the history, and is over after its length', () => {
    const schedule = gen.sequence(one('a'), gen.sleep(second), one('b'));
    expect(calls(run(onClients(schedule), { concurrency: 1 }))).toEqual([
      '0 0 a',
      `${second + 10} 0 b`,
    ]);
    expect(calls(run(onClients(schedule)))).toEqual(['0 0 a', '10 0 b']);
  });

  test('log tells the watcher and leaves no event', () => {
    const said: [string, number][] = [];
    const schedule = gen.phases(one('a'), gen.log('half time'), one('b'));
    const history = run(onClients(schedule), { onLog: (text, at) => said.push([text, at]) });
    expect(calls(history)).toEqual(['0 0 a', '10 0 b']);
    expect(said).toEqual([['half time', 10]]);
  });
});

describe('repetition', () => {
  test('limit counts steps, also through a cycle', () => {
    expect(values(run(onClients(gen.limit(3, counting('x')))))).toEqual([0, 1, 2]);
    expect(values(run(onClients(gen.cycle(gen.limit(2, counting('x')), 3))))).toEqual([
      0, 1, 0, 1, 0, 1,
    ]);
    expect(run(gen.limit(0, counting('x')))).toEqual([]);
  });

  test('once and repeat: the state of a repeated generator stays', () => {
    expect(values(run(onClients(gen.once(counting('x')))))).toEqual([0]);
    expect(values(run(onClients(gen.repeat(counting('x', 5), 3))))).toEqual([5, 5, 5]);
  });

  test('a cycle of nothing is nothing, not an endless loop', () => {
    expect(run(gen.cycle(gen.of()))).toEqual([]);
  });

  test('until-ok stops at the first ok of its own', () => {
    const third = answering(({ value }) =>
      value === 2 ? { type: 'ok', value } : { type: 'fail', error: ['no', ''] },
    );
    const history = run(onClients(gen.untilOk(counting('x'))), { concurrency: 1, respond: third });
    expect(values(history)).toEqual([0, 1, 2]);
  });

  test('until-ok goes on after infos, under new processes', () => {
    const late = answering(({ value }) =>
      value === 2 ? { type: 'ok', value } : { type: 'info', error: ['timeout', ''] },
    );
    const history = run(onClients(gen.untilOk(counting('x'))), { concurrency: 1, respond: late });
    expect(calls(history)).toEqual(['0 0 x 0', '10 1 x 1', '20 2 x 2']);
  });

  test("until-ok is not stopped by another generator's ok", () => {
    const mine = gen.limit(5, gen.untilOk(counting('mine')));
    const respond = answering(({ f }) =>
      f === 'mine' ? { type: 'fail', error: ['no', ''] } : { type: 'ok', value: null },
    );
    const both = gen.any(prng(3), mine, gen.limit(5, counting('other')));
    const history = run(onClients(both), { respond });
    expect(history.filter(({ type, f }) => type === 'invoke' && f === 'mine')).toHaveLength(5);
  });

  test('flip-flop alternates until the one whose turn it is has ended', () => {
    const schedule = gen.flipFlop(counting('start'), gen.limit(2, counting('stop')));
    expect(calls(run(onClients(schedule), { concurrency: 1 }))).toEqual([
      '0 0 start 0',
      '10 0 stop 0',
      '20 0 start 1',
      '30 0 stop 1',
      '40 0 start 2',
    ]);
  });

  test('flip-flop passes events on: an until-ok in it ends', () => {
    const schedule = gen.flipFlop(gen.untilOk(counting('a')), counting('b'));
    expect(calls(run(onClients(schedule), { concurrency: 1 }))).toEqual(['0 0 a 0', '10 0 b 0']);
  });

  test('process-limit counts every process that could have been chosen', () => {
    const respond = answering(({ process }) =>
      process === 0 ? { type: 'ok', value: null } : { type: 'info', error: ['timeout', ''] },
    );
    const history = run(onClients(gen.processLimit(5, counting('x'))), { respond });
    const seen = new Set(history.map(({ process }) => process));
    expect([...seen]).toEqual([0, 1, 3, 5, 7]);
  });

  test('concurrency-limit holds, and does not hold for ever', () => {
    const schedule = onClients(gen.limit(10, gen.concurrencyLimit(2, counting('x'))));
    const history = run(schedule, { concurrency: 5, seed: 1 });
    expect(values(history)).toHaveLength(10);
    let open = 0;
    for (const { type } of history) {
      open += type === 'invoke' ? 1 : -1;
      expect(open).toBeLessThanOrEqual(2);
    }
  });
});

describe('timing', () => {
  test('a time limit runs from its first step', () => {
    const late = gen.phases(gen.sleep(100), gen.timeLimit(25, counting('x')), one('after'));
    expect(calls(run(onClients(late), { concurrency: 1 }))).toEqual([
      '100 0 x 0',
      '110 0 x 1',
      '120 0 x 2',
      '130 0 after',
    ]);
  });

  test('a time limit can run from when it is asked, even if its generator has to wait', () => {
    const waiting = gen.sequence(gen.sleep(20), counting('x'));
    const fromAsked = gen.timeLimit(35, gen.synchronize(waiting), 'asked');
    expect(calls(run(onClients(fromAsked), { concurrency: 1 }))).toEqual(['20 0 x 0', '30 0 x 1']);
  });

  test('a time limit of nothing lets nothing through', () => {
    expect(run(onClients(gen.timeLimit(0, counting('x'))))).toEqual([]);
  });

  test('the limit of one phase does not cut the next', () => {
    const phase = (f: string) => gen.timeLimit(15, counting(f));
    expect(calls(run(onClients(gen.phases(phase('a'), phase('b'))), { concurrency: 1 }))).toEqual([
      '0 0 a 0',
      '10 0 a 1',
      '20 0 b 0',
      '30 0 b 1',
    ]);
  });

  test('a step offered for after the limit does not hide one that comes before it', () => {
    // The nemesis wants to act in an hour; the only client is busy when that is asked.
    const later = gen.sequence(gen.once(gen.delay(1, gen.sleep(3600 * second))), one('never'));
    const load = gen.clients(gen.limit(3, counting('x')), later);
    const history = run(gen.timeLimit(second, load), { concurrency: 1 });
    expect(values(history)).toEqual([0, 1, 2]);
  });

  test('a time limit wakes whoever sleeps in it', () => {
    const faults = gen.cycle(gen.sequence(gen.sleep(100 * second), one('break')));
    const schedule = gen.phases(
      gen.timeLimit(second, gen.clients(gen.limit(2, counting('x')), faults)),
      one('after'),
    );
    const last = run(schedule, { concurrency: 1 }).at(-1);
    expect(last).toMatchObject({ f: 'after', time: second + 10 });
  });

  test('stagger: a mean distance, at most twice the mean, over all threads together', () => {
    const staggered = gen.limit(2000, gen.stagger(prng(5), second, counting('x')));
    const history = run(onClients(staggered), { concurrency: 10, seed: 1 });
    const times = history.filter(({ type }) => type === 'invoke').map(({ time }) => time);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * second);
    expect((times.at(-1) ?? 0) / (times.length - 1) / second).toBeCloseTo(1, 1);
  });

  test('stagger does not pay back a stall with a burst', () => {
    // The first answer takes 10 s; a hundred steps would have been due meanwhile.
    const respond = (request: SimulatedOp): SimulatedReply => ({
      latencyNs: request.value === 0 ? 10 * second : 10,
      outcome: { type: 'ok', value: null },
    });
    const staggered = gen.limit(101, gen.stagger(prng(5), second / 10, counting('x')));
    const history = run(onClients(staggered), { concurrency: 1, respond });
    expect(history.at(-1)?.time).toBeGreaterThan(18 * second);
  });

  test('rate 0 is no limit', () => {
    const inner = counting('x');
    expect(gen.rate(prng(1), 0, inner)).toBe(inner);
    const history = run(onClients(gen.limit(1001, gen.rate(prng(1), 1000, inner))), { seed: 2 });
    expect((history.at(-1)?.time ?? 0) / second).toBeCloseTo(1, 1);
  });

  test('delay keeps its distance, and catches up with what was late', () => {
    const respond = (request: SimulatedOp): SimulatedReply => ({
      latencyNs: request.value === 1 ? 350 : 10,
      outcome: { type: 'ok', value: null },
    });
    const delayed = gen.limit(6, gen.delay(100, counting('x')));
    const history = run(onClients(delayed), { concurrency: 1, respond });
    expect(calls(history)).toEqual([
      '0 0 x 0',
      '100 0 x 1',
      '450 0 x 2',
      '460 0 x 3',
      '470 0 x 4',
      '500 0 x 5',
    ]);
  });

  test('cycle-times rotates by the clock and keeps states', () => {
    const windows = gen.cycleTimes([25, counting('a')], [15, counting('b')]);
    const history = run(onClients(gen.timeLimit(65, windows)), { concurrency: 1 });
    expect(calls(history)).toEqual([
      '0 0 a 0',
      '10 0 a 1',
      '20 0 a 2',
      '30 0 b 0',
      '40 0 a 3',
      '50 0 a 4',
      '60 0 a 5',
    ]);
  });

  test('cycle-times: an exhausted turn is quiet, and it ends when all have ended', () => {
    const windows = gen.cycleTimes([25, one('a')], [15, gen.limit(2, counting('b'))]);
    expect(calls(run(onClients(windows), { concurrency: 1 }))).toEqual([
      '0 0 a',
      '25 0 b 0',
      '35 0 b 1',
    ]);
  });
});

describe('phases', () => {
  test('a barrier waits for open operations, crashed processes included', () => {
    const slow = answering(() => ({ type: 'info', error: ['timeout', ''] }), 77);
    const history = run(onClients(gen.phases(gen.limit(2, counting('a')), one('b'))), {
      respond: slow,
    });
    expect(calls(history)).toEqual(['0 0 a 0', '0 1 a 1', '77 2 b']);
  });

  test('andThen puts a barrier between two', () => {
    expect(calls(run(onClients(gen.andThen(one('a'), one('b')))))).toEqual(['0 0 a', '10 0 b']);
  });

  test('no module here exports a then: await import would wait for ever', async () => {
    expect(await import('../../src/generator/combinators.ts')).not.toHaveProperty('then');
    expect(await import('../../src/generator/phases.ts')).not.toHaveProperty('then');
  });

  test('a barrier that has fallen stays down, though threads become busy again', () => {
    const inner = gen.sequence(one('a'), one('b'));
    expect(calls(run(onClients(gen.synchronize(inner))))).toEqual(['0 0 a', '0 1 b']);
  });
});

describe('choice', () => {
  test('any takes whatever comes first, and both when they tie', () => {
    const both = gen.any(prng(9), gen.limit(50, counting('a')), gen.limit(50, counting('b')));
    const history = run(onClients(both), { concurrency: 1 });
    const firstHalf = history.filter(({ type }) => type === 'invoke').slice(0, 50);
    const share = firstHalf.filter(({ f }) => f === 'a').length;
    expect(share).toBeGreaterThan(10);
    expect(share).toBeLessThan(40);
    expect(history).toHaveLength(200);
  });

  test('any does not sleep through a generator that wants to be asked sooner', () => {
    const inAnHour = gen.delay(3600 * second, gen.sequence(one('now'), one('later')));
    const soon = gen.cycleTimes([1000, gen.of()], [1000, gen.limit(1, counting('soon'))]);
    const history = run(onClients(gen.timeLimit(4000, gen.any(prng(1), inAnHour, soon), 'asked')));
    expect(calls(history).map((call) => call.split(' ')[2])).toEqual(['now', 'soon']);
    expect(calls(history)[1]).toBe('1000 0 soon 0');
  });

  test('shortest-any ends with the first that ends', () => {
    const both = gen.shortestAny(prng(9), gen.limit(3, counting('a')), counting('b'));
    const history = run(onClients(both), { opsMax: 1000 });
    expect(history.filter(({ type, f }) => type === 'invoke' && f === 'a')).toHaveLength(3);
    expect(history.length).toBeLessThan(100);
  });

  test('mix picks each as often, and goes on with the rest when one has ended', () => {
    const mixed = gen.mix(prng(4), [gen.limit(10, counting('a')), counting('b'), counting('c')]);
    const history = run(onClients(mixed), { opsMax: 3000, concurrency: 1 });
    const of = (f: string) =>
      history.filter(({ type, ...event }) => type === 'invoke' && event.f === f);
    expect(of('a')).toHaveLength(10);
    expect(Math.abs(of('b').length - of('c').length)).toBeLessThan(200);
  });

  test('mix does not stall when the chosen one is pending or far off', () => {
    const stuck = gen.onThreads((thread) => thread === 7, counting('stuck'));
    const mixed = gen.mix(prng(4), [stuck, gen.delay(second, counting('far')), counting('x')]);
    const history = run(onClients(gen.limit(100, mixed)), { concurrency: 1 });
    expect(history.at(-1)?.time).toBeLessThan(2000);
  });

  test('mix passes events on: an until-ok in it ends', () => {
    const mixed = gen.mix(prng(4), [gen.untilOk(counting('a')), gen.limit(20, counting('b'))]);
    const history = run(onClients(mixed), { concurrency: 1 });
    expect(history.filter(({ type, f }) => type === 'invoke' && f === 'a')).toHaveLength(1);
  });
});

describe('assignment', () => {
  test('clients and nemesis each have their own', () => {
    const both = gen.clients(gen.limit(3, counting('x')), gen.of(op('break'), op('heal')));
    const history = run(both);
    expect(
      history.filter(({ process }) => process === 'nemesis').map(({ f, type }) => [f, type]),
    ).toEqual([
      ['break', 'info'],
      ['break', 'info'],
      ['heal', 'info'],
      ['heal', 'info'],
    ]);
    expect(values(history)).toEqual([0, 1, 2]);
    const swapped = gen.nemesis(gen.of(op('break'), op('heal')), gen.limit(3, counting('x')));
    expect(run(swapped)).toEqual(history);
  });

  test('nemesis alone never touches a client', () => {
    expect(calls(run(gen.nemesis(one('break'))))).toEqual(['0 nemesis break']);
  });

  test('on-threads: others are neither used nor heard', () => {
    const heard: unknown[] = [];
    const listening = gen.onUpdate(
      (inner, _context, event) => {
        heard.push(event.process);
        return inner;
      },
      gen.limit(2, counting('mine')),
    );
    const both = gen.any(
      prng(2),
      gen.onThreads((thread) => thread === 1, listening),
      gen.onThreads((thread) => thread === 0, gen.limit(4, counting('other'))),
    );
    const history = run(both);
    expect(history.filter(({ f }) => f === 'mine').every(({ process }) => process === 1)).toBe(
      true,
    );
    expect(heard).toEqual([1, 1, 1, 1]);
  });

  test('reserve keeps threads for each, by position, and processes keep their part', () => {
    const reserved = gen.reserve([2, counting('a')], [1, counting('b')], counting('c'));
    const history = run(onClients(reserved), {
      concurrency: 5,
      respond: crashing,
      opsMax: 200,
      seed: 3,
    });
    const part = { a: [0, 1], b: [2], c: [3, 4] } as Record<string, number[]>;
    for (const { f, process } of history) expect(part[f]).toContain(Number(process) % 5);
    for (const f of ['a', 'b', 'c'])
      expect(history.filter((event) => event.f === f).length).toBeGreaterThan(20);
  });

  test('reserve counts positions among the threads that it was given', () => {
    const inner = gen.reserve([1, forever('first')], forever('rest'));
    const history = run(
      gen.onThreads((thread) => thread === 2 || thread === 3, gen.limit(10, inner)),
      { concurrency: 4 },
    );
    for (const { f, process } of history) expect(f).toBe(process === 2 ? 'first' : 'rest');
    expect(new Set(history.map(({ f }) => f)).size).toBe(2);
  });

  test('reserve: one part that ended does not end the others', () => {
    const history = run(onClients(gen.reserve([1, one('a')], gen.limit(3, counting('b')))));
    expect(calls(history)).toEqual(['0 0 a', '0 1 b 0', '10 1 b 1', '20 1 b 2']);
  });

  test('each-thread: a copy for every one, also for those busy when it was first asked', () => {
    const history = run(
      onClients(gen.sequence(one('warm-up'), gen.eachThread(gen.of(op('a'), op('b'))))),
      { concurrency: 3 },
    );
    expect(calls(history).slice(1).toSorted()).toEqual([
      '0 1 a',
      '0 2 a',
      '10 0 a',
      '10 1 b',
      '10 2 b',
      '20 0 b',
    ]);
  });

  test('each-thread: until-ok in a copy hears of its own thread', () => {
    const respond = answering(({ process, value }) =>
      Number(process) === Number(value)
        ? { type: 'ok', value: null }
        : { type: 'fail', error: ['no', ''] },
    );
    const history = run(onClients(gen.eachThread(gen.untilOk(counting('x')))), {
      concurrency: 3,
      respond,
    });
    const byProcess = [0, 1, 2].map((p) => values(history.filter(({ process }) => process === p)));
    expect(byProcess).toEqual([[0], [0, 1], [0, 1, 2]]);
  });

  test('each-process begins anew when a thread becomes another process', () => {
    const respond = answering(({ process, value }) =>
      process === 0 && value === 1
        ? { type: 'info', error: ['timeout', ''] }
        : { type: 'ok', value: null },
    );
    const schedule = onClients(gen.eachProcess(gen.limit(3, counting('x'))));
    expect(calls(run(schedule, { concurrency: 1, respond }))).toEqual([
      '0 0 x 0',
      '10 0 x 1',
      '20 1 x 0',
      '30 1 x 1',
      '40 1 x 2',
    ]);
  });
});

describe('transform', () => {
  test('map, fMap and filter', () => {
    const doubled = gen.map((o) => ({ ...o, value: 2 * Number(o.value) }), counting('x'));
    const even = gen.filter((o) => Number(o.value) % 4 === 0, doubled);
    const renamed = gen.fMap({ x: 'y' }, gen.limit(3, even));
    expect(calls(run(onClients(renamed), { concurrency: 1 }))).toEqual([
      '0 0 y 0',
      '10 0 y 4',
      '20 0 y 8',
    ]);
  });

  test('a filter that wants nothing says so instead of looking for ever', () => {
    expect(() => run(gen.filter(() => false, counting('x')))).toThrow(/filter rejected 100000/);
  });

  test('onUpdate decides what the generator becomes', () => {
    const schedule = gen.onUpdate(
      (inner, _context, event) => (event.type === 'ok' && event.value === 3 ? gen.of() : inner),
      counting('x'),
    );
    expect(values(run(onClients(schedule), { concurrency: 1 }))).toEqual([0, 1, 2, 3]);
  });

  test('trace tells every question and every event', () => {
    const lines: string[] = [];
    run(onClients(gen.trace('t', (line) => lines.push(line), one('a'))), { concurrency: 1 });
    expect(lines.find((line) => line.startsWith('t next'))).toContain('"kind":"op"');
    expect(lines.filter((line) => line.startsWith('t update'))).toHaveLength(2);
  });
});

describe('keys', () => {
  const perKey = (count: number) => () => gen.limit(count, counting('x'));

  test('sequential keys: one after the other, with the key on each op', () => {
    expect(
      calls(run(onClients(gen.sequentialKeys(['a', 'b'], perKey(2))), { concurrency: 1 })),
    ).toEqual(['0 0 x a 0', '10 0 x a 1', '20 0 x b 0', '30 0 x b 1']);
  });

  test('a late answer of the old key does not reach the generator of the new one', () => {
    const respond = ({ key }: SimulatedOp): SimulatedReply => ({
      latencyNs: key === 'a' ? 100 : 10,
      outcome: { type: 'ok', value: null },
    });
    const heard: string[] = [];
    const listening = (key: Json): Generator =>
      gen.onUpdate(
        (inner, _context, event) => {
          heard.push(`${JSON.stringify(key)} hears of ${JSON.stringify(event.key)}`);
          return inner;
        },
        key === 'a' ? one('x') : gen.limit(20, counting('x')),
      );
    for (const schedule of [
      gen.sequentialKeys(['a', 'b'], listening),
      gen.concurrentKeys(2, ['a', 'b'], listening),
    ]) {
      heard.length = 0;
      const history = run(onClients(schedule), { respond });
      // The answer to the only operation on a comes while b is worked on.
      expect(history.findIndex(({ type, key }) => type === 'ok' && key === 'a')).toBeGreaterThan(3);
      expect(new Set(heard)).toEqual(new Set(['"a" hears of "a"', '"b" hears of "b"']));
    }
  });

  test('concurrent keys: each group on its own key, finished groups take the next', () => {
    const respond = (request: SimulatedOp): SimulatedReply => ({
      latencyNs: request.key === 0 ? 1000 : 10,
      outcome: { type: 'ok', value: null },
    });
    const history = run(onClients(gen.concurrentKeys(2, gen.naturals(), perKey(4))), {
      concurrency: 4,
      respond,
      opsMax: 30,
    });
    const keys = (threads: number[]) => [
      ...new Set(
        history
          .filter(({ process }) => threads.includes(Number(process) % 4))
          .map(({ key }) => key),
      ),
    ];
    expect(keys([0, 1])).toEqual([0]);
    expect(keys([2, 3])).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('concurrent keys stay with their group when processes get new numbers', () => {
    const history = run(onClients(gen.concurrentKeys(2, [0, 1, 2, 3], perKey(6))), {
      concurrency: 4,
      respond: crashing,
    });
    expect(history).toHaveLength(48);
    const groupsOf = (key: number) =>
      new Set(
        history
          .filter((event) => event.key === key)
          .map(({ process }) => (Number(process) % 4) >> 1),
      );
    for (const key of [0, 1, 2, 3]) expect(groupsOf(key).size).toBe(1);
  });

  test('concurrent keys: updates reach the generator of that key only', () => {
    const schedule = gen.concurrentKeys(1, [0, 1, 2], (key) =>
      gen.limit(
        10,
        gen.untilOk(gen.map((o) => ({ ...o, f: `key-${JSON.stringify(key)}` }), counting('x'))),
      ),
    );
    const respond = answering(({ value }) =>
      value === 2 ? { type: 'ok', value } : { type: 'fail', error: ['no', ''] },
    );
    const history = run(onClients(schedule), { respond });
    for (const key of [0, 1, 2])
      expect(values(history.filter((event) => event.key === key))).toEqual([0, 1, 2]);
  });

  test('concurrent keys leave the nemesis alone', () => {
    const both = gen.any(
      prng(1),
      gen.concurrentKeys(1, [0, 1], perKey(1)),
      gen.nemesis(one('break')),
    );
    expect(calls(run(both)).toSorted()).toEqual(['0 0 x 0 0', '0 1 x 1 0', '0 nemesis break']);
  });

  test('composite keys are compared by value', () => {
    const schedule = gen.concurrentKeys(1, [{ a: 1, b: 2 }], () => gen.untilOk(counting('x')));
    expect(values(run(onClients(schedule), { concurrency: 1 }))).toEqual([0]);
  });

  test('threads that cannot be divided among keys are a mistake of the user', () => {
    const schedule = onClients(gen.concurrentKeys(2, gen.naturals(), perKey(1)));
    expect(() => run(schedule, { concurrency: 5 })).toThrow(
      'the workload needs 2 threads for each key, and the concurrency of 5 is not a multiple of that; use --concurrency 6',
    );
    expect(() => run(schedule, { concurrency: 1 })).toThrow(/use --concurrency 2/);
    expect(() => gen.concurrentKeys(0, [], perKey(1))).toThrow(/at least 1/);
  });
});

describe('validate', () => {
  const answeringWith = (emission: unknown): Generator => {
    const self: Generator = { next: () => emission as never, update: () => self };
    return self;
  };
  const context = (): GeneratorContext => new Roster(2, { nemesis: true }).context(5);

  test.each([
    [undefined, 'it should be an object'],
    [{ kind: 'invoke' }, 'its kind is invoke'],
    [{ kind: 'op', op: { f: '' }, process: 0, atNs: 0, then: gen.of() }, 'name of a function'],
    [
      { kind: 'op', op: { f: 'x', value: Number.NaN }, process: 0, atNs: 0, then: gen.of() },
      'survive JSON',
    ],
    [{ kind: 'op', op: { f: 'x' }, process: 2, atNs: 0, then: gen.of() }, 'process 2 is gone'],
    [
      { kind: 'op', op: { f: 'x' }, process: 0, atNs: Infinity, then: gen.of() },
      '`atNs` is Infinity',
    ],
    [{ kind: 'op', op: { f: 'x' }, process: 0, atNs: 0 }, '`then` is no generator'],
    [{ kind: 'sleep', process: 0, atNs: 0, then: gen.of() }, '`untilNs` is undefined'],
    [{ kind: 'pending', untilNs: 'soon' }, '`untilNs` is soon'],
  ])('%j: %s', (emission, problem) => {
    expect(() => gen.validate(answeringWith(emission)).next(context())).toThrow(problem);
  });

  test('a step for a busy process is refused, with the context', () => {
    const roster = new Roster(2, { nemesis: false });
    roster.begin(0);
    const wrong = answeringWith({
      kind: 'op',
      op: { f: 'x' },
      process: 0,
      atNs: 0,
      then: gen.of(),
    });
    expect(() => gen.validate(wrong).next(roster.context(5))).toThrow(
      /process 0 is not free\n {2}context: 5 ns, 2 threads, free: 1/,
    );
  });

  test('what a generator throws is kept as the cause', () => {
    const cause = new TypeError('boom');
    const throwing: Generator = {
      next: () => {
        throw cause;
      },
      update: () => throwing,
    };
    expect(() => gen.validate(throwing).next(context())).toThrow(
      expect.objectContaining({ name: 'InvariantError', cause }),
    );
  });

  test('what is right passes', () => {
    expect(gen.validate(one('a')).next(context())).toMatchObject({ kind: 'op', op: { f: 'a' } });
  });
});

describe('simulate', () => {
  test('a generator that waits for what can never come is found out', () => {
    const stuck: Generator = { next: () => ({ kind: 'pending' }), update: () => stuck };
    expect(() => run(stuck)).toThrow(/would wait for ever/);
  });

  test('answers that never come leave operations open, and the history ends', () => {
    const history = run(onClients(gen.phases(one('a'), one('b'))), {
      respond: () => ({ latencyNs: Infinity, outcome: { type: 'ok', value: null } }),
    });
    expect(calls(history)).toEqual(['0 0 a']);
  });

  test('failed operations keep the process, unknown ones renew it', () => {
    const three = gen.limit(3, counting('x'));
    expect(calls(run(onClients(three), { concurrency: 1, respond: refusing }))).toEqual([
      '0 0 x 0',
      '10 0 x 1',
      '20 0 x 2',
    ]);
    expect(calls(run(onClients(three), { concurrency: 2, respond: crashing }))).toEqual([
      '0 0 x 0',
      '0 1 x 1',
      '10 2 x 2',
    ]);
  });

  test('the free thread is taken at random: a light load reaches all threads', () => {
    const light = gen.limit(200, gen.delay(1000, counting('x')));
    const history = run(onClients(light), { concurrency: 4, seed: 8 });
    for (const process of [0, 1, 2, 3]) {
      const share = history.filter((event) => event.process === process).length / 2;
      expect(share).toBeGreaterThan(25);
    }
  });
});
