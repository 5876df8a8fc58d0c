/** Transactions with predicate reads: phantoms, each in its smallest form. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { checkersOfModel } from '../../src/checker/catalog.ts';
import { closedPredicate } from '../../src/checker/txn/closed-predicate.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';

const limits = { timeoutMs: 5_000, memoryMb: 200, nowMs: () => performance.now() };

type Step = readonly ['invoke' | 'ok' | 'fail' | 'info', process: number, value: readonly Json[]];

/** Transactions that all overlap, after one that initializes. */
function overlapping(...values: readonly (readonly Json[])[]): History {
  return historyOfSteps([
    ...values.map((value, process): Step => ['invoke', process, asked(value)]),
    ...values.map((value, process): Step => ['ok', process, value]),
  ]);
}

function asked(value: readonly Json[]): readonly Json[] {
  return value.map((micro) => {
    const [name, first] = micro as readonly Json[];
    return name === 'r' || name === 'rp' ? [name, first ?? null, null] : micro;
  });
}

function historyOfSteps(steps: readonly Step[]): History {
  const start: Step[] = [
    ['invoke', 99, [['init', 1, 10]]],
    ['ok', 99, [['init', 1, 10]]],
  ];
  const events = [...start, ...steps].map(
    ([type, process, value]): EventBody => ({
      type,
      process,
      f: 'txn',
      value,
      ...(type === 'fail' || type === 'info' ? { error: ['drawn', ''] as const } : {}),
    }),
  );
  return historyOf(events);
}

function check(history: History, model = 'strict-serializable'): Verdict {
  return closedPredicate(model).check(history, limits);
}

function found(history: History, model?: string): readonly string[] {
  return anomaliesOf(check(history, model)).map(({ type }) => type);
}

const [insert2, insert3] = [
  ['insert', 2, 20],
  ['insert', 3, 30],
];

describe('cycles with phantoms', () => {
  test('G2: two look for rows and insert what the other one looked for', () => {
    const skew = overlapping([['rp', ['=', 20], {}], insert3], [['rp', ['=', 30], {}], insert2]);
    expect(found(skew)).toEqual(['G2']);
    expect(check(skew, 'repeatable-read').valid).toBe(true);
    expect(check(skew, 'snapshot-isolation').valid).toBe(true);
    expect(check(skew, 'serializable').valid).toBe(false);
  });

  test('G-single: one insert is seen by a row and missed by a predicate', () => {
    const torn = overlapping(
      [insert2, insert3],
      [
        ['rp', ['=', 20], {}],
        ['r', 3, 30],
      ],
    );
    expect(found(torn)).toEqual(['G-single']);
    expect(check(torn, 'consistent-view').valid).toBe(false);
    expect(check(torn, 'read-committed').valid).toBe(true);
  });

  test('G-nonadjacent: two see two inserts in opposite orders', () => {
    const fork = overlapping(
      [insert2],
      [insert3],
      [['rp', ['mod', 10, 0], { 1: 10, 2: 20 }]],
      [['rp', ['mod', 10, 0], { 1: 10, 3: 30 }]],
    );
    expect(found(fork)).toEqual(['G-nonadjacent']);
    expect(check(fork, 'snapshot-isolation').valid).toBe(false);
  });

  test('G-single-realtime: an insert that had returned is missed', () => {
    const late = historyOfSteps([
      ['invoke', 0, [insert2]],
      ['ok', 0, [insert2]],
      ['invoke', 1, [['rp', 'true', null]]],
      ['ok', 1, [['rp', 'true', { 1: 10 }]]],
    ]);
    expect(found(late)).toEqual(['G-single-realtime']);
    expect(check(late, 'serializable').valid).toBe(true);
  });

  test('G-single-process: of the same process', () => {
    const late = historyOfSteps([
      ['invoke', 0, [insert2]],
      ['ok', 0, [insert2]],
      ['invoke', 0, [['rp', 'true', null]]],
      ['ok', 0, [['rp', 'true', { 1: 10 }]]],
    ]);
    expect(found(late)).toEqual(['G-single-process']);
  });

  test('G1c by a predicate: who sees a row gone comes after who deleted it', () => {
    const circle = overlapping(
      [['rp', ['=', 10], {}], insert2],
      [
        ['delete', 1],
        ['r', 2, 20],
      ],
    );
    expect(found(circle)).toEqual(['G1c']);
  });

  test('says which row was not there', () => {
    const skew = overlapping([['rp', ['=', 20], {}], insert3], [['rp', ['=', 30], {}], insert2]);
    const [anomaly] = anomaliesOf(check(skew));
    expect(anomaly?.explanation).toContain(
      'read all that matches ["=",20] without key 2, which matches since T2 set it to 20',
    );
  });
});

describe('what shows by itself', () => {
  test('predicate-read-miss', () => {
    expect(found(overlapping([['rp', 'true', {}]], [['w', 1, 11]]))).toContain(
      'predicate-read-miss',
    );
  });

  test('G1a', () => {
    const aborted = historyOfSteps([
      ['invoke', 0, [insert2]],
      ['fail', 0, [insert2]],
      ['invoke', 1, [['rp', 'true', null]]],
      ['ok', 1, [['rp', 'true', { 1: 10, 2: 20 }]]],
    ]);
    expect(found(aborted)).toContain('G1a');
  });

  test('thin-air', () => {
    expect(found(overlapping([['rp', 'true', { 1: 77 }]], [insert2]))).toContain('thin-air');
  });
});

test('a change that changes no match binds nobody', () => {
  const history = overlapping(
    [['rp', ['=', 99], {}], insert2],
    [
      ['w', 1, 11],
      ['r', 2, 20],
    ],
  );
  expect(check(history).valid).toBe(true);
});

test('a key that is changed twice is not judged', () => {
  const history = overlapping([['w', 1, 11]], [['w', 1, 12]], [['r', 1, 12]]);
  expect(check(history)).toMatchObject({ valid: 'unknown', reason: { kind: 'undetermined' } });
});

test('is what a level means for a history with predicate reads', () => {
  const history = overlapping([['rp', 'true', { 1: 10 }]], [insert2]);
  expect(checkersOfModel('serializable', { history, realTime: true })[0]?.name).toBe(
    'closed-predicate',
  );
});
