import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import type { Checker } from '../../src/checker/checker.ts';
import { bank } from '../../src/checker/invariant/bank.ts';
import { causalReverse } from '../../src/checker/invariant/causal-reverse.ts';
import { counterBounds } from '../../src/checker/invariant/counter.ts';
import { election } from '../../src/checker/invariant/election.ts';
import { finalCounter, subsetSums } from '../../src/checker/invariant/final-counter.ts';
import { lockHolds } from '../../src/checker/invariant/lock.ts';
import { logPattern } from '../../src/checker/invariant/log-pattern.ts';
import { longFork } from '../../src/checker/invariant/long-fork.ts';
import { monotonic } from '../../src/checker/invariant/monotonic.ts';
import { queueSources } from '../../src/checker/invariant/queue.ts';
import { rateLimit } from '../../src/checker/invariant/rate-limit.ts';
import { sequentialInserts } from '../../src/checker/invariant/sequential.ts';
import { setByLastRead } from '../../src/checker/invariant/set.ts';
import { setFull } from '../../src/checker/invariant/set-full.ts';
import { totalOrder } from '../../src/checker/invariant/total-order.ts';
import { totalQueue } from '../../src/checker/invariant/total-queue.ts';
import { uniqueIds } from '../../src/checker/invariant/unique-ids.ts';
import { writeSkew } from '../../src/checker/invariant/write-skew.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { EventType, HistoryEvent } from '../../src/history/event.ts';

type Line = Omit<HistoryEvent, 'index' | 'time'>;
type More = Partial<Pick<HistoryEvent, 'key' | 'node' | 'final' | 'error'>>;

const limits = { timeoutMs: 1000, memoryMb: 64, nowMs: () => 0 };

/** An event; one millisecond apart. */
function at(process: number, type: EventType, f: string, value?: Json, more: More = {}): Line {
  return { process, type, f, ...(value === undefined ? {} : { value }), ...more };
}

/** An operation that nothing overlaps: two events. */
function did(
  process: number,
  f: string,
  input: Json,
  output: Json = input,
  more: More = {},
): Line[] {
  return [at(process, 'invoke', f, input, more), at(process, 'ok', f, output)];
}

function crashed(process: number, f: string, input: Json): Line[] {
  return [at(process, 'invoke', f, input), at(process, 'info', f, input)];
}

function failed(process: number, f: string, input: Json, code = 'refused'): Line[] {
  return [at(process, 'invoke', f, input), at(process, 'fail', f, input, { error: [code, ''] })];
}

function judged(checker: Checker, ...lines: readonly (Line | Line[])[]): Verdict {
  const builder = new HistoryBuilder();
  for (const [i, line] of lines.flat().entries()) builder.add({ time: i * 1_000_000, ...line });
  return checker.check(builder.build(), limits);
}

function typesOf(verdict: Verdict): readonly string[] {
  return anomaliesOf(verdict).map(({ type }) => type);
}

function operationsOf(verdict: Verdict): readonly (readonly number[])[] {
  return anomaliesOf(verdict).map(({ operations }) => operations);
}

describe('set', () => {
  test('the last read must show what was acknowledged before it began', () => {
    const verdict = judged(
      setByLastRead(),
      did(0, 'add', 1),
      did(0, 'add', 2),
      did(1, 'read', null, [2]),
    );
    expect(verdict.valid).toBe(false);
    expect(typesOf(verdict)).toEqual(['lost']);
    expect(operationsOf(verdict)).toEqual([[0, 4]]);
    expect(verdict.details).toMatchObject({ lostCount: 1, okCount: 1, lost: [1] });
  });

  test('an add that overlaps the last read, crashed or failed may be missing', () => {
    const verdict = judged(
      setByLastRead(),
      did(0, 'add', 1),
      at(1, 'invoke', 'add', 2),
      at(2, 'invoke', 'read', null),
      at(1, 'ok', 'add', 2),
      at(2, 'ok', 'read', [1]),
      crashed(3, 'add', 3),
      failed(4, 'add', 4),
    );
    expect(verdict.valid).toBe(true);
  });

  test('nothing may be shown that was not added, that failed, or twice', () => {
    const verdict = judged(
      setByLastRead(),
      did(0, 'add', 1),
      failed(4, 'add', 4),
      crashed(5, 'add', 5),
      did(1, 'read', null, [1, 1, 4, 5, 'ghost']),
    );
    expect(typesOf(verdict).toSorted()).toEqual(['duplicate-element', 'phantom', 'phantom']);
    expect(verdict.details).toMatchObject({ recoveredCount: 1, unexpected: [4, 'ghost'] });
  });

  test('a set that was never read is not judged', () => {
    expect(judged(setByLastRead(), did(0, 'add', 1)).valid).toBe('unknown');
  });

  test('keys are sets of their own', () => {
    const verdict = judged(
      setByLastRead(),
      did(0, 'add', 1, 1, { key: 'a' }),
      did(0, 'add', 1, 1, { key: 'b' }),
      did(1, 'read', null, [1], { key: 'a' }),
      did(1, 'read', null, [], { key: 'b' }),
      did(1, 'add', 1, 1, { key: 'never-read' }),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'lost', key: 'b' }]);
    expect(verdict.details).toMatchObject({ keyCount: 3, keysNotJudged: 1, lostCount: 1 });
  });
});

