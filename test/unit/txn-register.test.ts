/** Transactions on registers: each anomaly in its smallest form, and the same without it. */
import { describe, expect, test } from 'vitest';
import { rwRegister } from '../../src/checker/txn/rw-register.ts';
import { weakRegister } from '../../src/checker/txn/weak-register.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { txns } from '../support/txn-notation.ts';

const limits = { timeoutMs: 5_000, memoryMb: 200, nowMs: () => performance.now() };

function check(picture: string, model = 'strict-serializable'): Verdict {
  return rwRegister(model).check(txns(picture), limits);
}

function found(picture: string, model?: string): readonly string[] {
  return [...new Set(anomaliesOf(check(picture, model)).map(({ type }) => type))];
}

describe('what shows by itself', () => {
  test.each([
    ['G1a', '0: w x 1 !\n1: r x 1'],
    ['G1b', '0: w x 1, w x 2\n| 1: r x 1'],
    ['internal', '0: w x 1, r x _'],
    ['internal', '0: w x 1\n| 1: r x _, r x 1'],
    ['future-read', '0: r x 1, w x 1'],
    ['thin-air', '0: w x 1\n1: r x 7'],
    ['cyclic-versions', '0: r x 2, w x 1\n| 1: r x 1, w x 2'],
    ['cyclic-versions', '0: r x 3, w x 1\n| 1: r x 1, w x 2\n| 2: r x 2, w x 3'],
    ['lost-update', '0: w x 1\n1: r x 1, w x 2\n| 2: r x 1, w x 3'],
    ['fractured-read', '0: w x 1, w y 1\n| 1: r x 1, r y _'],
    ['fractured-read', '0: w y 1\n1: r y 1, w x 2, w y 2\n| 2: r x 2, r y 1'],
  ])('%s: %s', (type, picture) => {
    expect(found(picture)).toContain(type);
  });

  test.each([
    ['a write of unknown outcome may be read', '0: w x 1 ?\n1: r x 1'],
    ['0 is the initial value if nobody wrote it', '0: r x 0\n1: w x 1\n2: r x 1'],
    ['two overlap and one is never read', '0: w x 1\n| 1: w x 2\n2: r x 2'],
    [
      'two overlap and the first to return is read last',
      '0: w x 1\n| 1: w x 2\n2: r x 1\n2: r x 1',
    ],
  ])('not if %s', (_, picture) => {
    expect(check(picture).valid).toBe(true);
  });
});

describe('cycles', () => {
  test.each([
    ['G1c', '0: w x 1, r y 1\n| 1: w y 1, r x 1'],
    ['G-single-item', '0: w x 1, w y 1\n| 1: r x _, r y 1'],
    ['G2-item', '0: r x _, w y 1\n| 1: r y _, w x 1'],
    ['G-nonadjacent-item', '0: w x 1\n| 1: w y 1\n| 2: r x 1, r y _\n| 3: r x _, r y 1'],
    ['G-single-item-realtime', '0: w x 1\n1: w x 2\n2: r x 1'],
    ['G-single-item-process', '0: w x 1\n0: w x 2\n0: r x 1'],
    ['G2-item-realtime', '0: w x 1\n| 1: w y 1, r x _ >\n2: r y _'],
    ['G2-item-process', '0: w x 1\n| 1: w y 1, r x _ >\n0: r y _'],
    ['G1c-realtime', '0: r x 1\n1: w x 1'],
    ['G-nonadjacent-item-realtime', '0: w x 1\n| 3: r y 1, r x _ >\n| 2: w y 1 >\n1: r y _'],
    ['G-nonadjacent-item-process', '0: w x 1\n| 3: r y 1, r x _ >\n| 2: w y 1 >\n0: r y _'],
    ['G1c-process', '0: r x 1\n| 1: w z 3\n0: w y 1\n| 1: r y 1\n1: w x 1'],
  ])('%s: %s', (type, picture) => {
    expect(found(picture)).toContain(type);
  });

  test('a crashed writer that was read from counts (Elle leaves it out)', () => {
    expect(found('0: w x 1, w y 1 ?\n1: r x 1, r y _', 'serializable')).toContain('G-single-item');
  });
});

describe('what no known part of the order shows', () => {
  const fork = ['0: w x 1', '| 1: w x 2', '2: r x 1', '| 3: r x 2', '2: r x 2', '| 3: r x 1'].join(
    '\n',
  );

  const forkInTime = fork.replace('2: r x 2', '4: r x 2').replace('3: r x 1', '5: r x 1');

  test('two sessions see two writes in opposite orders', () => {
    const verdict = check(fork, 'strong-session-serializable');
    expect(verdict.valid).toBe(false);
    const [anomaly] = anomaliesOf(verdict);
    expect(anomaly?.type).toBe('no-serial-order-process');
    expect(anomaly?.explanation).toContain('If T1 wrote key "x" before T2 did, then');
    expect(anomaly?.explanation).toMatch(/: a contradiction\.$/);
    expect(check(fork, 'serializable').valid).toBe(true);
  });

  test.each([
    ['no-serial-order', '0: r y _, w x 1\n| 1: w y 2, r x 3\n| 2: r x _, w x 3', 'serializable'],
    ['no-serial-order-process', fork, 'strong-session-serializable'],
    ['no-serial-order-realtime', forkInTime, 'strict-serializable'],
    ['no-snapshot-order', '0: r y _, w x 1\n| 1: r x _, w y 2, w x 3', 'snapshot-isolation'],
    ['no-snapshot-order-process', fork, 'strong-session-snapshot-isolation'],
    ['no-snapshot-order-realtime', forkInTime, 'strong-snapshot-isolation'],
    ['no-prefix-order', '0: w x 1\n| 1: w y 1\n| 2: r x 1, r y _\n| 3: r x _, r y 1', 'prefix'],
  ])('%s', (type, picture, model) => {
    expect(found(picture, model)).toContain(type);
    const [anomaly] = anomaliesOf(check(picture, model));
    expect(anomaly?.explanation).toMatch(/a contradiction\.|They form a circle/);
  });

  test('the evidence has no transaction too many', () => {
    const noise = '7: w z 1\n8: r z 1\n9: w z 2\n7: r z 2';
    const [anomaly] = anomaliesOf(check(`${fork}\n${noise}`, 'strong-session-serializable'));
    expect(anomaly?.operations).toHaveLength(6);
  });

  test('serializable implies all that it implies', () => {
    const verdict = check('0: w x 1\n1: r x 1, w x 2\n2: r x 2', 'causal-cerone');
    expect(verdict).toMatchObject({ valid: true, models: { holds: ['strict-serializable'] } });
  });
});

