/** Transactions on lists: each anomaly in its smallest form, and the same without it. */
import { describe, expect, test } from 'vitest';
import { listAppend } from '../../src/checker/txn/list-append.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { txns } from '../support/txn-notation.ts';

const limits = { timeoutMs: 5_000, memoryMb: 200, nowMs: () => performance.now() };

function check(history: History | string, model = 'strict-serializable'): Verdict {
  const whole = typeof history === 'string' ? txns(history) : history;
  return listAppend(model).check(whole, limits);
}

function found(history: History | string, model?: string): readonly string[] {
  return [...new Set(anomaliesOf(check(history, model)).map(({ type }) => type))].sort();
}

describe('what shows by itself', () => {
  test.each([
    ['G1a: a read of an aborted append', '0: a x 1 !\n1: r x [1]', 'G1a'],
    ['G1b: a read of an intermediate state', '0: a x 1, a x 2\n| 1: r x [1]\n2: r x [1 2]', 'G1b'],
    ['internal: not its own append', '0: a x 1\n1: r x [1], a x 2, r x [1]', 'internal'],
    ['internal: not its own read', '0: a x 1\n| 1: r x [], r x [1]', 'internal'],
    ['internal: own append not at the end', '| 0: a x 2, r x [2 1]\n| 1: a x 1', 'internal'],
    [
      'internal: nothing after its own append',
      '0: a x 1, r x []\n1: a y 1\n2: r y [1]',
      'internal',
    ],
    ['future-read', '0: r x [1], a x 1', 'future-read'],
    ['duplicate-elements', '0: a x 1\n1: r x [1 1]', 'duplicate-elements'],
    ['thin-air', '0: a x 1\n1: r x [9 1]', 'thin-air'],
    [
      'incompatible-order',
      '0: a x 1\n| 1: a x 2\n2: r x [1 2]\n3: r x [2 1]',
      'incompatible-order',
    ],
    ['dirty-update', '0: a x 1 !\n1: a x 2\n2: r x [1 2]', 'dirty-update'],
    ['lost-update', '0: r x [], a x 1\n| 1: r x [], a x 2', 'lost-update'],
    ['fractured-read', '0: a x 1, a y 1\n| 1: r x [1], r y []', 'fractured-read'],
    ['reordered-appends', '0: a x 1, a x 2\n1: r x [2 1]', 'reordered-appends'],
    ['reordered-appends: one is missing', '0: a x 1, a x 2\n1: r x [2]', 'reordered-appends'],
  ])('%s', (_, picture, type) => {
    expect(found(picture)).toContain(type);
  });

  test.each([
    ['an append of unknown outcome may be read', '0: a x 1 ?\n1: r x [1]'],
    ['an append of unknown outcome may never be', '0: a x 1 ?\n1: a x 2\n1: r x [2]'],
    ['own appends are read', '0: a x 1, r x [1], a x 2, r x [1 2]\n1: r x [1 2]'],
    ['a failed transaction proves nothing by its reads', '0: a x 1\n1: r x [9] !\n2: r x [1]'],
    ['one after the other', '0: r x [], a x 1\n1: r x [1], a x 2\n2: r x [1 2]'],
  ])('not if %s', (_, picture) => {
    expect(check(picture).valid).toBe(true);
  });

  test.each([
    // Whoever shows its own append needs no other reader.
    ['dirty-update', '0: a x 1 !\n1: a x 2\n2: a x 3, r x [1 2 3]', [[0, 4]]],
    ['dirty-update', '0: a x 1 !\n1: a x 2, r x [1 2]\n2: r x [1 2]', [[0, 2]]],
    ['dirty-update', '0: a x 1 !\n1: a x 2\n2: r x [1 2]\n3: a x 4', [[0, 2, 4]]],
    // Whoever reads two orders needs nobody who reads one of them, and says it once.
    [
      'incompatible-order',
      '0: a x 1\n| 1: a x 2\n2: r x [2 1]\n3: r x [1 2], r x [2 1], r x [2], r x [1 2]',
      [[6]],
    ],
    [
      'incompatible-order',
      '0: a x 1\n| 1: a x 2\n2: r x [1 2]\n3: r x [2 1]\n4: r x [2]',
      [
        [4, 6],
        [4, 8],
      ],
    ],
  ])('%s is told with as few transactions as show it: %s', (type, picture, operations) => {
    const told = anomaliesOf(check(picture)).filter((anomaly) => anomaly.type === type);
    expect(told.map((anomaly) => anomaly.operations)).toEqual(operations);
  });

  test('an answer to another question', () => {
    const history = historyOf([
      { type: 'invoke', process: 0, f: 'txn', value: [['append', 'x', 1]] },
      { type: 'ok', process: 0, f: 'txn', value: [['append', 'y', 1]] },
    ]);
    expect(found(history)).toEqual(['mismatched-reply']);
  });
});

