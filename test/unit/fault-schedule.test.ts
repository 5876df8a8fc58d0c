/** When faults begin and end. */
import { describe, expect, test } from 'vitest';
import { isObject } from '../../src/base/json.ts';
import { drawInt, prng } from '../../src/base/prng.ts';
import type { Fault } from '../../src/fault/fault.ts';
import {
  awaitLeaderF,
  type FaultSource,
  randomFaults,
  scriptedFaults,
} from '../../src/generator/faults.ts';
import type { Generator, GeneratorContext } from '../../src/generator/generator.ts';

const secondNs = 1e9;

function source(name: string, detail: Fault['detail'] = {}): FaultSource {
  return {
    name,
    stopF: `stop-${name}`,
    propose: (rng) => {
      const [number, next] = drawInt(rng, 1_000_000);
      const fault = { kind: name, f: `start-${name}`, shape: 'x', nodes: ['n1'], detail };
      return [{ ...fault, description: String(number) }, next];
    },
  };
}

interface Done {
  readonly f: string;
  readonly atNs: number;
  /** Of a start: the fault's, as JSON. */
  readonly detail: string | undefined;
  readonly description: unknown;
}

/** Plays a schedule with a nemesis that takes `lengthNs` for every op. */
function played(generator: Generator, untilNs: number, lengthNs = 0): readonly Done[] {
  const done: Done[] = [];
  let nowNs = 0;
  let state = generator;
  for (;;) {
    const free: GeneratorContext = {
      nowNs,
      threads: [0, 'nemesis'],
      freeThreads: [0, 'nemesis'],
      processOf: (thread) => thread,
      threadOf: (process) => process,
    };
    const emission = state.next(free);
    // Asking twice changes nothing: the interpreter may throw an answer away.
    expect(JSON.stringify(state.next(free))).toBe(JSON.stringify(emission));
    if (emission.kind === 'exhausted') return done;
    if (emission.kind === 'pending') {
      expect(emission.then).toBeDefined();
      state = emission.then ?? state;
      continue;
    }
    if (emission.kind !== 'op' || emission.atNs > untilNs) return done;
    expect(emission.process).toBe('nemesis');
    nowNs = emission.atNs;
    const { f, value = null } = emission.op;
    const fault = isObject(value) ? value['fault'] : undefined;
    const description = isObject(fault) ? fault['description'] : undefined;
    const detail = isObject(fault) ? JSON.stringify(fault['detail']) : undefined;
    done.push({ f, atNs: nowNs, detail, description });
    const event = { index: 0, type: 'info', process: 'nemesis', f, value } as const;
    state = emission.then.update(free, { ...event, time: nowNs });
    expect(state.next({ ...free, freeThreads: [0] }).kind).not.toBe('op');
    nowNs += lengthNs;
    state = state.update({ ...free, nowNs }, { ...event, time: nowNs });
  }
}

