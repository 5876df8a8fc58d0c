/**
 * Where the polynomial algorithms end: histories that an algorithm must decline because its
 * theorem does not cover them, and those that are just within a bound or just beyond it. Each is
 * the smallest history that tells a rule from the rule left out.
 */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { checkPolynomial } from '../../src/checker/linearizability/poly/polynomial.ts';
import { stalenessOf } from '../../src/checker/linearizability/poly/staleness.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';

type Line = readonly [
  process: number,
  type: 'invoke' | 'ok' | 'fail' | 'info',
  f: string,
  value?: Json,
  timeMs?: number,
];

function recorded(lines: readonly Line[]): History {
  const builder = new HistoryBuilder();
  for (const [at, [process, type, f, value = null, timeMs = at]] of lines.entries())
    builder.add({ time: timeMs * 1_000_000, process, type, f, value });
  return builder.build();
}

function verdictOn(model: string, lines: readonly Line[], parameter?: Json): string {
  const history = recorded(lines);
  const rows = Int32Array.from({ length: history.operationCount }, (_, row) => row);
  const result = checkPolynomial(model, history, rows, parameter);
  return result.kind === 'violation' ? result.type : result.kind;
}

/** The answer of an operation of unknown outcome. */
const noAnswer = undefined;

type Call = readonly [process: number, f: string, input: Json, output: Json | undefined];

/** One operation after the other. */
function serial(...calls: readonly Call[]): readonly Line[] {
  return calls.flatMap(([process, f, input, output]): Line[] => [
    [process, 'invoke', f, input],
    output === noAnswer ? [process, 'info', f, input] : [process, 'ok', f, output],
  ]);
}

describe('locks', () => {
  test.each(['mutex', 'fenced-mutex', 'reentrant-mutex'])(
    'an owner of a %s that goes on after an operation of unknown outcome is left to a search',
    (model) => {
      const lines = serial([0, 'acquire', null, noAnswer], [0, 'acquire', null, 1]);
      expect(verdictOn(model, lines)).toBe('not-applicable');
    },
  );

  test('so is a process that uses a semaphore', () => {
    const goesOn = serial([0, 'acquire', 1, noAnswer], [0, 'acquire', 1, true]);
    expect(verdictOn('semaphore', goesOn, 2)).toBe('not-applicable');
    const another = serial([0, 'acquire', 1, noAnswer], [1, 'acquire', 1, true]);
    expect(verdictOn('semaphore', another, 2)).toBe('linearizable');
  });

  test('permits given back by a process that does not hold them are left to a search', () => {
    expect(verdictOn('semaphore', serial([0, 'release', 1, true]), 2)).toBe('not-applicable');
    const more = serial([0, 'acquire', 1, true], [0, 'release', 2, true]);
    expect(verdictOn('semaphore', more, 2)).toBe('not-applicable');
    const whole = serial([0, 'acquire', 2, true], [0, 'release', 2, true]);
    expect(verdictOn('semaphore', whole, 2)).toBe('linearizable');
    const unsure = serial([0, 'acquire', 1, noAnswer], [1, 'release', 1, true]);
    expect(verdictOn('semaphore', unsure, 2)).toBe('not-applicable');
  });

  test('no permit, part of a permit and fewer than none are no amounts', () => {
    for (const amount of [0, 0.5, -1, 'one'])
      expect(verdictOn('semaphore', serial([0, 'acquire', amount, true]), 2)).toBe(
        'not-applicable',
      );
  });

  test('a refused release of a lock that its owner holds is false, of another it is right', () => {
    const held = serial([0, 'acquire', null, true], [0, 'release', null, false]);
    expect(verdictOn('mutex', held)).toBe('false-refusal');
    expect(verdictOn('mutex', serial([0, 'release', null, false]))).toBe('linearizable');
    expect(verdictOn('mutex', serial([0, 'release', null, true]))).toBe('release-without-hold');
    expect(verdictOn('mutex', serial([0, 'release', null, noAnswer]))).toBe('linearizable');
  });

  test('an owner may be refused only at its greatest number of holds', () => {
    const holds = (count: number, answer: boolean): readonly Line[] =>
      serial(...Array.from({ length: count }, (): Call => [0, 'acquire', null, true]), [
        0,
        'acquire',
        null,
        answer,
      ]);
    expect(verdictOn('reentrant-mutex', holds(1, false), 2)).toBe('false-refusal');
    expect(verdictOn('reentrant-mutex', holds(2, false), 2)).toBe('linearizable');
    expect(verdictOn('reentrant-mutex', holds(1, true), 2)).toBe('linearizable');
    expect(verdictOn('reentrant-mutex', holds(2, true), 2)).toBe('too-many-holds');
  });

  test('a fenced mutex that nobody holds refuses nobody', () => {
    expect(verdictOn('fenced-mutex', serial([0, 'acquire', null, false]))).toBe('false-refusal');
  });

  test('permits are refused falsely where just enough are free', () => {
    const refused = (held: number): readonly Line[] =>
      serial([0, 'acquire', held, true], [1, 'acquire', 1, false]);
    expect(verdictOn('semaphore', refused(1), 2)).toBe('false-refusal');
    expect(verdictOn('semaphore', refused(2), 2)).toBe('linearizable');
  });

  test('whether a permit was there for who was refused may depend on who came first', () => {
    const lines: readonly Line[] = [
      [0, 'invoke', 'acquire', 1],
      ...serial([1, 'acquire', 1, false]),
      [0, 'ok', 'acquire', true],
    ];
    expect(verdictOn('semaphore', lines, 1)).toBe('not-applicable');
    const over = serial([0, 'acquire', 1, true], [0, 'release', 1, true], [1, 'acquire', 1, false]);
    expect(verdictOn('semaphore', over, 1)).toBe('false-refusal');
  });

  test('a semaphore has a permit', () => {
    expect(verdictOn('semaphore', serial([0, 'acquire', 1, true]), 0)).toBe('not-applicable');
    expect(verdictOn('semaphore', serial([0, 'acquire', 1, true]), 1)).toBe('linearizable');
  });

  test('tokens need not be whole numbers', () => {
    const lines = serial([0, 'write', 1, true], [0, 'write', 1.5, true], [0, 'write', 1.2, true]);
    expect(verdictOn('fenced-writes', lines)).toBe('stale-token-accepted');
  });

  test('a refused write with a token ends in fail', () => {
    expect(verdictOn('fenced-writes', serial([0, 'write', 1, false]))).toBe('not-applicable');
  });
});