describe('cycles', () => {
  const cases = [
    ['G0', '0: a x 1, a y 1\n| 1: a x 2, a y 2\n2: r x [1 2], r y [2 1]'],
    ['G1c', '0: a x 1, r y [1]\n| 1: a y 1, r x [1]'],
    ['G-single-item', '0: a x 1, a y 1\n| 1: r x [], r y [1]\n2: r x [1], r y [1]'],
    [
      'G-nonadjacent-item',
      '0: a x 1\n| 1: a y 1\n| 2: r x [1], r y []\n| 3: r x [], r y [1]\n4: r x [1], r y [1]',
    ],
    ['G2-item', '0: r x [], a y 1\n| 1: r y [], a x 1'],
    ['G-single-item-realtime', '0: a x 1\n1: r x []\n2: r x [1]'],
    ['G-single-item-process', '0: a x 1\n0: r x []\n2: r x [1]'],
    ['G1c-process', '1: r x [1]\n1: a y 1\n0: r y [1], a x 1'],
    ['G0-realtime', '0: a x 1\n1: a x 2\n2: r x [2 1]'],
    ['G0-process', '0: a x 1\n0: a x 2\n2: r x [2 1]'],
    ['G1c-realtime', '0: r x [1]\n1: a x 1'],
    ['G2-item-realtime', '0: a x 1\n| 1: a y 1, r x [] >\n2: r y []\n3: r x [1], r y [1]'],
    [
      'G-nonadjacent-item-realtime',
      '0: a x 1\n| 3: r y [1], r x [] >\n| 2: a y 1 >\n1: r y []\n4: r x [1], r y [1]',
    ],
    [
      'G-nonadjacent-item-process',
      '0: a x 1\n| 3: r y [1], r x [] >\n| 2: a y 1 >\n0: r y []\n4: r x [1], r y [1]',
    ],
    ['G2-item-process', '0: a x 1\n0: r y []\n| 1: a y 1, r x []\n2: r x [1], r y [1]'],
  ] as const;
  test.each(cases)('%s', (type, picture) => {
    expect(found(picture)).toContain(type);
  });

  test('a lost append: acknowledged, never seen again', () => {
    const picture = '0: a x 1\n1: a x 2\n2: r x [2]';
    expect(found(picture)).toEqual(['G-single-item-realtime', 'G0-realtime']);
    expect(check(picture, 'serializable').valid).toBe(true);
  });

  test('real time says nothing where the history has none', () => {
    const history = txns('0: a x 1\n1: r x []\n2: r x [1]');
    const verdict = listAppend('strict-serializable', { realTime: false }).check(history, limits);
    expect(verdict.valid).toBe('unknown');
    expect(verdict.models?.holds).toEqual(['strong-session-serializable']);
  });

  test('what rests on sessions or real time does not speak against plain levels', () => {
    expect(check('0: a x 1\n0: r x []\n2: r x [1]', 'serializable').valid).toBe(true);
    expect(check('0: a x 1\n0: r x []\n2: r x [1]', 'strong-session-serializable').valid).toBe(
      false,
    );
  });

  test('a long fork is found next to a write skew of the same transactions', () => {
    const both =
      '0: a x 1\n| 1: a y 1, r z []\n| 2: r x [1], r y [], a z 1\n| 3: r x [], r y [1]\n4: r x [1], r y [1]';
    expect(found(both, 'snapshot-isolation')).toContain('G-nonadjacent-item');
  });

  test('two appends that nobody read are in no known order: a snapshot level is not proved', () => {
    // Each missed what the other one appended, to two keys: whichever came first.
    const unread = '0: r x [], a x 1, a y 1\n| 1: r y [], a x 2, a y 2';
    expect(check(unread, 'snapshot-isolation').valid).not.toBe(true);
  });

  test('write skew is allowed under snapshot isolation', () => {
    const skew = '0: r x [], a y 1\n| 1: r y [], a x 1';
    expect(check(skew, 'strong-snapshot-isolation').valid).toBe(true);
    expect(check(skew, 'repeatable-read').valid).toBe(false);
  });
});

