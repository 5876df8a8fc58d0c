/** The checker from the outside: histories as people draw them, what it says, and how. */
import { describe, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import type { CheckLimits } from '../../src/checker/checker.ts';
import { type Decider, solve } from '../../src/checker/linearizability/engine.ts';
import { frontierSearch } from '../../src/checker/linearizability/frontier.ts';
import { KeySet } from '../../src/checker/linearizability/key-set.ts';
import { linearizable } from '../../src/checker/linearizability/linearizability.ts';
import { type Call, never } from '../../src/checker/linearizability/part.ts';
import { race } from '../../src/checker/linearizability/race.ts';
import { search } from '../../src/checker/linearizability/search.ts';
import { anomaliesOf, reasonText, type Verdict } from '../../src/checker/verdict.ts';
import { historyOf } from '../../src/history/builder.ts';
import { typeCode } from '../../src/history/columns.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';
import { modelNamed } from '../../src/model/library.ts';
import { mutex } from '../../src/model/lock.ts';
import { type ModelOp } from '../../src/model/model.ts';
import { fifoQueue } from '../../src/model/queue.ts';
import { drawn } from '../support/notation.ts';

const limits: CheckLimits = { timeoutMs: 10_000, memoryMb: 100, nowMs: () => 0 };

function verdictOf(picture: string, model = 'cas-register'): Verdict {
  return linearizable(model).check(drawn(picture), limits);
}

function typeOf(picture: string, model = 'cas-register'): string {
  const verdict = verdictOf(picture, model);
  return verdict.valid === false ? verdict.anomalies[0].type : String(verdict.valid);
}

/** `f input → output` one after the other, each by a process of its own choosing. */
function sequence(ops: readonly (readonly [string, unknown, unknown?, number?])[]): EventBody[] {
  return ops.flatMap(([f, input, output, process = 0]) => [
    { type: 'invoke', process, f, value: input },
    { type: 'ok', process, f, value: output ?? null },
  ]) as EventBody[];
}

describe('real time', () => {
  test('a read sees the write that returned before it', () => {
    expect(typeOf('0: [w1---]\n1:         [r1]')).toBe('true');
  });

  test('a read may see either value of a write that is still open', () => {
    expect(typeOf('0: [w1-------------]\n1:     [r_] [r1]')).toBe('true');
    expect(typeOf('0: [w1-------------]\n1:     [r1] [r_]')).not.toBe('true');
  });

  test('operations that touch at one instant are concurrent', () => {
    expect(typeOf('0: [w1]\n1:    [r_]')).toBe('true');
    expect(typeOf('0: [w1]\n1:     [r_]')).not.toBe('true');
  });

  test('a process that reads what it wrote is not enough: others must see it too', () => {
    expect(typeOf('0: [w1] [r1]\n1:              [r_]')).toBe('stale-read');
  });
});

describe('outcomes', () => {
  test('a failed write did not happen, and a failed cas says nothing of the value', () => {
    expect(typeOf('0: [w1!] [r_]')).toBe('true');
    expect(typeOf('0: [w1] [c1>2!] [r1]')).toBe('true');
  });

  test('a write that ended in info may take effect at any time after it began', () => {
    expect(typeOf('0: [w1?]\n1:      [r_] [r1]')).toBe('true');
    expect(typeOf('0: [w1?]\n1:      [r_] [r_]')).toBe('true');
    expect(typeOf('0: [w1?]\n1:      [r1] [r_]')).not.toBe('true');
  });

  test('a read that ended in info says nothing', () => {
    expect(typeOf('0: [w1] [r9?]')).toBe('true');
  });

  test('a cas that ended in info took effect if it could, or not', () => {
    expect(typeOf('0: [w1] [c1>2?]\n1:                [r1] [r2]')).toBe('true');
    expect(typeOf('0: [w1] [c3>2?]\n1:                [r2]')).not.toBe('true');
  });

  test('an operation that never completed is like one that ended in info', () => {
    const history = historyOf([
      { type: 'invoke', process: 0, f: 'write', value: 1 },
      ...sequence([['read', null, 1, 1]]),
    ]);
    expect(linearizable('register').check(history, limits).valid).toBe(true);
  });

  test('a cas that completed with false is a guard: another value was there', () => {
    const guard = (seen: number): History =>
      historyOf(
        sequence([
          ['write', 1],
          ['cas', [seen, 5], false],
          ['read', null, 1],
        ]),
      );
    expect(linearizable('cas-register').check(guard(2), limits).valid).toBe(true);
    expect(linearizable('cas-register').check(guard(1), limits).valid).toBe(false);
  });

  test('the nemesis is not a client', () => {
    const history = historyOf([
      { type: 'info', process: 'nemesis', f: 'start', value: null },
      ...sequence([
        ['write', 1],
        ['read', null, 1],
      ]),
    ]);
    expect(linearizable('register').check(history, limits).valid).toBe(true);
  });

  test('a history in which nothing is known to have happened is not called valid', () => {
    const verdict = verdictOf('0: [w1?]\n1: [w2!]');
    expect(verdict.valid).toBe('unknown');
    expect(verdict.valid === 'unknown' && reasonText(verdict.reason)).toMatch(/nothing to judge/);
  });
});

describe('names of violations', () => {
  test('stale-read: the value had been overwritten when the read began', () => {
    expect(typeOf('0: [w1] [w2] [r2]\n1:                   [r1]')).toBe('stale-read');
  });

  test('stale-read: a newer value had been seen, though its write is still open', () => {
    expect(typeOf('0: [w1] [w2---------------]\n1:           [r2]\n2:                [r1]')).toBe(
      'stale-read',
    );
  });

  test('lost-write: the last write was acknowledged, and nobody ever saw it', () => {
    expect(typeOf('0: [w1] [w2]\n1:             [r1] [r1]')).toBe('lost-write');
    // Somebody saw it: then it was not lost.
    expect(typeOf('0: [w1] [w2]\n1:             [r1] [r2]')).toBe('stale-read');
    // It may have been overwritten by a later one with the old value, had that been in time.
    expect(typeOf('0: [w1] [w2]\n1:             [r1] [w3]')).toBe('lost-write');
  });

  test('a read of a value that may have been written again is not stale', () => {
    expect(typeOf('0: [w1] [w2]\n1:            [w1?]\n2:                  [r1]')).toBe('true');
  });

  test('thin-air-read: nobody wrote the value', () => {
    expect(typeOf('0: [w1] [r7]')).toBe('thin-air-read');
    expect(typeOf('0: [c7>8] [r8]')).toBe('thin-air-read');
  });

  test('aborted-read: the write of the value failed', () => {
    expect(typeOf('0: [w7!]\n1:       [r7]')).toBe('aborted-read');
    // It may have been another write of the same value.
    expect(typeOf('0: [w7!]\n1:       [r7]\n2: [w7?]')).toBe('true');
  });

  test('future-read: the value was read before its write began', () => {
    expect(typeOf('0: [r7]\n1:       [w7]')).toBe('future-read');
    expect(typeOf('0: [r7---]\n1:    [w7]')).toBe('true');
  });

  test('the initial value may be taken away once more than it was put there', () => {
    const took = (count: number): History =>
      historyOf(
        sequence([
          ...Array.from({ length: count }, (_, i) => [
            ['cas', [0, i + 1], true] as const,
            ...(i === 0 ? [['write', 0] as const] : []),
          ]).flat(),
        ]),
      );
    const check = (count: number): Verdict =>
      linearizable('cas-register:0').check(took(count), limits);
    expect(check(2).valid).toBe(true);
    expect(anomaliesOf(check(3))[0]?.type).toBe('lost-update');
  });

  test('lost-update: two compare-and-sets from a value that was put there once', () => {
    expect(typeOf('0: [w1] [c1>2]\n1:      [c1>3]')).toBe('lost-update');
    expect(typeOf('0: [w1] [c1>2]\n1:      [c1>3]\n2:    [w1?]')).toBe('true');
  });

  test('duplicate: an element that was put in once came out twice', () => {
    const history = historyOf(
      sequence([
        ['enqueue', 1],
        ['dequeue', null, 1],
        ['dequeue', null, 1],
      ]),
    );
    const [anomaly] = anomaliesOf(linearizable('fifo-queue').check(history, limits));
    expect(anomaly?.type).toBe('duplicate');
  });

  test('nonlinearizable: what has no other name', () => {
    const history = historyOf(
      sequence([
        ['enqueue', 1],
        ['enqueue', 2],
        ['dequeue', null, 2],
        ['dequeue', null, 1],
      ]),
    );
    const [anomaly] = anomaliesOf(linearizable(fifoQueue).check(history, limits));
    expect(anomaly?.type).toBe('nonlinearizable');
    const [named] = anomaliesOf(linearizable('fifo-queue').check(history, limits));
    expect(named).toMatchObject({ type: 'reordered-elements', operations: [0, 2, 4, 6] });
    // The order of the last two matters no more.
    expect(anomaly?.operations).toEqual([0, 2, 4]);
  });
});

describe('what it says', () => {
  const picture = `
    0: [w1] [w2] [r2]
    1:                    [r1]
    2: [w5---------]
  `;

  test('operations with process, events and times, and why they have no order', () => {
    const [anomaly] = anomaliesOf(verdictOf(picture));
    expect(anomaly).toMatchObject({ model: 'linearizable', operations: [0, 3, 8] });
    expect(anomaly?.explanation.split('\n')).toEqual([
      'A cas-register allows no order of these 3 operations:',
      '  A  write 1   process 0, events 0–2 (0.00–0.00 ms)',
      '  B  write 2   process 0, events 3–4 (0.00–0.00 ms)',
      '  C  read → 1  process 1, events 8–9 (0.00–0.00 ms)',
      'C saw the value of A (write 1), which was complete at event 2; but B (write 2) began after that (event 3) and was complete (event 4) before C began (event 8). So the value was overwritten by then, and nothing that began before C returned put it back.',
    ]);
  });

  test('a history without times is told without them', () => {
    const history = historyOf(
      sequence([
        ['write', 1],
        ['read', null, null, 1],
      ]),
    );
    const [anomaly] = anomaliesOf(linearizable('register').check(history, limits));
    expect(anomaly?.explanation).toContain('  A  write 1      process 0, events 0–1\n');
    expect(anomaly?.evidence?.['witness']).toMatchObject([{ invokeMs: null, returnMs: null }, {}]);
  });

  test('where a violation has no name: every order, its state, and what that forbids', () => {
    const history = historyOf([
      ...sequence([['acquire', null, true, 1]]),
      ...sequence([['acquire', null, true, 2]]),
    ]);
    const [anomaly] = anomaliesOf(linearizable(mutex).check(history, limits));
    expect(anomaly?.explanation.split('\n').slice(3)).toEqual([
      'Whichever order is tried, it gets stuck:',
      '  After A the state is held by process 1, which does not allow what may come next: B (acquire by process 2).',
    ]);
    expect(anomaly?.evidence).toMatchObject({
      stuck: 'B',
      confirmed: true,
      minimal: true,
      configurations: [
        {
          order: ['A'],
          states: ['free', 'held by process 1'],
          candidates: [
            {
              label: 'B',
              why: 'acquire by process 2 is impossible when the state is held by process 1',
            },
          ],
        },
      ],
      longestPrefix: {
        length: 1,
        operationCount: 2,
        stuckAtEvent: 3,
        next: [{ why: 'impossible when the state is held by process 1' }],
      },
    });
  });

  test('nodes and keys are named', () => {
    const events = sequence([
      ['write', 1],
      ['read', null, 9, 3],
    ]).map((event) => ({
      ...event,
      key: 'k',
      node: 'n2',
    }));
    const [anomaly] = anomaliesOf(linearizable('register').check(historyOf(events), limits));
    expect(anomaly?.key).toBe('k');
    expect(anomaly?.explanation).toMatch(
      /^On key "k": a register allows no order of this operation/,
    );
    expect(anomaly?.explanation).toContain('process 3 on n2');
  });

  test('an aborted read is shown with the write that failed', () => {
    const [anomaly] = anomaliesOf(verdictOf('0: [w7!]\n1:       [r7]'));
    expect(anomaly?.operations).toEqual([0, 2]);
    expect(anomaly?.explanation).toMatch(/A \(write 7\), which failed \(event 1\)/);
  });

  test('how it was decided, and of what', () => {
    expect(verdictOf('0: [w1] [c1>2!]\n1: [w2?]').method).toBe(
      'an order in real time for cas-register starting as null; decided: 1 part by chains and zones of distinct values (after Gibbons and Korach 1997); 1 failed operation left out, 1 of unknown outcome optional',
    );
  });
});

describe('the smallest part that still fails', () => {
  test('values and reads that have nothing to do with it are gone', () => {
    const busy = Array.from({ length: 30 }, (_, i) => ['write', 100 + i, null, i % 3] as const);
    const history = historyOf([
      ...sequence(busy),
      // Two reads that saw two writes in opposite orders: no name for it.
      { type: 'invoke', process: 10, f: 'write', value: 1 },
      { type: 'invoke', process: 11, f: 'write', value: 2 },
      ...sequence([
        ['read', null, 1, 1],
        ['read', null, 2, 1],
        ['read', null, 1, 2],
      ]),
      { type: 'ok', process: 10, f: 'write', value: 1 },
      { type: 'ok', process: 11, f: 'write', value: 2 },
    ]);
    const [anomaly] = anomaliesOf(linearizable('register').check(history, limits));
    expect(anomaly?.operations).toEqual([60, 61, 62, 64, 66]);
    expect(anomaly?.type).toBe('stale-read');
  });

  test('of a long history with few states the beginning is cut off', () => {
    const long = Array.from(
      { length: 40 },
      (_, i) => [i % 2 === 0 ? 'acquire' : 'release', 1, true, i % 3] as const,
    );
    const history = historyOf(
      sequence([...long, ['acquire', 2, true, 4], ['acquire', 1, true, 5]]),
    );
    const [anomaly] = anomaliesOf(linearizable('semaphore:2').check(history, limits));
    expect(anomaly?.evidence).toMatchObject({
      startsAnywhere: true,
      startStates: ['2 of 2 permits free', '1 of 2 permits free', '0 of 2 permits free'],
      confirmed: true,
    });
    expect(anomaly?.operations).toEqual([80, 82]);
    expect(anomaly?.explanation).toMatch(/whatever its state was before them/);
  });
});

describe('many keys', () => {
  const keyed = (key: number, good: boolean): EventBody[] =>
    sequence([
      ['write', 1],
      ['read', null, good ? 1 : 9],
    ]).map((event) => ({ ...event, key }));

  test('each is judged alone, and each broken one has an anomaly', () => {
    const history = historyOf([...keyed(1, true), ...keyed(2, false), ...keyed(3, false)]);
    const verdict = linearizable('register').check(history, limits);
    expect(anomaliesOf(verdict).map(({ key }) => key)).toEqual([2, 3]);
    expect(verdict.details).toMatchObject({ partCount: 3, brokenCount: 2, undecidedCount: 0 });
  });

  test('beyond the limit they are counted', () => {
    const history = historyOf(Array.from({ length: 15 }, (_, key) => keyed(key, false)).flat());
    const verdict = linearizable('register').check(history, limits);
    expect(anomaliesOf(verdict)).toHaveLength(10);
    expect(verdict.details).toMatchObject({
      brokenCount: 15,
      brokenKeysNotExplained: [10, 11, 12, 13, 14],
    });
  });

  test("the model's own parts are judged alone too", () => {
    const history = historyOf(
      sequence([
        ['write', ['x', 1]],
        ['write', ['y', 2]],
        ['read', ['x', null], ['x', 1]],
        ['read', ['y', null], ['y', 1]],
      ]),
    );
    const [anomaly] = anomaliesOf(linearizable('multi-register').check(history, limits));
    expect(anomaly).toMatchObject({ type: 'thin-air-read', operations: [6] });
    expect(anomaly?.explanation).toContain('part "y"');
  });
});

describe('limits', () => {
  /** Many concurrent additions of multiples of 3, and a read of 1: the bounds allow it. */
  function hard(key: number, width: number): EventBody[] {
    const processes = Array.from({ length: width }, (_, i) => key * 100 + i);
    const pairs = (type: 'invoke' | 'ok'): EventBody[] =>
      processes.map((process, i) => ({ type, process, f: 'add', value: 3 * 2 ** i }));
    const read = (type: 'invoke' | 'ok'): EventBody => {
      return { type, process: key * 100 + 99, f: 'read', value: type === 'ok' ? 1 : null };
    };
    return [read('invoke'), ...pairs('invoke'), ...pairs('ok'), read('ok')].map((event) => ({
      ...event,
      key,
    }));
  }
  const easy = sequence([
    ['add', 1, null, 9000],
    ['read', null, 5, 9000],
  ]).map((event) => ({
    ...event,
    key: 'easy',
  }));

  function ticking(): () => number {
    let now = 0;
    return () => (now += 1);
  }

  test('out of time is unknown, with the part that was proved', () => {
    const verdict = linearizable('counter').check(historyOf(hard(0, 18)), {
      ...limits,
      timeoutMs: 50,
      nowMs: ticking(),
    });
    expect(verdict).toMatchObject({ valid: 'unknown', reason: { kind: 'timeout' } });
    expect(verdict.valid === 'unknown' && reasonText(verdict.reason)).toMatch(
      /gave up after 50 ms; the object|key 0 is proved linearizable up to event \d+ of 38/,
    );
  });

  test('out of memory is unknown', () => {
    const verdict = linearizable('counter').check(historyOf(hard(0, 22)), {
      ...limits,
      memoryMb: 1,
    });
    expect(verdict).toMatchObject({ valid: 'unknown', reason: { kind: 'memory', limitMb: 1 } });
  });

  test('a hard key does not hide the violation of an easy one', () => {
    const verdict = linearizable('counter').check(historyOf([...hard(0, 22), ...easy]), {
      ...limits,
      memoryMb: 2000,
    });
    expect(anomaliesOf(verdict).map(({ key }) => key)).toEqual(['easy']);
    expect(verdict.details).toMatchObject({ undecidedCount: 1 });
    expect(verdict.details?.['undecidedBecause']).toMatch(/violation is known/);
  });

  test('with time enough the same history is refused', () => {
    const verdict = linearizable('counter').check(historyOf(hard(0, 10)), limits);
    expect(verdict.valid).toBe(false);
  });
});

describe('crashed operations', () => {
  /** Reads 99, which is there, then 98, which is not; before, `count` crashed operations. */
  function calls(count: number, crashed: (i: number) => ModelOp): readonly Call[] {
    const optional = Array.from({ length: count }, (_, i) => ({
      row: i,
      op: crashed(i),
      invoke: i,
      returned: never,
    }));
    const reads = [99, 98].map((output, i) => ({
      row: count + i,
      op: { f: 'read', input: null, output },
      invoke: count + 2 * i,
      returned: count + 2 * i + 1,
    }));
    return [...optional, ...reads];
  }
  const model = modelNamed('cas-register:99');
  const decided = (some: readonly Call[]): boolean | undefined =>
    solve(search, { model, calls: some, start: 99 }, 500)?.linearizable;

  test('that can change nothing cost nothing', () => {
    const idle = calls(40, (i) => ({ f: 'cas', input: [i, i + 1], output: undefined }));
    expect(decided(idle)).toBe(false);
  });

  test('that are equal are counted, not told apart', () => {
    expect(decided(calls(40, () => ({ f: 'write', input: 5, output: undefined })))).toBe(false);
  });
});

describe('each search', () => {
  /** `width` equal additions at once, and a read beside them that returns last. */
  function wide(width: number, sum: number): readonly Call[] {
    const added = Array.from({ length: width }, (_, i) => ({
      row: i,
      op: { f: 'add', input: 1, output: null },
      invoke: i,
      returned: width + i + 1,
    }));
    const read = { f: 'read', input: null, output: sum };
    return [...added, { row: width, op: read, invoke: width, returned: 3 * width }];
  }
  const model = modelNamed('counter');

  test.each([
    ['depth first', search],
    ['by events', frontierSearch],
    ['raced', race],
  ])('%s: copes with more calls at once than a mask has bits', (_, engine) => {
    for (const width of [31, 32, 33, 70]) {
      const says = (sum: number): boolean | undefined =>
        solve(engine, { model, calls: wide(width, sum), start: 0 }, 100_000)?.linearizable;
      expect(says(width)).toBe(true);
      expect(says(width - 20)).toBe(true);
      expect(says(width + 1)).toBe(false);
    }
  });
});

describe('deciders', () => {
  const history = drawn('0: [w1] [w2]\n1:             [r1]');

  test('are asked before the search, in order', () => {
    const silent: Decider = () => undefined;
    const sure: Decider = () => ({ linearizable: true, method: 'a coin' });
    const verdict = linearizable('register', { deciders: [silent, sure] }).check(history, limits);
    expect(verdict.valid).toBe(true);
    expect(verdict.method).toContain('1 part by a coin');
  });

  test('speak for themselves, with the operations as evidence', () => {
    const accuser: Decider = ({ history, rows }) =>
      rows.filter((row) => history.operations.outcome[row] === typeCode.ok).length < 2
        ? { linearizable: true, method: 'zones' }
        : {
            linearizable: false,
            method: 'zones',
            type: 'two-holders',
            rows: [...rows],
            told: [...rows],
            standalone: true,
            explain: (nameOf) => `because of ${[...rows].map(nameOf).join(', ')}`,
          };
    const locks = historyOf(
      sequence([
        ['acquire', null, true, 1],
        ['acquire', null, true, 2],
      ]),
    );
    const verdict = linearizable('mutex', { deciders: [accuser] }).check(locks, limits);
    const [anomaly] = anomaliesOf(verdict);
    expect(anomaly).toMatchObject({ type: 'two-holders', operations: [0, 2] });
    expect(anomaly?.explanation).toMatch(/\nbecause of A \(acquire/);
  });

  test('one that accuses what the search allows is a bug of dsx, and said so', () => {
    const liar: Decider = ({ rows }) => ({
      linearizable: false,
      method: 'malice',
      type: 'stale-read',
      rows: [...rows.slice(0, 1)],
      told: [],
      standalone: true,
      explain: () => '',
    });
    const checker = linearizable('register', { deciders: [liar] });
    expect(() => checker.check(history, limits)).toThrow(/two searches disagree/);
  });
});

test('a model that does not fit the history is a usage error', () => {
  expect(() => linearizable('fifo-queue').check(drawn('0: [w1]'), limits)).toThrow(
    /"fifo-queue" knows enqueue and dequeue, but the history has "write"/,
  );
});

describe('the set of configurations', () => {
  test('holds exactly what was put in, whatever the hashes', () => {
    const keys = new KeySet();
    const model = new Set<string>();
    // Few words and short keys: many repeat, and many share slots.
    for (let i = 0; i < 20_000; i += 1) {
      const words = [i % 7, (i * i) % 11, (i * 31) % 13, ...(i % 3 === 0 ? [i % 17] : [])];
      keys.begin(words[0] ?? 0, words[1] ?? 0);
      for (const word of words.slice(2)) keys.add(word);
      expect(keys.insert()).toBe(!model.has(words.join()));
      model.add(words.join());
    }
    expect(keys.size).toBe(model.size);
  });

  test('keys whose hashes are equal are still two keys', () => {
    // Among so many random keys about ten pairs share a hash of 32 bits.
    const keys = new KeySet();
    const random = new Random(prng(1));
    for (let i = 0; i < 300_000; i += 1) {
      keys.begin(i, random.int(2 ** 31));
      keys.add(random.int(2 ** 31));
      if (!keys.insert()) throw new Error(`key ${i} was taken for another`);
    }
    expect(keys.size).toBe(300_000);
  });

  test('a key is not its own prefix', () => {
    const keys = new KeySet();
    keys.begin(1, 2);
    expect(keys.insert()).toBe(true);
    keys.begin(1, 2);
    keys.add(0);
    expect(keys.insert()).toBe(true);
    keys.begin(1, 2);
    expect(keys.insert()).toBe(false);
  });
});

test('a cas that was refused in the end is not said to have replaced anything', () => {
  const events = [
    { process: 0, type: 'invoke', f: 'write', value: 1 },
    { process: 1, type: 'invoke', f: 'cas', value: [1, 2] },
    { process: 1, type: 'ok', f: 'cas', value: [1, 2] },
    { process: 0, type: 'ok', f: 'write', value: 1 },
    { process: 2, type: 'invoke', f: 'cas', value: [1, 3] },
    { process: 3, type: 'invoke', f: 'cas', value: [3, 4] },
    { process: 3, type: 'info', f: 'cas', value: [3, 4] },
    { process: 1, type: 'invoke', f: 'read', value: null },
    { process: 1, type: 'ok', f: 'read', value: 4 },
    { process: 2, type: 'ok', f: 'cas', value: false },
  ] as const;
  const verdict = linearizable('cas-register').check(historyOf(events), limits);
  const [anomaly] = anomaliesOf(verdict);
  expect(anomaly?.type).toBe('thin-air-read');
  expect(anomaly?.explanation).not.toContain('both replaced');
});