// Levels between read-committed and snapshot isolation, of histories that are not stronger.
describe('an order of commits proves', () => {
  const fork = '0: w x 1\n| 1: w y 1\n| 2: r x 1, r y _\n| 3: r x _, r y 1';
  const answerWithoutQuestion = '0: w x 1\n1: r x 1, w y 1\n2: r y 1, r x _';
  test.each([
    ['read-atomic, and what causes what, of a long fork', fork, 'read-atomic', true],
    ['causal-cerone of a long fork', fork, 'causal-cerone', true],
    ['monotonic-atomic-view of a long fork', fork, 'monotonic-atomic-view', true],
    ['parallel snapshots of a long fork', fork, 'parallel-snapshot-isolation', true],
    ['no parallel snapshots', answerWithoutQuestion, 'parallel-snapshot-isolation', false],
    ['read-atomic without causes', answerWithoutQuestion, 'read-atomic', true],
    ['read-atomic of a session that forgets', '0: w x 1\n0: r x _\n1: r x 1', 'read-atomic', true],
    ['nothing of half a transaction', '0: w x 1, w y 1\n1: r x 1, r y _', 'read-atomic', false],
  ])('%s', (_, picture, model, valid) => {
    expect(check(picture, model).valid).toBe(valid);
  });

  test('the strongest that it can', () => {
    expect(check(fork, 'read-atomic').models?.holds).toContain('causal-cerone');
    expect(check(answerWithoutQuestion, 'read-atomic').models?.holds).toContain('read-atomic');
    expect(check(answerWithoutQuestion, 'causal-cerone').valid).not.toBe(true);
  });
});

describe('unknown', () => {
  test.each([
    ['a value written twice', '0: w x 1\n1: w x 1\n2: r x 1\n3: w y 1\n4: r y 1'],
    ['null written', '0: w x _\n2: r x _\n3: w y 1\n4: r y 1'],
  ])('%s', (_, picture) => {
    expect(check(picture)).toMatchObject({ valid: 'unknown', reason: { kind: 'undetermined' } });
  });

  const fork = txns('0: w x 1\n| 1: w x 2\n2: r x 1\n| 3: r x 2\n2: r x 2\n| 3: r x 1');

  test('without memory for the orders of versions', () => {
    const verdict = rwRegister('strong-session-serializable').check(fork, {
      ...limits,
      memoryMb: 0,
    });
    expect(verdict).toMatchObject({ valid: 'unknown', reason: { kind: 'memory' } });
  });

  test('real time, where the history has none', () => {
    const verdict = rwRegister('strict-serializable', { realTime: false }).check(
      txns('0: w x 1\n1: r x 1'),
      limits,
    );
    expect(verdict).toMatchObject({
      valid: 'unknown',
      models: { holds: ['strong-session-serializable'] },
    });
  });
});

describe('weak levels', () => {
  const check3 = (picture: string): readonly (boolean | 'unknown')[] =>
    (['read-committed-monotonic', 'session-read-atomic', 'causal-consistency'] as const).map(
      (level) => weakRegister(level).check(txns(picture), limits).valid,
    );
  test.each([
    ['non-monotonic reads', '0: w x 1\n0: w x 2, w y 2\n| 1: r y 2, r x 1', [false, false, false]],
    ['the older first', '0: w x 1\n0: w x 2, w y 2\n| 1: r x 1, r y 2', [true, false, false]],
    [
      'an answer without the question',
      '0: w x 1\n1: r x 1, w y 1\n2: r y 1, r x _',
      [true, true, false],
    ],
    [
      'a long fork',
      '0: w x 1\n| 1: w y 1\n| 2: r x 1, r y _\n| 3: r x _, r y 1',
      [true, true, true],
    ],
    ['a session that forgets', '0: w x 1\n0: w x 2\n0: r x 1', [true, false, false]],
  ])('%s', (_, picture, expected) => {
    expect(check3(picture)).toEqual(expected);
  });

  const ring = '0: w x 1, r y 1\n| 1: w y 1, r z 1\n| 2: w z 1, r x 1';
  const chain = '0: w x 1\n1: r x 1, w y 1\n2: r y 1, w x 2\n3: r x 2';

  test.each([
    ['a ring of three that read from each other', ring],
    ['causes without end', chain],
  ])('are unknown, not valid, when the time is up: %s', (_, picture) => {
    const verdict = weakRegister('causal-consistency').check(txns(picture), {
      ...limits,
      timeoutMs: 0,
    });
    expect(verdict).toMatchObject({ valid: 'unknown', reason: { kind: 'timeout' } });
  });
});