describe('evidence', () => {
  test('says why each transaction comes before the next', () => {
    const verdict = check('0: r x [], a y 1\n| 1: r y [], a x 1', 'serializable');
    const [anomaly] = anomaliesOf(verdict);
    expect(anomaly?.operations).toEqual([0, 1]);
    expect(anomaly?.explanation).toBe(
      [
        'A write skew of 2 transactions:',
        '  T1 = event 0, process 0: r "x" [], append "y" 1',
        '  T2 = event 1, process 1: r "y" [], append "x" 1',
        'Then T1 < T2, because T1 read [] at key "x", the longest list that anybody read there, without 1, which T2 appended.',
        'However, T2 < T1, because T2 read [] at key "y", the longest list that anybody read there, without 1, which T1 appended: a contradiction.',
      ].join('\n'),
    );
    expect(anomaly?.evidence?.['cycle']).toMatchObject([
      { operation: 0, edge: 'rw', key: 'x', value: 1 },
      { operation: 1, edge: 'rw', key: 'y', value: 1 },
    ]);
  });

  test.each([
    ['long fork', '0: a x 1\n| 1: a y 1\n| 2: r x [1], r y []\n| 3: r x [], r y [1]'],
    ['stale read', '0: a x 1\n1: r x []\n2: r x [1]'],
    ['stale read within a session', '0: a x 1\n0: r x []\n2: r x [1]'],
    ['fractured read', '0: a x 1, a y 1\n| 1: r x [], r y [1]'],
  ])('calls a %s by its name', (pattern, picture) => {
    const patterns = anomaliesOf(check(picture)).map(({ evidence }) => evidence?.['pattern']);
    expect(patterns).toContain(pattern);
  });

  test('the cycle is the shortest there is', () => {
    const ring = Array.from(
      { length: 6 },
      (_, i) => `${i === 0 ? '' : '| '}${i}: r k${i} [], a k${(i + 1) % 6} ${i + 1}`,
    );
    const skew = ['| 7: r x [], a y 1', '| 8: r y [], a x 1'];
    const [first] = anomaliesOf(check([...ring, ...skew].join('\n'), 'serializable'));
    expect(first?.operations).toHaveLength(2);
  });
});

describe('unknown', () => {
  test('without a transaction that committed, or without a dependency', () => {
    for (const picture of ['0: a x 1 !', '0: a x 1\n1: a y 1'])
      expect(check(picture)).toMatchObject({ valid: 'unknown', reason: { kind: 'too-few-ok' } });
  });

  test('if an element is appended twice', () => {
    const verdict = check('0: a x 1\n1: a x 1\n2: r x [1 1]\n3: r y []\n4: a y 1');
    expect(verdict).toMatchObject({ valid: 'unknown', reason: { kind: 'undetermined' } });
  });

  test('but a violation elsewhere is one all the same', () => {
    expect(check('0: a x 1\n1: a x 1\n2: a y 1 !\n3: r y [1]').valid).toBe(false);
  });

  test('of models that this checker can only refute', () => {
    const fine = '0: r x [], a x 1\n1: r x [1]';
    expect(check(fine, 'linearizable').valid).toBe(true);
    const skew = '0: r x [], a y 1\n| 1: r y [], a x 1';
    expect(check(skew, 'view-serializable').valid).toBe('unknown');
  });

  test('if micro-operations are of another kind', () => {
    expect(check('0: w x 1\n1: r x 1')).toMatchObject({ valid: 'unknown' });
  });
});