describe('unknown outcomes', () => {
  test('what is written at the end of an operation of unknown outcome is no answer', () => {
    const lines: readonly Line[] = [
      [0, 'invoke', 'acquire'],
      [0, 'info', 'acquire', false],
      ...serial([1, 'release', null, true]),
    ];
    expect(verdictOn('ownerless-mutex', lines)).toBe('linearizable');
    const replaced: readonly Line[] = [
      ...serial([0, 'write', 1, 1]),
      [0, 'invoke', 'cas', [1, 2]],
      [0, 'info', 'cas', false],
      ...serial([1, 'read', null, 2]),
    ];
    expect(verdictOn('cas-register', replaced)).toBe('linearizable');
  });

  test('an addition of unknown outcome counts once at most', () => {
    const crashed: Call = [0, 'add', 1, noAnswer];
    const later: Call = [1, 'add', 1, null];
    const sums = (value: number): readonly Line[] =>
      serial(crashed, [1, 'read', null, value], later);
    expect([0, 1, 2].map((value) => verdictOn('counter', sums(value)))).toEqual([
      'linearizable',
      'linearizable',
      'sum-too-great',
    ]);
  });
});

describe('leases', () => {
  const ttlMs = 100;

  test('the next may be granted in the very instant in which the one before ends', () => {
    const lines = (secondMs: number): readonly Line[] => [
      [0, 'invoke', 'acquire', null, 0],
      [0, 'ok', 'acquire', true, 10],
      [1, 'invoke', 'acquire', null, 20],
      [1, 'ok', 'acquire', true, secondMs],
    ];
    expect(verdictOn('lease', lines(100), ttlMs)).toBe('linearizable');
    expect(verdictOn('lease', lines(99), ttlMs)).toBe('two-holders');
  });

  test('the last lease counts, not the first', () => {
    const acquired = (process: number, fromMs: number): readonly Line[] => [
      [process, 'invoke', 'acquire', null, fromMs],
      [process, 'ok', 'acquire', true, fromMs + 10],
    ];
    const third = (fromMs: number): readonly Line[] =>
      [0, 100, fromMs].flatMap((ms, process) => acquired(process, ms));
    expect(verdictOn('lease', third(120), ttlMs)).toBe('two-holders');
    expect(verdictOn('lease', third(200), ttlMs)).toBe('linearizable');
  });

  test('what an owner does out of turn is left to a search', () => {
    const declined: readonly (readonly Line[])[] = [
      serial([0, 'acquire', null, false]),
      serial([0, 'release', null, true]),
      serial([0, 'acquire', null, true], [0, 'acquire', null, true]),
      serial([0, 'acquire', null, noAnswer], [0, 'acquire', null, true]),
      serial([0, 'acquire', null, true], [0, 'release', null, true], [0, 'release', null, true]),
    ];
    for (const lines of declined) expect(verdictOn('lease', lines, ttlMs)).toBe('not-applicable');
  });

  test('one of unknown outcome keeps nobody out, and a release lets the next one in', () => {
    const unsure = serial([0, 'acquire', null, noAnswer], [1, 'acquire', null, true]);
    expect(verdictOn('lease', unsure, ttlMs)).toBe('linearizable');
    const released = serial(
      [0, 'acquire', null, true],
      [0, 'release', null, true],
      [1, 'acquire', null, true],
    );
    expect(verdictOn('lease', released, ttlMs)).toBe('linearizable');
  });
});