describe('set-full', () => {
  test('an element that vanishes from the last read is lost', () => {
    const verdict = judged(
      setFull(),
      did(0, 'add', 1),
      did(0, 'add', 2),
      did(1, 'read', null, [1, 2]),
      did(1, 'read', null, [2]),
    );
    expect(typesOf(verdict)).toEqual(['lost']);
    expect(operationsOf(verdict)).toEqual([[0, 4, 6]]);
    expect(verdict.details).toMatchObject({ stableCount: 1, lostCount: 1, lost: [1] });
  });

  test('a late element is stable with its latency, and stale if reads must be linearizable', () => {
    const lines = [did(0, 'add', 1), did(1, 'read', null, []), did(1, 'read', null, [1])];
    const weak = judged(setFull(), ...lines);
    expect(weak.valid).toBe(true);
    // Known at 1 ms; last absent in a read invoked at 2 ms.
    expect(weak.details).toMatchObject({
      staleCount: 1,
      stableLatenciesMs: { 0: 1.000001, 1: 1.000001 },
    });
    const strong = judged(setFull({ linearizable: true }), ...lines);
    expect(typesOf(strong)).toEqual(['stale']);
  });

  test('a read that began before the element was known may lack it', () => {
    const verdict = judged(
      setFull({ linearizable: true }),
      at(1, 'invoke', 'read', null),
      did(0, 'add', 1),
      at(1, 'ok', 'read', []),
      did(1, 'read', null, [1]),
    );
    expect(verdict.valid).toBe(true);
  });

  test('an element seen once is known although its add crashed', () => {
    const verdict = judged(
      setFull(),
      crashed(0, 'add', 1),
      did(2, 'add', 2),
      did(1, 'read', null, [1, 2]),
      did(1, 'read', null, [2]),
    );
    expect(typesOf(verdict)).toEqual(['lost']);
  });

  test('duplicates and phantoms are reported, also under the names of broadcast', () => {
    const verdict = judged(
      setFull({ add: 'broadcast' }),
      did(0, 'broadcast', 1),
      did(1, 'read', null, [1, 1]),
      did(1, 'read', null, [1, 7]),
      did(1, 'read', null, [1, 9]),
      did(0, 'broadcast', 9),
      did(1, 'read', null, [1, 9]),
    );
    expect(typesOf(verdict).toSorted()).toEqual(['duplicate-element', 'phantom', 'phantom']);
    expect(verdict.details).toMatchObject({ duplicated: [1], phantoms: [7, 9] });
  });

  test('an element that was only never read is no anomaly, and proves nothing', () => {
    const verdict = judged(setFull(), crashed(0, 'add', 1), did(1, 'read', null, []));
    expect(verdict.valid).toBe('unknown');
    expect(verdict.details).toMatchObject({ neverReadCount: 1 });
  });

  test('nothing is said where final reads were tried and none succeeded', () => {
    const lines = [did(0, 'add', 1), did(1, 'read', null, [1]), did(0, 'add', 2)];
    expect(judged(setFull(), ...lines).valid).toBe(true);
    const failed = did(1, 'read', null, [], { final: true }).map(
      (line): Line => ({
        ...line,
        type: line.type === 'ok' ? 'fail' : line.type,
        value: null,
      }),
    );
    const verdict = judged(setFull(), ...lines, failed);
    expect(verdict.valid).toBe('unknown');
    expect(verdict).toMatchObject({ reason: { message: 'none of the 1 final reads succeeded' } });
    const afterLoss = [...lines, did(1, 'read', null, [2])];
    expect(judged(setFull(), ...afterLoss, failed).valid).toBe(false);
  });

  test('final reads that disagree are counted, and refused if each must show all', () => {
    const lines = [
      did(0, 'add', 1),
      did(1, 'read', null, [], { final: true }),
      did(2, 'read', null, [1], { final: true }),
    ];
    expect(judged(setFull(), ...lines)).toMatchObject({
      valid: true,
      details: { divergentFinalCount: 1 },
    });
    expect(typesOf(judged(setFull({ everyFinalRead: true }), ...lines))).toEqual(['lost-element']);
  });
});

