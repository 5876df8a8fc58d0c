import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import {
  describeOperation,
  explainViolation,
} from '../../src/checker/linearizability/poly/explain.ts';
import {
  checkPolynomial,
  type PolyVerdict,
  polynomialModels,
} from '../../src/checker/linearizability/poly/polynomial.ts';
import { stalenessOf } from '../../src/checker/linearizability/poly/staleness.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { modelLibrary } from '../../src/model/library.ts';
import { drawn } from '../support/notation.ts';

type Line = readonly [
  process: number,
  type: 'invoke' | 'ok' | 'fail' | 'info',
  f: string,
  value?: Json,
  timeMs?: number,
];

function recorded(lines: readonly Line[]): History {
  const builder = new HistoryBuilder();
  for (const [at, [process, type, f, value, timeMs = at]] of lines.entries())
    builder.add({
      time: timeMs * 1_000_000,
      process,
      type,
      f,
      ...(value === undefined ? {} : { value }),
    });
  return builder.build();
}

/** The same lines with other process numbers. */
function historyLines(history: History, processes: readonly number[]): readonly Line[] {
  return [...history.eachEvent()].map(({ process, type, f, value }): Line => {
    const other = processes[Number(process)] ?? Number(process);
    return value === undefined ? [other, type, f] : [other, type, f, value];
  });
}

function rowsOf(history: History): Int32Array {
  return Int32Array.from({ length: history.operationCount }, (_, row) => row);
}

function judged(model: string, history: History, parameter?: Json): PolyVerdict {
  return checkPolynomial(model, history, rowsOf(history), parameter);
}

function outcomeOf(model: string, history: History, parameter?: Json): string {
  const result = judged(model, history, parameter);
  return result.kind === 'violation' ? result.type : result.kind;
}

function textOf(model: string, history: History, parameter?: Json): string {
  const result = judged(model, history, parameter);
  return result.kind === 'violation' ? explainViolation(history, result) : result.kind;
}

/** One operation after the other, each by its own process. */
function serial(...calls: readonly (readonly [f: string, input: Json, output: Json])[]): History {
  return recorded(
    calls.flatMap(([f, input, output], process): Line[] => [
      [process, 'invoke', f, input],
      [process, 'ok', f, output],
    ]),
  );
}

