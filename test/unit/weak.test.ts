import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { anomaliesOf } from '../../src/checker/verdict.ts';
import { convergence } from '../../src/checker/weak/convergence.ts';
import { strongestAndWeakest, weakModel } from '../../src/checker/weak/weak.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import { drawn } from '../support/notation.ts';

const limits = { timeoutMs: 1000, memoryMb: 64, nowMs: () => 0 };

function validity(name: string, picture: string): boolean | 'unknown' {
  return weakModel(name).check(drawn(picture), limits).valid;
}

describe('session guarantees', () => {
  test('a process does not read a value again after it had read another', () => {
    const picture = `
      0: [w1]
      1:     [w2]
      2:         [r1][r2][r1]
    `;
    expect(validity('monotonic-reads', picture)).toBe(false);
    const verdict = weakModel('monotonic-reads').check(drawn(picture), limits);
    expect(anomaliesOf(verdict)).toMatchObject([
      { type: 'non-monotonic-read', operations: [0, 2, 4, 6, 8] },
    ]);
    expect(anomaliesOf(verdict)[0]?.explanation).toContain("process 2's read of 1 (event 4)");
  });

  test('two processes may each see versions in an order of their own', () => {
    const picture = `
      0: [w1]
      1: [w2]
      2:     [r1][r2]
      3:     [r2][r1]
    `;
    expect(validity('monotonic-reads', picture)).toBe(true);
    expect(validity('pram', picture)).toBe(true);
    expect(validity('coherent', picture)).toBe(false);
  });

  test('a process reads its own write, or something newer', () => {
    expect(validity('read-your-writes', '0: [w1][r_]')).toBe(false);
    expect(validity('read-your-writes', '0: [w1][w2][r1]')).toBe(false);
    expect(
      validity(
        'read-your-writes',
        `
          0: [w1]    [r2]
          1:     [w2]
        `,
      ),
    ).toBe(true);
  });

  test('nobody sees the writes of a process out of its order', () => {
    const backwards = `
      0: [w1][w2]
      1:         [r2][r1]
    `;
    expect(validity('monotonic-writes', backwards)).toBe(false);
    expect(validity('monotonic-reads', backwards)).toBe(true);
  });

  test('nobody sees a write and later what its author had read before it', () => {
    const backwards = `
      0: [w1]
      1:     [r1][w2]
      2:             [r2][r1]
    `;
    expect(validity('writes-follow-reads', backwards)).toBe(false);
    expect(validity('monotonic-writes', backwards)).toBe(true);
  });

  test('who reads what he writes only later has read it before his other writes', () => {
    expect(validity('writes-follow-reads', '0: [r1][w1]\n1: [r1]')).toBe(true);
    const early = '0: [r2][w1][w2]';
    expect(validity('writes-follow-reads', `${early}\n1: [r2][r1]`)).toBe(true);
    expect(validity('writes-follow-reads', `${early}\n1: [r1][r2]`)).toBe(false);
    // The same of what another one wrote after that.
    const other = '0: [r2][w1]\n2:         [w2]';
    expect(validity('writes-follow-reads', `${other}\n1: [r2][r1]`)).toBe(true);
    expect(validity('writes-follow-reads', `${other}\n1: [r1][r2]`)).toBe(false);
  });

  test('a circle over what authors had read names each read once, and says why', () => {
    const [verdict] = anomaliesOf(
      weakModel('writes-follow-reads').check(
        drawn(`
          0: [w1]    [w3]
          1:     [r1]    [r3]    [w2]
          2:                         [r2][r1]
        `),
        limits,
      ),
    );
    expect(verdict?.operations).toEqual([0, 2, 8, 10, 12]);
    expect(verdict?.explanation.split('\n')).toEqual([
      'As process 2 sees them, the versions of one key have one order. Yet each of these must come before the next, in a circle:',
      "process 1's write of 2 (event 8) comes before process 0's write of 1 (event 0): process 2's read of 2 (event 10) was followed by process 2's read of 1 (event 12).",
      "process 0's write of 1 (event 0) comes before process 1's write of 2 (event 8): process 1's read of 1 (event 2) was followed by process 1's write of 2 (event 8).",
    ]);
  });
});