describe('unique-ids', () => {
  test('equal JSON values are one id, whatever the order of their fields', () => {
    const verdict = judged(
      uniqueIds(),
      did(0, 'generate', null, { a: 1, b: 2 }),
      did(1, 'generate', null, { b: 2, a: 1 }),
      did(2, 'generate', null, '1'),
      did(3, 'generate', null, 1),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'duplicate-id', operations: [0, 2] }]);
    expect(verdict.details).toMatchObject({ acknowledgedCount: 4, duplicatedCount: 1 });
  });

  test('distinct ids are valid, none are nothing', () => {
    const verdict = judged(uniqueIds(), did(0, 'generate', null, 7), did(1, 'generate', null, 5));
    expect(verdict).toMatchObject({ valid: true, details: { range: [5, 7] } });
    expect(judged(uniqueIds(), failed(0, 'generate', null)).valid).toBe('unknown');
  });
});

describe('counter', () => {
  const read = (value: number): Line[] => did(9, 'read', null, value);

  test.each([
    [2, false],
    [3, true],
    [8, true],
    [9, false],
  ])(
    'after +3 ok and +5 of unknown outcome a read of %i is within bounds: %s',
    (value, isValid) => {
      expect(
        judged(counterBounds(), did(0, 'add', 3), crashed(1, 'add', 5), read(value)).valid,
      ).toBe(isValid);
    },
  );

  test.each([
    [-3, false],
    [-2, true],
    [2, true],
    [3, false],
  ])(
    'after +2 ok and -4 of unknown outcome a read of %i is within bounds: %s',
    (value, isValid) => {
      expect(
        judged(counterBounds(), did(0, 'add', 2), crashed(1, 'add', -4), read(value)).valid,
      ).toBe(isValid);
    },
  );

  test('what failed was not added, and an add that overlaps the read may have been', () => {
    const during = (value: number): Verdict =>
      judged(
        counterBounds(),
        failed(3, 'add', 100),
        at(1, 'invoke', 'read', null),
        did(0, 'add', 3),
        at(1, 'ok', 'read', value),
      );
    expect([0, 3, 4].map((value) => during(value).valid)).toEqual([true, true, false]);
    expect(anomaliesOf(during(4))).toMatchObject([{ type: 'out-of-bounds', operations: [2] }]);
  });

  test('without a read nothing is judged', () => {
    expect(judged(counterBounds(), did(0, 'add', 3)).valid).toBe('unknown');
  });
});

describe('final-counter', () => {
  const final = (value: number): Line[] => did(9, 'read', null, value, { final: true });

  test.each([
    [4, true],
    [6, false],
    [7, true],
    [1, true],
    [-1, false],
  ])('4 acknowledged, +3 and -3 unknown: a final read of %i is right: %s', (value, isValid) => {
    const lines = [did(0, 'add', 4), crashed(1, 'add', 3), crashed(2, 'add', -3)];
    expect(judged(finalCounter(), ...lines, final(value)).valid).toBe(isValid);
  });

  test('only final reads are judged', () => {
    expect(judged(finalCounter(), did(0, 'add', 4), did(1, 'read', null, 99)).valid).toBe(
      'unknown',
    );
  });

  test('ranges of subset sums that grow too many say so', () => {
    const wide = subsetSums(
      0,
      Array.from({ length: 14 }, (_, i) => 3 ** i),
    );
    expect(wide.exact).toBe(false);
    expect(subsetSums(10, [1, 1, -1])).toEqual({ ranges: [[9, 12]], exact: true });
  });
});