describe('sets and versions', () => {
  test.each(['remove', 'contains'])('reads of a whole set together with %s are declined', (f) => {
    const lines = serial([0, 'add', 1, true], [0, 'read', null, [1]], [0, f, 2, true]);
    expect(verdictOn('set', lines)).toBe('not-applicable');
  });

  test('an element that was added silently and never removed is there', () => {
    const added: Call = [0, 'add', 1, null];
    expect(verdictOn('set', serial(added, [0, 'contains', 1, true]))).toBe('linearizable');
    expect(verdictOn('set', serial(added, [0, 'contains', 1, false]))).toBe('false-absence');
  });

  test('a contains without an answer and an add that added nothing are declined', () => {
    expect(verdictOn('set', serial([0, 'contains', 1, null]))).toBe('not-applicable');
    const again = serial([0, 'add', 1, false], [0, 'read', null, [1]]);
    expect(verdictOn('g-set', again)).toBe('not-applicable');
  });

  test('a version can be of the one write of unknown outcome with its value, not of one of two', () => {
    const shown: Call = [9, 'read', null, [5, 'x']];
    const crashed = (process: number): Call => [process, 'write', 'x', noAnswer];
    expect(verdictOn('versioned-register', serial(crashed(0), shown))).toBe('linearizable');
    expect(verdictOn('versioned-register', serial(crashed(0), crashed(1), shown))).toBe(
      'not-applicable',
    );
    expect(verdictOn('versioned-register', serial(shown))).toBe('thin-air-read');
  });

  test('a compare-and-set may have found what a write of unknown outcome left', () => {
    const replaced: Call = [1, 'cas', ['x', 'y'], 2];
    const first: Call = [2, 'write', 'a', 1];
    const lines = serial([0, 'write', 'x', noAnswer], first, replaced);
    expect(verdictOn('versioned-register', lines)).toBe('not-applicable');
    expect(verdictOn('versioned-register', serial(first, replaced))).toBe('lost-update');
    const shown: Call = [3, 'read', null, [0, 'x']];
    const before = serial([0, 'write', 'x', noAnswer], shown, first, replaced);
    expect(verdictOn('versioned-register', before)).toBe('lost-update');
    const right = serial([0, 'write', 'x', 1], replaced);
    expect(verdictOn('versioned-register', right)).toBe('linearizable');
  });
});