describe('random faults', () => {
  const intervalNs = 2 * secondNs;
  const seeds = Array.from({ length: 200 }, (_, i) => i);

  test('begin and end in turn, with a gap below two intervals', () => {
    for (const seed of seeds) {
      const schedule = randomFaults({ sources: [source('cut')], intervalNs, rng: prng(seed) });
      const done = played(schedule, 60 * secondNs);
      for (const [i, { f }] of done.entries())
        expect(f).toBe(i % 2 === 0 ? 'start-cut' : 'stop-cut');
      for (const [i, { atNs }] of done.entries()) {
        const gapNs = atNs - (done[i - 1]?.atNs ?? 0);
        expect(gapNs).toBeLessThan(2 * intervalNs);
        if (i > 0) expect(gapNs).toBeGreaterThanOrEqual(intervalNs / 4);
      }
    }
  });

  test('the first comes within half an interval; five intervals hold three', () => {
    for (const seed of seeds) {
      const schedule = randomFaults({ sources: [source('cut')], intervalNs, rng: prng(seed) });
      const done = played(schedule, 5 * intervalNs);
      expect(done[0]?.atNs).toBeLessThan(intervalNs / 2);
      expect(done.filter(({ f }) => f === 'start-cut').length).toBeGreaterThanOrEqual(3);
      expect(done.filter(({ f }) => f === 'stop-cut').length).toBeGreaterThanOrEqual(2);
    }
  });

  test('the mean gap is the interval', () => {
    const schedule = randomFaults({ sources: [source('cut')], intervalNs, rng: prng(5) });
    const done = played(schedule, 1000 * intervalNs);
    expect(done.length).toBeGreaterThan(950);
    expect(done.length).toBeLessThan(1010);
  });

  test('several nemeses keep their own time: adding one moves no other', () => {
    const alone = played(
      randomFaults({ sources: [source('cut')], intervalNs, rng: prng(9) }),
      100 * secondNs,
    );
    const both = played(
      randomFaults({ sources: [source('cut'), source('stop')], intervalNs, rng: prng(9) }),
      100 * secondNs,
    );
    expect(both.filter(({ f }) => f.endsWith('cut'))).toEqual(alone);
    expect(both.filter(({ f }) => f === 'start-stop').length).toBeGreaterThan(20);
  });

  test('two sources of one name share its schedule, and both get their turn', () => {
    const sources = [source('cut'), source('cut', { b: 1 })];
    const done = played(randomFaults({ sources, intervalNs, rng: prng(9) }), 100 * secondNs);
    for (const [i, { f }] of done.entries()) expect(f).toBe(i % 2 === 0 ? 'start-cut' : 'stop-cut');
    expect(new Set(done.flatMap(({ detail }) => detail ?? []))).toEqual(new Set(['{}', '{"b":1}']));
  });

  test('a fault lasts a quarter of the interval even if it took long to begin', () => {
    for (const seed of seeds.slice(0, 20)) {
      const schedule = randomFaults({ sources: [source('cut')], intervalNs, rng: prng(seed) });
      const lengthNs = 1.9 * secondNs;
      const done = played(schedule, 100 * secondNs, lengthNs);
      for (const [i, { atNs }] of done.entries())
        if (i > 0)
          expect(atNs - (done[i - 1]?.atNs ?? 0)).toBeGreaterThanOrEqual(lengthNs + intervalNs / 4);
    }
  });

  test('each strike at the leader is followed at once by the wait for the next one', () => {
    const sources = [source('cut', { primaries: true }), source('stop')];
    const schedule = { sources, intervalNs, rng: prng(3) };
    const done = played(randomFaults({ ...schedule, awaitsLeader: true }), 100 * secondNs);
    const waits = done.flatMap(({ f }, i) => (f === awaitLeaderF ? [i] : []));
    expect(waits.length).toBeGreaterThan(15);
    for (const i of waits) expect(done[i - 1]?.f).toBe('start-cut');
    expect(done.filter(({ f }) => f === 'start-cut')).toHaveLength(waits.length);
    const unasked = played(randomFaults(schedule), 100 * secondNs);
    expect(unasked.map(({ f }) => f)).not.toContain(awaitLeaderF);
  });

  test('no leader is struck while another one that was struck is not back', () => {
    const names = ['cut', 'kill', 'stop'];
    const sources = [...names.map((name) => source(name, { primaries: true })), source('clock')];
    const schedule = { sources, intervalNs, awaitsLeader: true };
    for (const seed of seeds.slice(0, 20)) {
      const done = played(randomFaults({ ...schedule, rng: prng(seed) }), 100 * secondNs);
      let struck = 0;
      for (const { f, detail } of done) {
        if (f.startsWith('start-') && detail?.includes('primaries') === true) struck += 1;
        if (/^stop-(cut|kill|stop)$/.test(f)) struck -= 1;
        expect(struck).toBeLessThanOrEqual(1);
      }
      for (const name of [...names, 'clock'])
        expect(done.filter(({ f }) => f === `start-${name}`).length).toBeGreaterThan(3);
    }
  });

  test('a leader that is dead for good keeps no other from being struck', () => {
    const sources = [source('kill', { primaries: true, permanent: true })];
    const schedule = { sources, intervalNs, rng: prng(1), awaitsLeader: true };
    const done = played(randomFaults(schedule), 20 * secondNs);
    expect(done.filter(({ f }) => f === 'start-kill').length).toBeGreaterThan(5);
  });

  test('where a leader is waited for, a fault lasts half the interval from then on', () => {
    for (const seed of seeds.slice(0, 20)) {
      const sources = [source('cut', { primaries: true })];
      const schedule = { sources, intervalNs, rng: prng(seed), awaitsLeader: true };
      const lengthNs = 1.5 * secondNs;
      const done = played(randomFaults(schedule), 100 * secondNs, lengthNs);
      for (const [i, { f, atNs }] of done.entries())
        if (f === awaitLeaderF && i + 1 < done.length)
          expect((done[i + 1]?.atNs ?? 0) - atNs).toBeGreaterThanOrEqual(lengthNs + intervalNs / 2);
    }
  });

  test('an op that takes long puts off the other nemeses: they do not strike all at once', () => {
    const sources = [source('cut'), source('stop')];
    for (const seed of seeds.slice(0, 20)) {
      const lengthNs = 3 * secondNs;
      const quick = played(randomFaults({ sources, intervalNs, rng: prng(seed) }), 2 * secondNs);
      const slow = played(
        randomFaults({ sources, intervalNs, rng: prng(seed) }),
        20 * secondNs,
        lengthNs,
      );
      const gapOf = ([first, second]: readonly Done[]): number =>
        (second?.atNs ?? 0) - (first?.atNs ?? 0);
      expect(gapOf(slow)).toBe(Math.min(gapOf(quick), intervalNs / 4) + lengthNs);
    }
  });

  test('a fault that never ends has no end op', () => {
    const sources = [source('kill', { permanent: true })];
    const done = played(randomFaults({ sources, intervalNs, rng: prng(1) }), 20 * secondNs);
    expect(new Set(done.map(({ f }) => f))).toEqual(new Set(['start-kill']));
  });

  test('without nemeses, or without their thread, there is nothing', () => {
    const context = { nowNs: 0, threads: [0], freeThreads: [0] } as unknown as GeneratorContext;
    const rng = prng(1);
    expect(randomFaults({ sources: [], intervalNs, rng }).next(context).kind).toBe('exhausted');
    const some = randomFaults({ sources: [source('cut')], intervalNs, rng });
    expect(some.next(context).kind).toBe('exhausted');
  });
});