describe('queue', () => {
  test('what comes out went in, no more often', () => {
    const verdict = judged(
      queueSources(),
      did(0, 'enqueue', 'a'),
      did(1, 'dequeue', null, 'a'),
      did(1, 'dequeue', null, 'a'),
      did(1, 'dequeue', null, 'b'),
      did(1, 'dequeue', null, null),
    );
    expect(typesOf(verdict)).toEqual(['duplicate', 'phantom']);
  });

  test('an enqueue that began before the dequeue ended is a source, one that began later is not', () => {
    const overlapping = judged(
      queueSources(),
      at(1, 'invoke', 'dequeue', null),
      at(0, 'invoke', 'enqueue', 1),
      at(1, 'ok', 'dequeue', 1),
    );
    expect(overlapping.valid).toBe(true);
    const later = judged(queueSources(), did(1, 'dequeue', null, 1), did(0, 'enqueue', 1));
    expect(typesOf(later)).toEqual(['phantom']);
  });
});

describe('total-queue', () => {
  test('an acknowledged element that no drain brought back is lost', () => {
    const verdict = judged(
      totalQueue(),
      did(0, 'enqueue', 1),
      did(0, 'enqueue', 2),
      did(1, 'drain', null, [2]),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'lost', operations: [0, 4] }]);
  });

  test('nothing is lost until the queue was seen empty', () => {
    const verdict = judged(
      totalQueue(),
      did(0, 'enqueue', 1),
      did(0, 'enqueue', 2),
      did(1, 'dequeue', null, 1),
    );
    expect(verdict.valid).toBe('unknown');
    expect(
      judged(
        totalQueue({ drained: true }),
        did(0, 'enqueue', 1),
        did(0, 'enqueue', 2),
        did(1, 'dequeue', null, 1),
      ).valid,
    ).toBe(false);
  });

  test('a dequeue of unknown outcome excuses one loss, not two', () => {
    const one = [did(0, 'enqueue', 1), crashed(2, 'dequeue', null), did(1, 'dequeue', null, null)];
    expect(judged(totalQueue(), ...one).valid).toBe('unknown');
    expect(judged(totalQueue(), did(0, 'enqueue', 2), ...one).valid).toBe(false);
  });

  test('duplicates are counted, and refused on demand; recovered ones are fine', () => {
    const lines = [
      crashed(0, 'enqueue', 1),
      did(3, 'enqueue', 2),
      did(1, 'dequeue', null, 1),
      did(1, 'dequeue', null, 2),
      did(1, 'dequeue', null, 2),
    ];
    expect(judged(totalQueue(), ...lines)).toMatchObject({
      valid: true,
      details: { duplicated: [2], recovered: [1], recoveredCount: 1 },
    });
    expect(typesOf(judged(totalQueue({ duplicates: 'fail' }), ...lines))).toEqual(['duplicate']);
  });

  test('what nobody put in is unexpected', () => {
    const verdict = judged(totalQueue(), did(0, 'enqueue', 1), did(1, 'drain', null, [1, 5]));
    expect(typesOf(verdict)).toEqual(['unexpected']);
  });
});

describe('bank', () => {
  const read = (value: Json): Line[] => did(1, 'read', null, value);

  test.each<[Json, string[]]>([
    [{ 0: 60, 1: 40 }, []],
    [
      [
        [0, 60],
        [1, 40],
      ],
      [],
    ],
    [{ 0: 60, 1: 50 }, ['wrong-total']],
    [{ 0: 110, 1: -10 }, ['negative-balance']],
    [{ 0: 60, 1: null }, ['nil-balance']],
    [{ 0: 60, 7: 40 }, ['unexpected-account']],
  ])('a read of %j shows %j', (value, types) => {
    expect(typesOf(judged(bank({ accounts: [0, 1] }), read(value)))).toEqual(types);
  });

  test('negative balances may be allowed, and no read is no verdict', () => {
    expect(judged(bank({ negativeBalances: true }), read({ 0: 110, 1: -10 })).valid).toBe(true);
    expect(judged(bank(), did(0, 'transfer', { from: 0, to: 1, amount: 5 })).valid).toBe('unknown');
  });
});

