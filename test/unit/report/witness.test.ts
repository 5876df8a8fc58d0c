import { describe, expect, test } from 'vitest';
import type { Anomaly } from '../../../src/checker/verdict.ts';
import { asciiTimeline } from '../../../src/report/ascii-timeline.ts';
import { offendingOf } from '../../../src/report/evidence.ts';
import { plainPaint } from '../../../src/report/paint.ts';
import { layoutWitness, rowOf, witnessOf } from '../../../src/report/witness.ts';
import { drawn } from '../../support/notation.ts';
import { loadedHistory, staleRead } from './sample-runs.ts';

function anomaly(operations: readonly number[], evidence?: Anomaly['evidence']): Anomaly {
  const base = { type: 'nonlinearizable', model: 'linearizable', operations, explanation: '' };
  return evidence === undefined ? base : { ...base, evidence };
}

const limits = { operationsMax: 100, labelLength: 40 };

describe('a picture keeps real time', () => {
  test('who returned before whom was called lies to the left of it, and only then', () => {
    const history = loadedHistory(150);
    const invocations = [...history.operations.invoke].slice(0, 60);
    const witness = witnessOf(anomaly(invocations), history, [], limits);
    const { bars } = layoutWitness(witness, { barWidth: ({ length }) => length + 3, gap: 2 });
    expect(bars).toHaveLength(60);
    for (const a of bars)
      for (const b of bars) {
        const { operation: first } = a.item;
        const { operation: second } = b.item;
        const before = first.outcome !== 'info' && first.returnIndex < second.invokeIndex;
        expect(a.end < b.start, `${first.id} and ${second.id}`).toBe(before);
      }
  });

  test('an operation of unknown outcome has no end', () => {
    const history = drawn(`
      0: [w1?]
      1:        [r1]
    `);
    const witness = witnessOf(anomaly([0, 2]), history, [], limits);
    const { bars, width } = layoutWitness(witness, { barWidth: () => 8, gap: 2 });
    expect(bars.map(({ open }) => open)).toEqual([true, false]);
    expect(bars[0]?.end).toBe(width);
  });

  test('a fault covers what happened while it was in force', () => {
    const { history, summary } = staleRead();
    const faults = summary.faults.map(({ window }) => window);
    const witness = witnessOf(anomaly([0, 3, 4, 6]), history, faults, limits);
    const { bars, bands, width } = layoutWitness(witness, { barWidth: () => 8, gap: 2 });
    expect(bands).toHaveLength(1);
    expect(bands[0]?.start).toBeGreaterThan(bars[0]?.end ?? Infinity);
    expect(bands[0]?.start).toBeLessThan(bars[1]?.start ?? 0);
    expect(bands[0]?.end).toBe(width);
  });
});

describe('nothing is cut off in silence', () => {
  test('operations beyond the limit are counted, and marked ones are kept', () => {
    const history = loadedHistory(300);
    const invocations = [...history.operations.invoke];
    const first = invocations[0] ?? 0;
    const one = anomaly(invocations, { offending: [first] });
    const witness = witnessOf(one, history, [], { operationsMax: 10, labelLength: 20 });
    expect(witness.operations).toHaveLength(10);
    expect(witness.omitted).toBe(invocations.length - 10);
    expect(witness.operations[0]?.offending).toBe(true);
    expect(asciiTimeline(witness, plainPaint, 100).at(-1)).toContain(
      `${witness.omitted} more operations`,
    );
  });

  test('an index that is no client operation is counted', () => {
    const { history } = staleRead();
    const witness = witnessOf(anomaly([0, 2, 999]), history, [], limits);
    expect(witness.operations).toHaveLength(1);
    expect(witness.unresolved).toBe(2);
  });
});

test('an operation is found by its invocation and by its completion', () => {
  const history = loadedHistory(200);
  const { invoke, complete, count } = history.operations;
  for (let row = 0; row < count; row += 1) {
    expect(rowOf(history, invoke[row] ?? -1)).toBe(row);
    const end = complete[row] ?? -1;
    if (end >= 0) expect(rowOf(history, end)).toBe(row);
  }
  expect(rowOf(history, -1)).toBeUndefined();
  expect(rowOf(history, history.eventCount)).toBeUndefined();
});

describe('only what the evidence names is marked', () => {
  test('named operations, roles and dead ends', () => {
    expect([...offendingOf(anomaly([0, 2, 4], { offending: [2, 4] }))]).toEqual([2, 4]);
    expect([...offendingOf(anomaly([0, 2, 4], { roles: { reader: 4, writer: 0 } }))]).toEqual([
      4, 0,
    ]);
    expect([...offendingOf(anomaly([0, 2, 4], { stuck: [{ operation: 4 }] }))]).toEqual([4]);
  });

  test('three operations without evidence: none; an operation of another anomaly: none', () => {
    expect(offendingOf(anomaly([0, 2, 4])).size).toBe(0);
    expect(offendingOf(anomaly([0, 2, 4], { offending: [7] })).size).toBe(0);
  });
});

describe('in characters', () => {
  const history = drawn(`
    0: [w1--]         [r1]
    1:        [w2--]
  `);
  const witness = witnessOf(anomaly([0, 2, 4], { offending: [2, 4] }), history, [], limits);

  test('processes are rows where that fits', () => {
    expect(asciiTimeline(witness, plainPaint, 80)).toEqual([
      'p0  ├─write 1─┤             ├─read → 1─┤',
      'p1              ├─write 2─┤',
    ]);
  });

  test('else operations are rows, and no line is wider than the terminal', () => {
    const lines = asciiTimeline(witness, plainPaint, 40);
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe('◀ contradict each other');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.endsWith(' ◀'))).toHaveLength(2);
  });
});