describe('containers', () => {
  test('a take of unknown outcome explains what was found missing after it began, not before', () => {
    const put: Call = [0, 'enqueue', 1, null];
    const empty: Call = [0, 'dequeue', null, null];
    const crashed: Call = [1, 'dequeue', null, noAnswer];
    for (const model of ['fifo-queue', 'unordered-queue']) {
      expect(verdictOn(model, serial(put, crashed, empty))).toBe('linearizable');
      expect(verdictOn(model, serial(put, empty, crashed))).toBe('not-applicable');
      expect(verdictOn(model, serial(put, empty))).toBe('false-empty');
    }
  });

  test('an element of a list that nobody appended is out of thin air', () => {
    expect(verdictOn('append-list', serial([0, 'read', null, [5]]))).toBe('thin-air-read');
  });
});

describe('cells', () => {
  test('compare-and-sets in a circle have none that can be first', () => {
    const circle = serial([0, 'cas', [1, 2], true], [1, 'cas', [2, 1], true]);
    expect(verdictOn('cas-register', circle)).toBe('cas-cycle');
    const open: readonly Line[] = [
      [0, 'invoke', 'cas', [1, 2]],
      [1, 'invoke', 'cas', [2, 1]],
      [0, 'ok', 'cas', true],
      [1, 'ok', 'cas', true],
    ];
    expect(verdictOn('cas-register', open)).toBe('cas-cycle');
  });

  test('a read of null from a register that began with a value was not recorded', () => {
    const read = serial([0, 'read', null, null]);
    expect(verdictOn('register', read, 0)).toBe('linearizable');
    expect(verdictOn('register', serial([0, 'write', 1, 1], [0, 'read', null, null]))).toBe(
      'stale-read',
    );
  });

  test('an initial text with which another begins is declined', () => {
    expect(verdictOn('kv', serial([0, 'put', 'ab', null]), 'a')).toBe('not-applicable');
  });

  test('a text never loses the text from which it began, unless by a put', () => {
    const get = (text: string): Call => [0, 'get', null, text];
    expect(verdictOn('kv', serial(get('')), 'a')).toBe('thin-air-read');
    expect(verdictOn('kv', serial([0, 'put', 'x', null], get('ax')), 'a')).toBe('lost-put');
    expect(verdictOn('kv', serial([0, 'put', 'x', null], get('x')), 'a')).toBe('linearizable');
  });

  test('a key with a value written twice is declined, whatever the other keys say', () => {
    const twice = serial([0, 'write', ['a', 1], null], [0, 'write', ['a', 1], null]);
    const fine = serial([0, 'write', ['b', 1], null], [0, 'read', ['b', null], ['b', 1]]);
    expect(verdictOn('multi-register', [...twice, ...fine])).toBe('not-applicable');
    expect(verdictOn('multi-register', fine)).toBe('linearizable');
    const wrong = serial([0, 'write', ['b', 1], null], [0, 'read', ['b', null], ['b', null]]);
    expect(verdictOn('multi-register', [...twice, ...wrong])).toBe('stale-read');
  });

  test('each key has its own initial value', () => {
    const reads = serial([0, 'read', ['a', null], ['a', 7]], [0, 'read', ['b', null], ['b', null]]);
    expect(verdictOn('multi-register', reads, { a: 7 })).toBe('linearizable');
    expect(verdictOn('multi-register', reads, { a: 8 })).toBe('thin-air-read');
    const nothing = serial([0, 'read', ['a', null], ['a', null]]);
    expect(verdictOn('multi-register', nothing, { a: 7 })).toBe('thin-air-read');
  });

  test('an operation that returns right after the invocation of another overlaps it', () => {
    const noise = Array.from({ length: 100 }, (_, at) => serial([9, 'noise', at, at])).flat();
    const history = recorded([
      [0, 'invoke', 'write', 1],
      ...noise,
      [1, 'invoke', 'read'],
      [0, 'ok', 'write', 1],
      [1, 'ok', 'read', null],
    ]);
    const rows = Int32Array.of(0, history.operationCount - 1);
    expect(checkPolynomial('register', history, rows).kind).toBe('linearizable');
  });

  test('operations are judged in order of invocation, in whatever order their rows are given', () => {
    const history = recorded(serial([0, 'acquire', null, true], [0, 'release', null, true]));
    expect(checkPolynomial('mutex', history, Int32Array.of(1, 0)).kind).toBe('linearizable');
  });

  test('a read must look back to before the first read of what came next', () => {
    const history = recorded([
      [0, 'invoke', 'write', 1, 0],
      [0, 'ok', 'write', 1, 1],
      [0, 'invoke', 'cas', [1, 2], 2],
      [0, 'info', 'cas', [1, 2], 3],
      [1, 'invoke', 'read', null, 4],
      [1, 'ok', 'read', 2, 5],
      [1, 'invoke', 'read', null, 9],
      [1, 'ok', 'read', 1, 10],
    ]);
    const rows = Int32Array.from({ length: history.operationCount }, (_, row) => row);
    expect(stalenessOf(history, rows)).toEqual({ kind: 'staleness', staleMs: 4 });
  });

  test('no looking back explains two compare-and-sets in a circle', () => {
    const history = recorded(serial([0, 'cas', [1, 2], true], [0, 'cas', [2, 1], true]));
    const rows = Int32Array.of(0, 1);
    expect(stalenessOf(history, rows)).toEqual({
      kind: 'staleness',
      staleMs: Number.POSITIVE_INFINITY,
    });
  });

  test('no looking back explains a compare-and-set that replaced what was written only later', () => {
    const history = recorded(serial([0, 'cas', [1, 2], true], [0, 'write', 1, 1]));
    const rows = Int32Array.from({ length: history.operationCount }, (_, row) => row);
    expect(stalenessOf(history, rows)).toEqual({
      kind: 'staleness',
      staleMs: Number.POSITIVE_INFINITY,
    });
  });
});