describe('long-fork', () => {
  const write = (key: number): Line[] => did(0, 'txn', [['w', key, 1]]);
  const read = (process: number, x: Json, y: Json): Line[] =>
    did(
      process,
      'txn',
      [
        ['r', 1, null],
        ['r', 2, null],
      ],
      [
        ['r', 2, y],
        ['r', 1, x],
      ],
    );

  test('two reads that each saw what the other missed are a fork', () => {
    const verdict = judged(longFork(), write(1), write(2), read(1, 1, null), read(2, null, 1));
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'long-fork', operations: [4, 6] }]);
  });

  test('reads that grow are none', () => {
    const lines = [read(1, null, null), write(1), read(1, 1, null), write(2), read(2, 1, 1)];
    expect(judged(longFork(), ...lines)).toMatchObject({
      valid: true,
      details: { readsCount: 3, earlyReadCount: 1, lateReadCount: 1 },
    });
  });

  test('a write that failed does not count, and what it was after that does', () => {
    const again = [failed(3, 'txn', [['w', 1, 1]]), write(1), read(1, 1, null)];
    expect(judged(longFork(), ...again).valid).toBe(true);
    const half = [write(1), read(1, 1, null), read(2, 1, null)];
    expect(judged(longFork(), ...half)).toMatchObject({
      details: { readsCount: 2, earlyReadCount: 0, lateReadCount: 0, groupCount: 1 },
    });
  });

  test('a key that is written twice makes it unknown', () => {
    expect(judged(longFork(), write(1), write(1), read(1, 1, null)).valid).toBe('unknown');
  });
});

describe('monotonic', () => {
  const lines = [did(0, 'read', null, 5), did(1, 'read', null, 3), did(0, 'read', null, 6)];

  test('a process does not go back; another may be behind unless real time counts', () => {
    expect(judged(monotonic(), ...lines).valid).toBe(true);
    const strict = judged(monotonic({ scope: 'realtime' }), ...lines);
    expect(anomaliesOf(strict)).toMatchObject([{ type: 'non-monotonic-read', operations: [0, 2] }]);
    expect(typesOf(judged(monotonic(), ...lines, did(0, 'read', null, 2)))).toEqual([
      'non-monotonic-read',
    ]);
  });

  test('what is no number is passed over', () => {
    const verdict = judged(
      monotonic(),
      ...lines,
      did(0, 'read', null, null),
      did(0, 'read', null, 6),
    );
    expect(verdict).toMatchObject({ valid: true, details: { readCount: 4, comparedCount: 2 } });
  });

  test('a read that overlaps may see less', () => {
    const verdict = judged(
      monotonic({ scope: 'realtime' }),
      at(0, 'invoke', 'read', null),
      did(1, 'read', null, 9),
      at(0, 'ok', 'read', 1),
      did(2, 'read', null, 9),
    );
    expect(verdict.valid).toBe(true);
  });
});

describe('sequential', () => {
  test('nothing is missing once something was there', () => {
    const verdict = judged(
      sequentialInserts(),
      did(1, 'read', null, [null, 'b', 'a']),
      did(1, 'read', null, ['k', ['c', null, 'a']]),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'out-of-order', operations: [2] }]);
    expect(verdict.details).toMatchObject({ someCount: 2, badCount: 1 });
    expect(judged(sequentialInserts(), did(1, 'read', null, [null, null])).valid).toBe('unknown');
  });
});

describe('causal-reverse', () => {
  test('a write acknowledged before another began is seen with it', () => {
    const verdict = judged(
      causalReverse(),
      did(0, 'write', 1),
      did(0, 'write', 2),
      did(1, 'read', null, [2]),
      did(1, 'read', null, [1]),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'lost-write', operations: [0, 2, 4] }]);
  });

  test('writes that overlap may be seen in either order', () => {
    const verdict = judged(
      causalReverse(),
      at(0, 'invoke', 'write', 1),
      at(1, 'invoke', 'write', 2),
      at(0, 'ok', 'write', 1),
      at(1, 'ok', 'write', 2),
      did(2, 'read', null, [2]),
    );
    expect(verdict.valid).toBe(true);
  });
});