describe('registers', () => {
  test('a read may not return what was overwritten before it began', () => {
    const history = drawn(`
      0: [w1]     [r1]
      1:     [w2]
    `);
    expect(outcomeOf('register', history)).toBe('stale-read');
    expect(textOf('register', history)).toBe(
      'The value was 1 at all times from event 1 (the return of write 1 of process 0 (events 0 to 1)) to event 4 (the invocation of read → 1 of process 0 (events 4 to 5)).\nBut between these it was 2: write 2 of process 1 (events 2 to 3) was invoked after the one and write 2 of process 1 (events 2 to 3) returned before the other.',
    );
  });

  test('the same read is fine while the write is still running', () => {
    expect(outcomeOf('register', drawn('0: [w1]     [r1]\n1:     [w2------]'))).toBe(
      'linearizable',
    );
  });

  test('a write of unknown outcome may not take effect and then un-happen', () => {
    expect(outcomeOf('register', drawn('0: [w1?]\n1:        [r1]  [r_]'))).toBe('stale-read');
    expect(outcomeOf('register', drawn('0: [w1?]\n1:        [r_]  [r1]'))).toBe('linearizable');
  });

  test('a value from nowhere and one of a failed write are told apart', () => {
    expect(outcomeOf('register', drawn('0: [r7]'))).toBe('thin-air-read');
    const aborted = drawn('0: [w7!]\n1:      [r7]');
    expect(outcomeOf('register', aborted)).toBe('aborted-read');
    expect(textOf('register', aborted)).toContain('write 7 of process 0 (events 0 to 1, failed)');
  });

  test('a read may not see a write that begins after it', () => {
    expect(outcomeOf('register', drawn('0: [r1]\n1:     [w1]'))).toBe('future-read');
  });

  test('two compare-and-sets may not replace the same value', () => {
    const history = drawn('0: [w1] [c1>2]\n1:     [c1>3]');
    expect(outcomeOf('cas-register', history)).toBe('lost-update');
  });

  test('compare-and-sets of unknown outcome count through others that saw what they wrote', () => {
    const history = drawn(`
      0: [w1] [c1>2?]
      1:                [c2>3]
      2:                       [r1]
    `);
    expect(outcomeOf('cas-register', history)).toBe('stale-read');
    const result = judged('cas-register', history);
    expect(result.kind === 'violation' && result.operations).toEqual([0, 1, 2, 3]);
  });

  test('a refusal is a claim', () => {
    const lines = (expected: number): History =>
      serial(['write', 1, 1], ['cas', [expected, 2], false], ['read', null, 1]);
    expect(outcomeOf('cas-register', lines(1))).toBe('refused-cas');
    expect(outcomeOf('cas-register', lines(0))).toBe('linearizable');
    expect(outcomeOf('cas-register', serial(['cas', [null, 2], false], ['read', null, null]))).toBe(
      'refused-cas',
    );
  });

  test.each([
    ['a value written twice', drawn('0: [w1] [w1]'), undefined],
    ['the initial value written', drawn('0: [w0]'), 0],
    ['an operation of another object', recorded([[0, 'invoke', 'push', 1]]), undefined],
    ['a cas without a pair', serial(['cas', 1, 1]), undefined],
  ])('not for %s', (_, history, parameter) => {
    expect(outcomeOf('cas-register', history, parameter)).toBe('not-applicable');
  });

  test('a value written again by a failed operation does not matter', () => {
    expect(outcomeOf('register', drawn('0: [w1!] [w1] [r1]'))).toBe('linearizable');
  });

  test('composite values are compared as values', () => {
    expect(
      outcomeOf('register', serial(['write', [1, { a: 2 }], null], ['read', null, [1, { a: 2 }]])),
    ).toBe('linearizable');
    expect(
      outcomeOf(
        'register',
        serial(['write', { a: 1, b: 2 }, null], ['write', { b: 2, a: 1 }, null]),
      ),
    ).toBe('not-applicable');
  });

  test('rows of one object among many are judged in their own time', () => {
    const lines: Line[] = [];
    for (let i = 0; i < 400; i += 1) {
      const key = i % 40;
      const round = Math.floor(i / 40);
      const isRead = round % 2 === 1;
      const value = key === 17 && round === 9 ? 1 : Math.floor(round / 2) + 1;
      lines.push([key, 'invoke', isRead ? 'read' : 'write', isRead ? null : value]);
      lines.push([key, 'ok', isRead ? 'read' : 'write', value]);
    }
    const history = recorded(lines);
    const rows = (process: number): Int32Array =>
      rowsOf(history).filter((row) => history.operations.process[row] === process);
    expect(checkPolynomial('register', history, rows(16)).kind).toBe('linearizable');
    const result = checkPolynomial('register', history, rows(17));
    expect(result.kind).toBe('violation');
    expect(result.kind === 'violation' && explainViolation(history, result)).toContain(
      'events 754 to 755',
    );
  });

  test('rows may come in any order', () => {
    const history = drawn('0: [w1]     [r1]\n1:     [w2]');
    expect(checkPolynomial('register', history, rowsOf(history).toReversed()).kind).toBe(
      'violation',
    );
  });
});