describe('scripted faults', () => {
  const fault = (name: string, detail: Fault['detail'] = {}): Fault =>
    source(name, detail).propose(prng(1), 0)[0];
  const timed = (name: string, start: number, end: number | null, detail = {}) => ({
    startNs: start * secondNs,
    endNs: end === null ? null : end * secondNs,
    name,
    stopF: `stop-${name}`,
    fault: fault(name, detail),
  });

  test('come at their times, whatever the order of the script', () => {
    const script = [timed('pause', 3, 5), timed('cut', 1, 4)];
    expect(played(scriptedFaults(script), 100 * secondNs).map(({ f, atNs }) => [f, atNs])).toEqual([
      ['start-cut', 1e9],
      ['start-pause', 3e9],
      ['stop-cut', 4e9],
      ['stop-pause', 5e9],
    ]);
  });

  test('count from when the load begins, not from when the nodes were started', () => {
    const late = scriptedFaults([timed('cut', 1, 4)]);
    const context = (nowSeconds: number): GeneratorContext => ({
      nowNs: nowSeconds * secondNs,
      threads: ['nemesis'],
      freeThreads: ['nemesis'],
      processOf: () => 'nemesis',
      threadOf: () => 'nemesis',
    });
    const first = late.next(context(20));
    expect(first).toMatchObject({ kind: 'pending', untilNs: 21 * secondNs });
    if (first.kind !== 'pending') return;
    expect(first.then?.next(context(20.5))).toMatchObject({ kind: 'op', atNs: 21 * secondNs });
  });

  test('an end comes before a start at the same time', () => {
    const script = [timed('cut', 2, 3), timed('cut', 1, 2)];
    expect(played(scriptedFaults(script), 100 * secondNs).map(({ f }) => f)).toEqual([
      ...['start-cut', 'stop-cut', 'start-cut', 'stop-cut'],
    ]);
  });

  test('faults of one nemesis may not overlap', () => {
    expect(() => scriptedFaults([timed('cut', 1, 4), timed('cut', 3, 5)])).toThrow(
      'two cut faults overlap: one lasts until 4 s, the next begins at 3 s',
    );
  });

  test('a fault without end, or one that never ends, has no end op', () => {
    const script = [timed('cut', 1, null), timed('kill', 2, 3, { permanent: true })];
    expect(played(scriptedFaults(script), 100 * secondNs).map(({ f }) => f)).toEqual([
      ...['start-cut', 'start-kill'],
    ]);
  });
});