describe('write-skew', () => {
  test('two guarded inserts on one key do not both succeed', () => {
    const verdict = judged(
      writeSkew(),
      did(0, 'insert', [1, null], [1, null], { key: 'k' }),
      did(1, 'insert', [null, 2], [null, 2], { key: 'k' }),
      did(0, 'insert', ['m', [3, null]]),
      failed(1, 'insert', ['m', [null, 4]]),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'G2', operations: [0, 2] }]);
    expect(verdict.details).toMatchObject({ keyCount: 2, legalCount: 1, illegal: ['k'] });
    expect(judged(writeSkew(), did(0, 'insert', ['m', [3, null]])).valid).toBe('unknown');
  });
});

describe('lock', () => {
  const acquire = (process: number, token: Json = null): Line[] =>
    did(process, 'acquire', null, token);
  const release = (process: number): Line[] => did(process, 'release', null);

  test('two do not hold it at once', () => {
    const verdict = judged(lockHolds(), acquire(0), acquire(1), release(0), release(1));
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'double-grant', operations: [0, 2] }]);
    expect(
      judged(lockHolds(), acquire(0), release(0), acquire(1), release(1), acquire(0)).valid,
    ).toBe(true);
  });

  test('a holder that never releases holds on; one whose release crashed may have let go', () => {
    expect(judged(lockHolds(), acquire(0), acquire(1)).valid).toBe(false);
    const lines = [acquire(0), crashed(0, 'release', null), acquire(1), release(1)];
    expect(judged(lockHolds(), ...lines).valid).toBe(true);
  });

  test('an acquire of unknown outcome, a refused or failed one holds nothing for certain', () => {
    const others = [crashed(1, 'acquire', null), failed(2, 'acquire', null), acquire(3, false)];
    const lines = [acquire(0), ...others, release(0), acquire(4), release(4)];
    expect(judged(lockHolds(), ...lines).valid).toBe(true);
  });

  test('a crashed release of a named owner may still come, and free what the owner got since', () => {
    const by = (process: number, f: string): Line[] => did(process, f, 'ann', null);
    const lines = [by(0, 'acquire'), crashed(0, 'release', 'ann'), by(2, 'acquire'), acquire(3)];
    expect(typesOf(judged(lockHolds(), ...lines))).toEqual([]);
  });

  test('a lease ends a hold, counted from the invocation of its acquire', () => {
    const idle = did(9, 'other', null);
    const lines = [acquire(0), idle, acquire(1), release(1)];
    // Granted between 0 and 1 ms, granted again between 4 and 5 ms.
    expect(judged(lockHolds({ leaseMs: 5 }), ...lines).valid).toBe(true);
    expect(judged(lockHolds({ leaseMs: 6 }), ...lines).valid).toBe(false);
  });

  test('a semaphore has as many holders as permits', () => {
    const lines = [acquire(0), acquire(1), acquire(2)];
    expect(judged(lockHolds({ permits: 3 }), ...lines, acquire(3)).valid).toBe(false);
    expect(judged(lockHolds({ permits: 3 }), ...lines, release(1), acquire(3)).valid).toBe(true);
  });

  test('fencing tokens grow, and the resource takes no older one after a newer', () => {
    const hold = (process: number, token: Json): Line[][] => [
      acquire(process, token),
      release(process),
    ];
    const falling = judged(lockHolds(), ...hold(0, 5), ...hold(1, { token: 4 }), ...hold(2, 5));
    expect(typesOf(falling).toSorted()).toEqual(['duplicate', 'non-monotonic-token']);
    const writes = [did(0, 'write', { token: 2 }), did(1, 'write', { token: 1 })];
    expect(typesOf(judged(lockHolds(), ...writes))).toEqual(['stale-token-accepted']);
  });

  test('a lock for which nobody competed is not judged', () => {
    expect(judged(lockHolds(), acquire(0), release(0)).valid).toBe('unknown');
  });
});