describe('staleness', () => {
  test('is how long before a read its value was replaced', () => {
    const history = recorded([
      [0, 'invoke', 'write', 1, 0],
      [0, 'ok', 'write', 1, 1],
      [0, 'invoke', 'write', 2, 10],
      [0, 'ok', 'write', 2, 12],
      [1, 'invoke', 'read', null, 40],
      [1, 'ok', 'read', 1, 41],
    ]);
    // The read must look back to before 12 ms, when write 2 had certainly happened.
    expect(stalenessOf(history, rowsOf(history))).toEqual({ kind: 'staleness', staleMs: 28 });
  });

  test('is nothing for a linearizable history and endless for a read of the future', () => {
    const fine = drawn('0: [w1]     [r1]\n1:     [w2------]');
    expect(stalenessOf(fine, rowsOf(fine))).toEqual({ kind: 'staleness', staleMs: 0 });
    const future = drawn('0: [r1]\n1:     [w1]');
    expect(stalenessOf(future, rowsOf(future))).toEqual({
      kind: 'staleness',
      staleMs: Number.POSITIVE_INFINITY,
    });
  });

  test('of a chain of compare-and-sets is that of the oldest link still seen', () => {
    const history = recorded([
      [0, 'invoke', 'write', 1, 0],
      [0, 'ok', 'write', 1, 1],
      [0, 'invoke', 'cas', [1, 2], 2],
      [0, 'ok', 'cas', [1, 2], 5],
      [1, 'invoke', 'read', null, 9],
      [1, 'ok', 'read', 1, 10],
    ]);
    expect(stalenessOf(history, rowsOf(history))).toEqual({ kind: 'staleness', staleMs: 4 });
  });

  test('is the least time that reads must look back: a little less is not enough', () => {
    // Shifting the invocations of reads in the history itself is the definition.
    for (let seed = 1; seed <= 150; seed += 1) {
      const { lines, shifted } = randomReads(seed);
      const history = recorded(lines);
      const result = stalenessOf(history, rowsOf(history));
      if (result.kind !== 'staleness' || result.staleMs === Number.POSITIVE_INFINITY) continue;
      const where = `seed ${seed}: ${result.staleMs} ms\n${JSON.stringify(lines)}`;
      expect(outcomeOf('register', shifted(result.staleMs + 0.25)), where).toBe('linearizable');
      if (result.staleMs > 0)
        expect(outcomeOf('register', shifted(result.staleMs - 0.25)), where).not.toBe(
          'linearizable',
        );
    }
  });
});

/** Operations on a register at times that are even for invocations and odd for returns, in ms. */
function randomReads(seed: number): {
  readonly lines: readonly Line[];
  readonly shifted: (backMs: number) => History;
} {
  const random = new Random(prng(seed));
  const times = Array.from({ length: 60 }, (_, at) => at);
  const drawTime = (): number => times.splice(random.int(times.length), 1)[0] ?? 0;
  const operations = Array.from({ length: 6 }, (_, process) => {
    const [a, b] = [drawTime(), drawTime()];
    return {
      process,
      f: process % 2 === 0 ? 'write' : 'read',
      value: process % 2 === 0 ? process : ([null, 0, 2, 4][random.int(4)] ?? null),
      beginMs: Math.min(a, b),
      endMs: Math.max(a, b),
    };
  });
  const linesOf = (backMs: number): readonly Line[] =>
    operations
      .flatMap(({ process, f, value, beginMs, endMs }): Line[] => [
        [
          process,
          'invoke',
          f,
          f === 'read' ? null : value,
          f === 'read' ? beginMs - backMs : beginMs,
        ],
        [process, 'ok', f, value, endMs],
      ])
      .toSorted((a, b) => (a[4] ?? 0) - (b[4] ?? 0));
  return { lines: linesOf(0), shifted: (backMs) => recorded(linesOf(backMs)) };
}