describe('where a history stands', () => {
  test('a stale read of another process is sequential, and not even safe', () => {
    const picture = `
      0: [w1]    [w2]
      1:     [r1]    [r1]
    `;
    expect(strongestAndWeakest(drawn(picture), limits)).toEqual({
      holds: ['sequential'],
      violated: ['safe'],
      open: [],
    });
  });

  test('a linearizable history holds all, and thin air none', () => {
    expect(strongestAndWeakest(drawn('0: [w1][r1]'), limits)).toEqual({
      holds: ['linearizable'],
      violated: [],
      open: [],
    });
    expect(strongestAndWeakest(drawn('0: [w1][r7]'), limits).holds).toEqual([]);
  });

  test('new-old inversion under an overlapping write is regular, not atomic', () => {
    const standing = strongestAndWeakest(
      drawn(`
        0: [w1][w2--------------]
        1:        [r2]  [r1]
      `),
      limits,
    );
    expect(standing.holds).toContain('regular');
    expect(standing.violated).toEqual(['causal', 'monotonic-writes']);
  });
});

describe('a cas reads and writes at one point', () => {
  test('in the order of its process it is both', () => {
    expect(validity('pram', '0: [w1][c1>2][r2]')).toBe(true);
    expect(validity('pram', '0: [w1][c1>2][r1]')).toBe(false);
    expect(validity('read-your-writes', '0: [w1][w2][c1>3]')).toBe(false);
    expect(validity('monotonic-writes', '0: [w1][c1>2]  [w9]\n1: [r2][r1]')).toBe(false);
    expect(validity('monotonic-reads', '0: [w1][w2]\n1: [r2][r1][c2>3]')).toBe(false);
    expect(validity('writes-follow-reads', '0: [w1][c1>2]\n1: [r2][r1]')).toBe(false);
    expect(validity('regular', '0: [w1][w2][c1>3]')).toBe(false);
  });

  test('two may update the same value causally, but not in one order', () => {
    const twice = `
      0: [w1]
      1:     [c1>2][r2]
      2:     [c1>3][r3]
    `;
    expect(strongestAndWeakest(drawn(twice), limits)).toEqual({
      holds: ['causal-convergence', 'causal-memory', 'regular'],
      violated: ['coherent'],
      open: [],
    });
    const verdict = weakModel('coherent').check(drawn(twice), limits);
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'lost-update', operations: [0, 2, 3] }]);
    expect(anomaliesOf(verdict)[0]?.explanation).toContain("process 1's cas from 1 to 2 (event 2)");
  });

  test('what shows that an update of unknown outcome happened is part of the evidence', () => {
    const twice = `
      0: [w1]
      1:     [c1>2?]
      2:     [c1>3?]
      3:            [r2]
      4:            [r3]
      5:                [w9]
    `;
    const [lost] = anomaliesOf(weakModel('coherent').check(drawn(twice), limits));
    expect(lost).toMatchObject({ type: 'lost-update', operations: [0, 2, 3, 6, 7] });
    const passedOver = `
      0: [w1][w2][c1>3?]
      1:                [r3][r3]
    `;
    const [stale] = anomaliesOf(weakModel('regular').check(drawn(passedOver), limits));
    expect(stale).toMatchObject({ type: 'stale-read', operations: [0, 2, 4, 6] });
  });

  test('a path of causes goes over causes alone, not over what reads show to be newer', () => {
    const [stale] = anomaliesOf(
      weakModel('causal-convergence').check(
        drawn(`
          0: [w1------]
          1:  [r1][w2] [r2][c1>3]
        `),
        limits,
      ),
    );
    expect(stale?.type).toBe('stale-read');
    // That w2 is newer than w1 is due to the read of 1 before it, event 1.
    expect(stale?.operations).toContain(1);
  });

  test('nothing comes between the value that a cas found and the one that it wrote', () => {
    const between = `
      0: [w1]      [c1>2][r3]
      1: [r1][w3][r2]
    `;
    expect(validity('coherent', between)).toBe(false);
    const apart = `
      0: [w1][r3]
      1: [w3][r1][c1>2]
      2: [r1][r3]
    `;
    expect(validity('coherent', apart)).toBe(false);
  });

  test('of unknown outcome it took effect if somebody read it, or updated what it wrote', () => {
    expect(validity('sequential', '0: [w1][c1>2?]\n1: [r2]')).toBe(true);
    expect(validity('sequential', '0: [w1][c7>2?]\n1: [r1]')).toBe(true);
    expect(validity('sequential', '0: [w1][c7>2?]\n1: [r2]')).toBe(false);
    expect(validity('sequential', '0: [w1][c7>2?]\n1: [c2>3?]\n2: [r1]')).toBe(true);
    expect(validity('sequential', '0: [w1][c7>2?]\n1: [c2>3?]\n2: [r3]')).toBe(false);
    expect(validity('sequential', '0: [w1][c1>2!]\n1: [r2]')).toBe(false);
    expect(validity('sequential', '0: [w1][c1>2!][c1>2]\n1: [r2]')).toBe(true);
  });

  test('another that overlaps it makes a cas safe, not itself', () => {
    expect(validity('safe', '0: [w1][w2][c1>3]')).toBe(false);
    expect(validity('safe', '0: [w1][w2][c1>3]\n1:         [w4]')).toBe(true);
  });
});