describe('numbers of any size', () => {
  test.each([
    ['fractions', [1.5, 1.25, 1.75]],
    ['numbers below zero', [-(2 ** 31), -5, 7]],
    ['numbers beyond 32 bits', [-(2 ** 31), 2 ** 52, 2 ** 52 + 1]],
  ])('a priority queue tells %s apart', (_, numbers) => {
    const inserts = numbers.map((each): Call => [0, 'insert', each, null]);
    const polls = (order: readonly number[]): readonly Line[] =>
      serial(...inserts, ...order.map((each): Call => [0, 'poll', null, each]));
    const falling = numbers.toSorted((a, b) => b - a);
    expect(verdictOn('priority-queue', polls(falling), 'max')).toBe('linearizable');
    expect(verdictOn('priority-queue', polls(falling.toReversed()), 'min')).toBe('linearizable');
    const [first = 0, second = 0, third = 0] = falling;
    for (const order of [
      [second, first, third],
      [first, third, second],
    ])
      expect(verdictOn('priority-queue', polls(order), 'max')).toBe('not-first-by-priority');
  });

  test('a sum of additions of many sizes may be neither less nor more than they make', () => {
    const sums = (value: number): readonly Line[] =>
      serial([0, 'add', 5, null], [0, 'add', -3, null], [0, 'read', null, value]);
    expect([1, 2, 3].map((value) => verdictOn('counter', sums(value)))).toEqual([
      'sum-out-of-bounds',
      'linearizable',
      'sum-out-of-bounds',
    ]);
  });

  test('of four additions under way the two that return first are taken for the sum of two', () => {
    const seesTwo = serial([4, 'read', null, 2]);
    const lines: readonly Line[] = [
      ...[0, 1, 2, 3].map((process): Line => [process, 'invoke', 'add', 1]),
      [0, 'ok', 'add'],
      ...seesTwo,
      [2, 'ok', 'add'],
      ...seesTwo,
      [1, 'ok', 'add'],
      [3, 'ok', 'add'],
    ];
    expect(verdictOn('counter', lines)).toBe('linearizable');
  });

  test('an addition cannot have made the sum from which all began', () => {
    expect(verdictOn('counter', serial([0, 'add-and-get', 1, 0]))).toBe('impossible-sum');
    expect(verdictOn('counter', serial([0, 'add-and-get', 0, 0]))).toBe('linearizable');
  });

  test('additions of many sizes that say their sums are declined', () => {
    const lines = serial([0, 'add', 2, null], [0, 'add-and-get', 3, 5]);
    expect(verdictOn('counter', lines)).toBe('not-applicable');
  });

  test('a compare-and-set that changes nothing is declined', () => {
    const lines = serial([0, 'write', 1, 1], [0, 'cas', [1, 1], true]);
    expect(verdictOn('cas-register', lines)).toBe('not-applicable');
  });
});