describe('election', () => {
  const told = (node: string, term: number, leader: string | null): Line[] =>
    did(1, 'leader', null, { term, leader }, { node });

  test('one term has one leader, and terms of a node do not fall', () => {
    const fine = [
      told('n1', 1, 'n1'),
      told('n2', 1, 'n1'),
      told('n2', 2, 'n2'),
      told('n1', 1, null),
    ];
    expect(judged(election(), ...fine).valid).toBe(true);
    expect(typesOf(judged(election(), ...fine, told('n3', 2, 'n3')))).toEqual(['split-brain']);
    expect(typesOf(judged(election(), ...fine, told('n2', 1, 'n1')))).toEqual([
      'non-monotonic-term',
    ]);
    expect(judged(election(), told('n1', 1, null)).valid).toBe('unknown');
  });
});

describe('rate-limit', () => {
  test('more than burst and rate allow is refused, however it is spread', () => {
    // A request lasts 1 ms and begins every 2 ms: n of them take 2n - 1 ms.
    const requests = (count: number): Line[][] =>
      Array.from({ length: count }, () => did(0, 'request', null));
    const limit = rateLimit({ ratePerSecond: 250, burst: 3 });
    // n requests in 2n - 1 ms may be 3 + (2n - 1) / 4: 5.25 for n = 5, 5.75 for n = 6.
    expect(judged(limit, ...requests(5)).valid).toBe(true);
    expect(anomaliesOf(judged(limit, ...requests(6)))).toMatchObject([
      { type: 'rate-exceeded', operations: [0, 2, 4, 6, 8, 10] },
    ]);
    // The window is told as it is: what lies outside of it is not.
    const quiet = Array.from({ length: 20 }, () => did(1, 'other', null));
    const [burst] = anomaliesOf(judged(limit, ...requests(1), ...quiet, ...requests(6)));
    expect(burst?.operations).toEqual([42, 44, 46, 48, 50, 52]);
    expect(burst?.explanation).toMatch(
      /Between 42 ms and 53 ms, 6 requests .* 3 \+ 250 a second · 11 ms allows 5\.75\./,
    );
  });

  test('requests that were refused do not count', () => {
    const lines = [
      did(0, 'request', null),
      did(0, 'request', null, false),
      failed(0, 'request', null),
    ];
    expect(judged(rateLimit({ ratePerSecond: 1, burst: 1 }), ...lines).valid).toBe(true);
  });
});

describe('total-order', () => {
  const sent = [did(0, 'broadcast', 'a'), did(0, 'broadcast', 'b')];

  test('what was acknowledged is lost where final reads show nothing at all', () => {
    const nothing = did(1, 'read', null, [], { final: true });
    expect(typesOf(judged(totalOrder(), ...sent, nothing))).toEqual(['lost', 'lost']);
    expect(judged(totalOrder(), ...sent, did(1, 'read', null, [])).valid).toBe('unknown');
  });

  test('of two reads one is a prefix of the other', () => {
    const read = (...log: string[]): Line[] => did(1, 'read', null, log);
    expect(judged(totalOrder(), ...sent, read('a'), read('a', 'b')).valid).toBe(true);
    expect(typesOf(judged(totalOrder(), ...sent, read('b'), read('a', 'b')))).toEqual([
      'divergence',
    ]);
    expect(typesOf(judged(totalOrder(), ...sent, read('a', 'b', 'a')))).toEqual(['duplicate']);
    expect(typesOf(judged(totalOrder(), ...sent, read('a', 'c')))).toEqual(['phantom']);
  });

  test('a final read shows all that was acknowledged', () => {
    const verdict = judged(totalOrder(), ...sent, did(1, 'read', null, ['a'], { final: true }));
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'lost', operations: [2, 4] }]);
  });
});

describe('log-pattern', () => {
  const logs = [{ node: 'n1', lines: ['ok', 'panic: no', 'panic: again'] }];

  test('each matching line is an anomaly, with its node and number', () => {
    const verdict = judged(logPattern(/panic:/g, logs));
    expect(anomaliesOf(verdict).map(({ evidence }) => evidence)).toMatchObject([
      { node: 'n1', lineNumber: 2 },
      { node: 'n1', lineNumber: 3 },
    ]);
    expect(judged(logPattern(/segfault/, logs)).valid).toBe(true);
    expect(judged(logPattern(/segfault/, [{ node: 'n1', lines: [] }])).valid).toBe('unknown');
  });
});