describe('texts', () => {
  const text = (...calls: readonly (readonly [string, Json, Json])[]): string =>
    outcomeOf('kv', serial(...calls));

  test('what was put and appended is read as one text', () => {
    expect(
      text(['get', null, ''], ['append', 'a', null], ['append', 'b', null], ['get', null, 'ab']),
    ).toBe('linearizable');
    expect(text(['append', 'a', null], ['put', 'b', null], ['get', null, 'b'])).toBe(
      'linearizable',
    );
  });

  test('each way in which a text can be wrong has its name', () => {
    expect(text(['append', 'a', null], ['get', null, 'x'])).toBe('thin-air-read');
    expect(text(['append', 'a', null], ['get', null, 'aa'])).toBe('duplicate-append');
    expect(text(['append', 'a', null], ['put', 'b', null], ['get', null, 'ab'])).toBe('lost-put');
    expect(text(['append', 'a', null], ['append', 'b', null], ['get', null, 'a'])).toBe(
      'stale-read',
    );
    expect(
      text(['append', 'a', null], ['append', 'b', null], ['get', null, 'a'], ['get', null, 'b']),
    ).toBe('lost-append');
    expect(
      text(['append', 'a', null], ['append', 'b', null], ['get', null, 'ab'], ['get', null, 'b']),
    ).toBe('incompatible-order');
  });

  test('texts that cannot be cut in one way only are declined', () => {
    expect(text(['append', 'a', null], ['append', 'ab', null], ['get', null, 'aab'])).toBe(
      'not-applicable',
    );
    expect(text(['put', '', null])).toBe('not-applicable');
    expect(text(['append', 'a', null], ['append', 'a', null])).toBe('not-applicable');
  });

  test('a text of a failed append is aborted, not out of thin air', () => {
    const history = recorded([
      [0, 'invoke', 'append', 'a'],
      [0, 'fail', 'append', 'a'],
      [0, 'invoke', 'get'],
      [0, 'ok', 'get', 'a'],
    ]);
    expect(outcomeOf('kv', history)).toBe('aborted-read');
  });
});

describe('lists, sets and versions', () => {
  test('an append that no later read shows is lost', () => {
    const history = serial(['append', 1, null], ['append', 2, null], ['read', null, [1]]);
    expect(outcomeOf('append-list', history)).toBe('lost-append');
    expect(textOf('append-list', history)).toContain('no read returned its element');
  });

  test('two reads must agree on the order of elements', () => {
    expect(
      outcomeOf(
        'append-list',
        serial(['append', 1, 1], ['append', 2, 2], ['read', null, [1, 2]], ['read', null, [2, 1]]),
      ),
    ).toBe('incompatible-order');
    expect(outcomeOf('append-list', serial(['append', 1, 1], ['read', null, [1, 1]]))).toBe(
      'duplicate-element',
    );
    expect(outcomeOf('append-list', serial(['read', null, null], ['append', 1, 1]))).toBe(
      'linearizable',
    );
  });

  test('{a} and {b} do not go together, although each is fine by itself', () => {
    const history = recorded([
      [0, 'invoke', 'add', 'a'],
      [1, 'invoke', 'add', 'b'],
      [2, 'invoke', 'read'],
      [3, 'invoke', 'read'],
      [2, 'ok', 'read', ['a']],
      [3, 'ok', 'read', ['b']],
    ]);
    expect(outcomeOf('g-set', history)).toBe('incomparable-reads');
    expect(outcomeOf('set', history)).toBe('incomparable-reads');
  });

  test('sets with answers may have elements added again and again', () => {
    const calls: readonly (readonly [string, Json, Json])[] = [
      ['add', 1, true],
      ['add', 1, false],
      ['remove', 1, true],
      ['add', 1, true],
    ];
    expect(outcomeOf('set', serial(...calls, ['contains', 1, true]))).toBe('linearizable');
    expect(outcomeOf('set', serial(...calls, ['contains', 1, false]))).toBe('false-absence');
    expect(outcomeOf('set', serial(...calls, ['contains', 2, true]))).toBe('false-presence');
  });

  test('of two adds that may have changed the set, the one that returns first is taken first', () => {
    const history = recorded([
      [0, 'invoke', 'add', 1],
      [1, 'invoke', 'add', 1],
      [2, 'invoke', 'contains', 1],
      [2, 'ok', 'contains', true],
      [0, 'ok', 'add', true],
      [2, 'invoke', 'remove', 1],
      [2, 'ok', 'remove', true],
      [1, 'ok', 'add', true],
    ]);
    expect(outcomeOf('set', history)).toBe('linearizable');
    expect(outcomeOf('set', recorded([...historyLines(history, [1, 0, 2])]))).toBe('linearizable');
  });

  test('an element with silent operations does not hide a violation of another', () => {
    const silent: readonly (readonly [string, Json, Json])[] = [
      ['add', 1, null],
      ['remove', 1, null],
    ];
    expect(outcomeOf('set', serial(...silent))).toBe('not-applicable');
    expect(outcomeOf('set', serial(...silent, ['contains', 2, true]))).toBe('false-presence');
  });

  test('versions put writes and reads in order', () => {
    const cell = (...calls: readonly (readonly [string, Json, Json])[]): string =>
      outcomeOf('versioned-register', serial(...calls));
    expect(cell(['write', 'x', 4], ['read', null, [4, 'x']], ['cas', ['x', 'y'], 9])).toBe(
      'linearizable',
    );
    expect(cell(['write', 'x', 4], ['write', 'x', 4])).toBe('duplicate-version');
    expect(cell(['write', 'x', 4], ['write', 'y', 3])).toBe('version-order');
    expect(cell(['write', 'x', 4], ['read', null, [4, 'y']])).toBe('wrong-value');
    expect(cell(['write', 'x', 4], ['read', null, null])).toBe('stale-read');
    expect(cell(['write', 'x', 4], ['cas', ['z', 'y'], 5])).toBe('lost-update');
    expect(cell(['read', null, [4, 'y']])).toBe('thin-air-read');
  });
});

