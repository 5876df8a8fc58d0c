/** A recording says what a program may know of its own calls, and never more. */
import { describe, expect, test } from 'vitest';
import { noEffect, Recording } from '../../../src/library/recording.ts';

const outcomes = (recording: Recording) =>
  Array.from({ length: recording.history().operationCount }, (_, row) => {
    const { process, f, input, outcome } = recording.history().operation(row);
    return [process, f, input, outcome];
  });

describe('a call', () => {
  test('that returns is ok, with what was handed over, or else with what came back', async () => {
    const recording = new Recording();
    await recording.run('a', { f: 'write', value: 7 }, () => 'written');
    expect(await recording.run('a', { f: 'read' }, async () => 7)).toBe(7);
    const history = recording.history();
    expect([...history.operations.outcome].length).toBe(2);
    expect(history.operation(0)).toMatchObject({ f: 'write', input: 7, output: 7, outcome: 'ok' });
    expect(history.operation(1)).toMatchObject({ f: 'read', output: 7, outcome: 'ok' });
  });

  test('that throws is of unknown outcome, and its client goes on as another process', async () => {
    const recording = new Recording();
    const broken = () => Promise.reject(new Error('connection lost'));
    await expect(recording.run('a', { f: 'write', value: 1 }, broken)).rejects.toThrow('lost');
    await recording.run('a', { f: 'read' }, () => null);
    expect(outcomes(recording)).toEqual([
      [0, 'write', 1, 'info'],
      [1, 'read', null, 'ok'],
    ]);
  });

  test('that throws has failed if it is a read, or certainly had no effect', async () => {
    const recording = new Recording({ hadNoEffect: (error) => String(error).includes('refused') });
    const refused = () => {
      throw new Error('connection refused');
    };
    await expect(recording.run('a', { f: 'write', value: 1 }, refused)).rejects.toThrow();
    await expect(recording.run('a', { f: 'read' }, refused)).rejects.toThrow();
    expect(outcomes(recording)).toEqual([
      [0, 'write', 1, 'fail'],
      [0, 'read', null, 'fail'],
    ]);
  });

  test('may come back and say that it did nothing', async () => {
    const recording = new Recording();
    const swapped = await recording.run(
      'a',
      { f: 'cas', value: [1, 2] },
      () => false,
      (hit) => (hit ? [1, 2] : noEffect),
    );
    expect(swapped).toBe(false);
    expect(outcomes(recording)).toEqual([[0, 'cas', [1, 2], 'fail']]);
  });

  test('that has not ended is of unknown outcome', () => {
    const recording = new Recording();
    recording.invoke('a', { f: 'write', key: 'x', value: 1 });
    expect(recording.history().operation(0)).toMatchObject({ key: 'x', outcome: 'info' });
  });
});

test('a client does one thing at a time', () => {
  const recording = new Recording();
  const first = recording.invoke('a', { f: 'write', value: 1 });
  expect(() => recording.invoke('a', { f: 'read' })).toThrow('one thing at a time');
  first.ok();
  expect(() => {
    first.ok();
  }).toThrow('ended already');
});

test('values are as they were when they were handed over', () => {
  const recording = new Recording();
  const value = [1];
  const operation = recording.invoke('a', { f: 'write', value });
  value.push(2);
  operation.ok();
  expect(recording.history().operation(0).input).toEqual([1]);
});

test('what JSON has no word for is refused, not guessed', async () => {
  const recording = new Recording();
  for (const value of [Number.NaN, [Infinity], 1n, () => 1])
    await expect(recording.run('a', { f: 'read' }, () => value)).rejects.toThrow('JSON');
});