describe('sequential consistency', () => {
  test('is told from linearizability where that holds', () => {
    const check = (picture: string): unknown =>
      weakModel('sequential').check(drawn(picture), limits).method;
    expect(check('0: [w1][r1]')).toContain('it is linearizable, from which it follows');
    expect(check('0: [w1]    [w2]\n1:     [r1]    [r1]')).not.toContain('from which it follows');
  });
});

describe('honest about what was not judged', () => {
  test('values that are not distinct, other functions, and no reads are unknown', () => {
    expect(validity('pram', '0: [w1][w1][r1]')).toBe('unknown');
    expect(validity('pram', '0: [w1][c1>1][r1]')).toBe('unknown');
    expect(validity('sequential', '0: [w1]')).toBe('unknown');
    expect(strongestAndWeakest(drawn('0: [w1]'), limits)).toEqual({
      holds: [],
      violated: [],
      open: [],
    });
  });

  test('out of time is unknown', () => {
    let now = 0;
    const hasty = { timeoutMs: 5, memoryMb: 64, nowMs: () => (now += 10) };
    // Two who see two writes in opposite orders: one order of them does not explain both.
    const opposed = drawn('0: [w1]\n1: [w2]\n2:     [r1][r2]\n3:     [r2][r1]');
    for (const name of ['sequential', 'causal-memory', 'pram', 'causal', 'monotonic-reads']) {
      const verdict = weakModel(name).check(opposed, hasty);
      expect(verdict).toMatchObject({ valid: 'unknown', reason: { kind: 'timeout' } });
    }
  });

  test('a model that there is not is refused with the nearest', () => {
    expect(() => weakModel('sequentail')).toThrow(/Did you mean "sequential"/);
  });

  test('an initial value other than null is what reads may see first', () => {
    const history = drawn('0: [r0][w1][r1]');
    expect(weakModel('sequential', { initial: 0 }).check(history, limits).valid).toBe(true);
    expect(weakModel('linearizable', { initial: 0 }).check(history, limits).valid).toBe(true);
    expect(weakModel('sequential').check(history, limits).valid).toBe(false);
  });
});

describe('convergence', () => {
  const history = (...answers: Json[]): History =>
    historyOf([
      { process: 0, type: 'invoke', f: 'add', value: 1 },
      { process: 0, type: 'ok', f: 'add', value: 1 },
      ...answers.flatMap((value, i) => [
        { process: i, type: 'invoke' as const, f: 'read', value: null, final: true },
        { process: i, type: 'ok' as const, f: 'read', value },
      ]),
    ]);

  test('final reads after the last update agree', () => {
    expect(convergence().check(history([1, 2], [1, 2]), limits).valid).toBe(true);
    const verdict = convergence().check(history([1, 2], [2, 1]), limits);
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'divergence', operations: [2, 4] }]);
    expect(convergence({ unordered: true }).check(history([1, 2], [2, 1]), limits).valid).toBe(
      true,
    );
    expect(convergence().check(history([1]), limits).valid).toBe('unknown');
  });
});