describe('containers', () => {
  const queue = (...calls: readonly (readonly [string, Json, Json])[]): string =>
    outcomeOf('fifo-queue', serial(...calls));

  test('each way in which a queue can be wrong has its name', () => {
    expect(
      queue(['enqueue', 1, null], ['enqueue', 2, null], ['dequeue', null, 2], ['dequeue', null, 1]),
    ).toBe('reordered-elements');
    expect(queue(['enqueue', 1, null], ['enqueue', 2, null], ['dequeue', null, 2])).toBe(
      'lost-element',
    );
    expect(queue(['enqueue', 1, null], ['dequeue', null, 1], ['dequeue', null, 1])).toBe(
      'duplicate-element',
    );
    expect(queue(['dequeue', null, 1])).toBe('thin-air-element');
    expect(queue(['dequeue', null, 1], ['enqueue', 1, null])).toBe('future-element');
    expect(queue(['enqueue', 1, null], ['dequeue', null, null])).toBe('false-empty');
    expect(queue(['enqueue', 1, null], ['enqueue', 1, null])).toBe('not-applicable');
    expect(queue(['enqueue', null, null])).toBe('not-applicable');
  });

  test('one crashed dequeue explains one lost element, not two', () => {
    const lines: Line[] = [1, 2, 3].flatMap((value): Line[] => [
      [0, 'invoke', 'enqueue', value],
      [0, 'ok', 'enqueue', value],
    ]);
    const crash: Line[] = [
      [1, 'invoke', 'dequeue'],
      [1, 'info', 'dequeue'],
    ];
    const take = (process: number, value: number): Line[] => [
      [process, 'invoke', 'dequeue'],
      [process, 'ok', 'dequeue', value],
    ];
    expect(outcomeOf('fifo-queue', recorded([...lines, ...crash, ...take(2, 2)]))).toBe(
      'linearizable',
    );
    const two = recorded([...lines, ...crash, ...take(2, 3)]);
    expect(outcomeOf('fifo-queue', two)).toBe('lost-element');
    expect(textOf('fifo-queue', two)).toContain('may have taken one each by then: 1.');
    // A dequeue that crashed too late cannot have taken what was passed over before.
    expect(outcomeOf('fifo-queue', recorded([...lines, ...take(2, 2), ...crash]))).toBe(
      'lost-element',
    );
  });

  test('a crashed take may explain what was lost, but not what was taken in the wrong order', () => {
    const crash: Line[] = [
      [9, 'invoke', 'pop'],
      [9, 'info', 'pop'],
    ];
    const stackOf = (popped: readonly number[]): History =>
      recorded([
        ...[1, 2, 3].flatMap((value): Line[] => [
          [0, 'invoke', 'push', value],
          [0, 'ok', 'push', value],
        ]),
        ...crash,
        ...popped.flatMap((value): Line[] => [
          [0, 'invoke', 'pop'],
          [0, 'ok', 'pop', value],
        ]),
      ]);
    expect(outcomeOf('stack', stackOf([3, 2, 1]))).toBe('linearizable');
    expect(outcomeOf('stack', stackOf([2, 1]))).toBe('linearizable');
    expect(outcomeOf('stack', stackOf([1, 2]))).toBe('not-last-in-first-out');
  });

  test('a stack hands out the newest first; two elements are enough to show that it did not', () => {
    const history = serial(
      ['push', 1, null],
      ['push', 2, null],
      ['push', 3, null],
      ['pop', null, 3],
      ['pop', null, 1],
      ['pop', null, 2],
    );
    expect(outcomeOf('stack', history)).toBe('not-last-in-first-out');
    const result = judged('stack', history);
    expect(result.kind === 'violation' && result.operations).toEqual([0, 1, 4, 5]);
    expect(textOf('stack', history)).toContain('2 lay on 1');
  });

  test('a stack whose elements can be shown wrong only together', () => {
    // 1 is popped while 2 lies on it or, later, 3. Without either of them there is room.
    const call = (process: number, f: string, value: Json): Line => [
      process,
      'invoke',
      f,
      f === 'push' ? value : null,
    ];
    const events = (left: readonly number[]): Line[] => {
      const all: readonly (readonly [number, Line])[] = [
        [1, call(0, 'push', 1)],
        [1, [0, 'ok', 'push', 1]],
        [2, call(1, 'push', 2)],
        [3, call(2, 'push', 3)],
        [2, [1, 'ok', 'push', 2]],
        [1, call(3, 'pop', 1)],
        [3, [2, 'ok', 'push', 3]],
        [2, call(4, 'pop', 2)],
        [1, [3, 'ok', 'pop', 1]],
        [3, call(5, 'pop', 3)],
        [2, [4, 'ok', 'pop', 2]],
        [3, [5, 'ok', 'pop', 3]],
      ];
      return all.filter(([value]) => left.includes(value)).map(([, line]) => line);
    };
    const history = recorded(events([1, 2, 3]));
    expect(outcomeOf('stack', history)).toBe('not-last-in-first-out');
    expect(textOf('stack', history)).toContain('The elements are 1, 2, 3');
    for (const pair of [
      [1, 2],
      [1, 3],
      [2, 3],
    ])
      expect(outcomeOf('stack', recorded(events(pair)))).toBe('linearizable');
  });

  test('a priority queue hands out the first by its order', () => {
    const calls: readonly (readonly [string, Json, Json])[] = [
      ['insert', 1, null],
      ['insert', 2.5, null],
      ['poll', null, 2.5],
    ];
    expect(outcomeOf('priority-queue', serial(...calls))).toBe('linearizable');
    expect(outcomeOf('priority-queue', serial(...calls), 'min')).toBe('not-first-by-priority');
    expect(outcomeOf('priority-queue', serial(['insert', 'x', null]))).toBe('not-applicable');
  });
});

