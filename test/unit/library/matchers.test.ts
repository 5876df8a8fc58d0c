/** Matchers say yes only of what holds, no only of what does not, and fail on what nobody can tell. */
import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../src/history/builder.ts';
import { modelNames } from '../../../src/library/matchers.ts';
import { matchers, Recording } from '../../../src/vitest-entry.ts';

expect.extend(matchers);

const invoke = (process: number, f: string, value: number | null) =>
  ({ type: 'invoke', process, f, value }) as const;
const ok = (process: number, f: string, value: number | null) =>
  ({ type: 'ok', process, f, value }) as const;

const kept = historyOf([
  ...[invoke(0, 'write', 1), ok(0, 'write', 1)],
  ...[invoke(1, 'read', null), ok(1, 'read', 1)],
]);
const stale = historyOf([
  ...[invoke(0, 'write', 1), ok(0, 'write', 1), invoke(0, 'write', 2), ok(0, 'write', 2)],
  ...[invoke(1, 'read', null), ok(1, 'read', 2), invoke(2, 'read', null), ok(2, 'read', 1)],
]);

/** What the failing assertion says. */
function said(assertion: () => void): string {
  try {
    assertion();
  } catch (thrown) {
    return (thrown as Error).message;
  }
  throw new Error('it did not fail');
}

describe('toBeLinearizable', () => {
  test('holds of what is, and of a recording and of plain events too', async () => {
    expect(kept).toBeLinearizable('register');
    expect([invoke(0, 'write', 1), ok(0, 'write', 1)]).toBeLinearizable('register');
    const recording = new Recording();
    await recording.run('a', { f: 'write', value: 1 }, () => undefined);
    expect(recording).toBeLinearizable('register');
  });

  test('fails with the evidence', () => {
    const text = said(() => {
      expect(stale).toBeLinearizable('register');
    });
    expect(text).toContain('stale-read');
    expect(text).toContain('write 2');
    expect(stale).not.toBeLinearizable('register');
  });

  test('of a history without operations nobody can tell, with not neither', () => {
    expect(
      said(() => {
        expect([]).toBeLinearizable('register');
      }),
    ).toContain('no operation');
    expect(
      said(() => {
        expect([]).not.toBeLinearizable('register');
      }),
    ).toContain('no operation');
  });

  test('out of time it fails both ways', () => {
    // Values that come again and again, all at once: no way but a search.
    const events = Array.from({ length: 40 }, (_, i) => invoke(i, i % 2 ? 'write' : 'read', i % 3));
    const ends = Array.from({ length: 40 }, (_, i) => ok(i, i % 2 ? 'write' : 'read', i % 3));
    const hard = historyOf([...events, ...ends]);
    const budget = { timeoutMs: 0.000_001 };
    const asked = expect(hard);
    expect(
      said(() => {
        asked.toBeLinearizable('register', budget);
      }),
    ).toContain('cannot be told');
    expect(
      said(() => {
        asked.not.toBeLinearizable('register', budget);
      }),
    ).toContain('be told');
  });
});

test('toSatisfyModel knows every model', () => {
  expect(stale).toSatisfyModel('sequential');
  expect(stale).not.toSatisfyModel('register');
  expect(modelNames()).toContain('snapshot-isolation');
  expect(() => {
    expect(stale).toSatisfyModel('sequentail');
  }).toThrow('sequential');
});

test('toShowAnomaly looks for one by name, and refuses a name that nothing has', () => {
  expect(stale).toShowAnomaly('stale-read', 'register');
  expect(kept).not.toShowAnomaly('stale-read', 'register');
  expect(
    said(() => {
      expect(kept).toShowAnomaly('stale-read', 'register');
    }),
  ).toContain('nothing');
  expect(() => {
    expect(kept).not.toShowAnomaly('stale-raed', 'register');
  }).toThrow('no anomaly');
});

test('toBeValid takes what runTest returned', () => {
  const report = { passed: true, valid: true, text: '', summary: { gates: [] } };
  expect(report).toBeValid();
  const missed = { gate: 'latency.p99<1ms', passed: false, figure: 'p99 was 2 ms' };
  expect({ ...report, summary: { gates: [missed] } }).not.toBeValid();
  expect(() => {
    expect({ ...report, valid: 'unknown' }).not.toBeValid();
  }).toThrow('be told');
  expect(() => {
    expect(Promise.resolve(report)).toBeValid();
  }).toThrow('await');
});
