import { expect, test } from 'vitest';
import { prng } from '../../src/base/prng.ts';
import { cutText, drawablePartitions, partitionCut } from '../../src/fault/grudge.ts';
import { millisecondsParameter, numberParameter } from '../../src/fault/parameters.ts';
import { scheduleFrom, scheduleText } from '../../src/fault/schedule.ts';
import { chooseNodes, drawableTargets, namedNodes } from '../../src/fault/targets.ts';

const five = ['n1', 'n2', 'n3', 'n4', 'n5'];

test('a literal partition cuts between its sides, and leaves nodes that it does not name', () => {
  const [cut] = partitionCut('n1+n2|n3', ['n1', 'n2', 'n3', 'n4'], prng(1));
  expect(cut).toEqual([
    ['n1', 'n3'],
    ['n2', 'n3'],
    ['n3', 'n1'],
    ['n3', 'n2'],
  ]);
});

test('a literal one-way partition drops messages of that direction only', () => {
  const [cut] = partitionCut('n1>n2+n3', five, prng(1));
  expect(cut).toEqual([
    ['n1', 'n2'],
    ['n1', 'n3'],
  ]);
  expect(cutText(five, cut)).toBe('n2 hears only n3, n4 and n5; n3 hears only n2, n4 and n5');
});

test.each(['n1|n1', 'n1>n1', 'n1>n2>n3', 'n1|n2>n3', 'n1+n2|'])(
  'the literal partition %s is refused',
  (shape) => {
    expect(() => partitionCut(shape, five, prng(1))).toThrow(/makes no sense|neither a node/);
  },
);

test('a partition of one node is refused, and the message says why', () => {
  expect(() => partitionCut('one', ['n1'], prng(1))).toThrow(
    'a partition needs at least 2 nodes, and this cluster has 1.',
  );
});

test('a shape that this cluster is too small for is refused, not emptied', () => {
  expect(() => partitionCut('minority-third', ['n1', 'n2', 'n3'], prng(1))).toThrow(
    'needs at least 4 nodes',
  );
  expect(() => chooseNodes('minority', ['n1', 'n2'], prng(1))).toThrow('there is no minority of 2');
});

test('a misspelt shape or node is named, with what was meant', () => {
  expect(() => partitionCut('majorties-ring', five, prng(1))).toThrow('"majorities-ring"');
  expect(() => namedNodes('n1+m2', five)).toThrow('"m2" is neither a node nor a target');
});

test('draws are those of Jepsen, less what the cluster is too small for', () => {
  expect(drawablePartitions(5)).toEqual(['one', 'minority-third', 'majority', 'majorities-ring']);
  expect(drawablePartitions(3)).toEqual(['one', 'majority', 'majorities-ring']);
  expect(drawablePartitions(2)).toEqual(['one']);
  expect(drawablePartitions(1)).toEqual([]);
  expect(drawableTargets(5)).toEqual([
    ...['one', 'some', 'minority', 'minority-third', 'majority', 'all'],
  ]);
  expect(drawableTargets(1)).toEqual(['one', 'some', 'majority', 'all']);
});

test('a cut reads as sides, or as who hears whom', () => {
  const [sides] = partitionCut('n1+n3|n2+n4+n5', five, prng(1));
  expect(cutText(five, sides)).toBe('n1, n3 | n2, n4, n5');
  const [bridge] = partitionCut('n1+n2|n4+n5', five, prng(1));
  expect(cutText(five, bridge)).toBe(
    'n1 hears only n2 and n3; n2 hears only n1 and n3; n4 hears only n3 and n5; n5 hears only n3 and n4',
  );
});

test('parameters are numbers and durations in their ranges', () => {
  expect(numberParameter({ probability: '0.3' }, 'probability', 1, { min: 0, max: 1 })).toBe(0.3);
  expect(numberParameter({}, 'probability', 1, { min: 0, max: 1 })).toBe(1);
  for (const bad of ['1.5', '-1', 'x', ''])
    expect(() =>
      numberParameter({ probability: bad }, 'probability', 1, { min: 0, max: 1 }),
    ).toThrow('expected a number from 0 to 1');
  const range = { min: -60_000, max: 60_000 };
  const cases = { '50': 50, '50ms': 50, '2s': 2000, '-1.5s': -1500, '1min': 60_000 };
  for (const [text, ms] of Object.entries(cases))
    expect(millisecondsParameter({ offset: text }, 'offset', 0, range)).toBe(ms);
  for (const bad of ['2h', 's', '2min', ''])
    expect(() => millisecondsParameter({ offset: bad }, 'offset', 0, range)).toThrow('expected');
});

test('a schedule is read back as it was written', () => {
  const fault = {
    kind: 'kill',
    f: 'kill',
    shape: 'one',
    nodes: ['n1'],
    detail: { a: [1] },
    description: 'x',
  };
  const faults = [
    { startNs: 1, endNs: 2, fault },
    { startNs: 3, endNs: null, fault },
  ];
  expect(scheduleFrom(scheduleText(7, faults))).toEqual({ version: 1, seed: 7, faults });
});

test.each(['{', '[]', '{"version":2}', '{"version":1,"seed":1,"faults":[{"startNs":1}]}'])(
  'the schedule %s is refused',
  (text) => {
    expect(() => scheduleFrom(text)).toThrow(/schedule/);
  },
);