describe('locks', () => {
  const held = (...lines: readonly Line[]): History => recorded(lines);

  test('two owners may not hold a mutex at one time', () => {
    const history = held(
      [0, 'invoke', 'acquire'],
      [0, 'ok', 'acquire', true],
      [1, 'invoke', 'acquire'],
      [1, 'ok', 'acquire', true],
      [0, 'invoke', 'release'],
      [0, 'info', 'release'],
    );
    expect(outcomeOf('mutex', history)).toBe('two-holders');
    expect(textOf('mutex', history)).toContain(
      'to event 4 (the invocation of release of process 0',
    );
    expect(outcomeOf('ownerless-mutex', history)).toBe('two-holders');
    expect(outcomeOf('semaphore', history, 1)).toBe('too-many-permits');
    expect(outcomeOf('semaphore', history, 2)).toBe('linearizable');
  });

  test('a hold cannot be stretched past the next one to explain a refusal', () => {
    const lines = (refusedAt: number): History => {
      const all: Line[] = [
        [0, 'invoke', 'acquire'],
        [0, 'ok', 'acquire', true],
        [0, 'invoke', 'release'],
        [1, 'invoke', 'acquire'],
        [1, 'ok', 'acquire', true],
        [1, 'invoke', 'release'],
        [1, 'ok', 'release', true],
        [0, 'ok', 'release', true],
      ];
      const refused: Line[] = [
        [2, 'invoke', 'acquire'],
        [2, 'ok', 'acquire', false],
      ];
      return recorded([...all.slice(0, refusedAt), ...refused, ...all.slice(refusedAt)]);
    };
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map((at) => outcomeOf('mutex', lines(at)))).toEqual([
      'false-refusal',
      ...Array.from({ length: 6 }, () => 'linearizable'),
      'false-refusal',
      'false-refusal',
    ]);
  });

  test('nor back before the one before it', () => {
    const history = held(
      [1, 'invoke', 'acquire'],
      [2, 'invoke', 'acquire'],
      [2, 'ok', 'acquire', false],
      [0, 'invoke', 'acquire'],
      [0, 'ok', 'acquire', true],
      [0, 'invoke', 'release'],
      [0, 'ok', 'release', true],
      [1, 'ok', 'acquire', true],
    );
    expect(outcomeOf('mutex', history)).toBe('false-refusal');
  });

  test('a token must be a number', () => {
    expect(outcomeOf('fenced-mutex', serial(['acquire', null, true]))).toBe('not-applicable');
  });

  test('an owner may be a name instead of a process', () => {
    const acquire = (process: number, name: string): Line[] => [
      [process, 'invoke', 'acquire', name],
      [process, 'ok', 'acquire', true],
    ];
    expect(outcomeOf('reentrant-mutex', held(...acquire(0, 'a'), ...acquire(1, 'a')))).toBe(
      'linearizable',
    );
    expect(outcomeOf('reentrant-mutex', held(...acquire(0, 'a'), ...acquire(1, 'b')))).toBe(
      'two-holders',
    );
    expect(outcomeOf('reentrant-mutex', held(...acquire(0, 'a'), ...acquire(1, 'a')), 1)).toBe(
      'two-holders',
    );
  });

  test('tokens must rise', () => {
    const calls = (tokens: readonly number[]): History =>
      recorded(
        tokens.flatMap((token, process): Line[] => [
          [process, 'invoke', 'acquire'],
          [process, 'ok', 'acquire', token],
          [process, 'invoke', 'release'],
          [process, 'ok', 'release', true],
        ]),
      );
    expect(outcomeOf('fenced-mutex', calls([1, 2, 7]))).toBe('linearizable');
    expect(outcomeOf('fenced-mutex', calls([1, 3, 2]))).toBe('token-did-not-rise');
    expect(outcomeOf('fenced-mutex', calls([1, 1]))).toBe('token-did-not-rise');
    expect(
      outcomeOf('fenced-writes', serial(['write', [2, 'x'], true], ['write', [1, 'y'], true])),
    ).toBe('stale-token-accepted');
    expect(outcomeOf('fenced-writes', serial(['write', 1, true], ['write', 1, true]))).toBe(
      'linearizable',
    );
  });

  test('a lease may be granted again once the time of the one before is over', () => {
    const leases = (secondMs: number): History =>
      held(
        [0, 'invoke', 'acquire', null, 0],
        [0, 'ok', 'acquire', true, 10],
        [1, 'invoke', 'acquire', null, secondMs],
        [1, 'ok', 'acquire', true, secondMs + 5],
      );
    expect(outcomeOf('lease', leases(90), 100)).toBe('two-holders');
    expect(textOf('lease', leases(90), 100)).toContain('cannot have ended before 100 ms');
    expect(outcomeOf('lease', leases(100), 100)).toBe('linearizable');
    expect(outcomeOf('lease', leases(90), undefined)).toBe('not-applicable');
  });

  test('leases that are possible only in another order are left to a search', () => {
    const history = held(
      [0, 'invoke', 'acquire', null, 0],
      [1, 'invoke', 'acquire', null, 50],
      [1, 'ok', 'acquire', true, 60],
      [0, 'ok', 'acquire', true, 61],
    );
    // Granting process 0 first, at 0, works for 30 ms; for 1000 ms nothing does.
    expect(outcomeOf('lease', history, 1000)).toBe('two-holders');
    expect(outcomeOf('lease', history, 30)).not.toBe('two-holders');
  });
});

describe('counters', () => {
  test('a read may not miss additions that returned before it, nor see any that come later', () => {
    const calls: readonly (readonly [string, Json, Json])[] = [
      ['add', null, null],
      ['add', 1, null],
    ];
    expect(outcomeOf('counter', serial(...calls, ['read', null, 2]))).toBe('linearizable');
    expect(outcomeOf('counter', serial(...calls, ['read', null, 1]))).toBe('stale-read');
    expect(outcomeOf('counter', serial(...calls, ['read', null, 3]))).toBe('sum-too-great');
    expect(outcomeOf('counter', serial(['read', null, 2], ...calls))).toBe('sum-too-great');
    expect(outcomeOf('counter', serial(...calls, ['read', null, 12]), 10)).toBe('linearizable');
    expect(outcomeOf('counter', serial(['add', 2, null], ['read', null, 1]))).toBe(
      'impossible-sum',
    );
    expect(outcomeOf('counter', serial(['add-and-get', 1, 1], ['add-and-get', 1, 1]))).toBe(
      'duplicate-sum',
    );
  });

  test('with additions of many sizes only the bounds are certain', () => {
    const open = recorded([
      [0, 'invoke', 'add', 5],
      [1, 'invoke', 'add', -3],
      [2, 'invoke', 'read'],
      [2, 'ok', 'read', 4],
    ]);
    expect(outcomeOf('counter', open)).toBe('not-applicable');
    expect(
      outcomeOf('counter', serial(['add', 5, null], ['add', -3, null], ['read', null, 2])),
    ).toBe('linearizable');
    expect(
      outcomeOf('counter', serial(['add', 5, null], ['add', -3, null], ['read', null, 3])),
    ).toBe('sum-out-of-bounds');
  });
});

describe('by name', () => {
  test('every model of the library is known, or says that it is not', () => {
    for (const { name } of modelLibrary) expect(polynomialModels).toContain(name);
    const result = judged('bank', drawn('0: [r1]'));
    expect(result).toMatchObject({ kind: 'not-applicable', method: 'none' });
    expect(judged('toString', drawn('0: [r1]')).kind).toBe('not-applicable');
  });

  test('an empty history is linearizable for every model that needs no parameter', () => {
    const history = recorded([]);
    for (const model of polynomialModels.filter((name) => name !== 'semaphore' && name !== 'lease'))
      expect(judged(model, history).kind, model).toBe('linearizable');
  });

  test('a method is one line', () => {
    for (const model of polynomialModels)
      expect(judged(model, recorded([])).method).toMatch(/^[^\n]{10,100}$/u);
  });

  test('operations are described with their events', () => {
    const history = drawn('0: [w1?]\n1: [r_]\n2: [w2!]');
    expect([0, 1, 2].map((row) => describeOperation(history, row))).toEqual([
      'write 1 of process 0 (event 0, outcome unknown)',
      'read → null of process 1 (events 1 to 3)',
      'write 2 of process 2 (events 2 to 5, failed)',
    ]);
  });
});
