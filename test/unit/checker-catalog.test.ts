/** Models by name: which checker a name means, by what the history is made of. */
import { expect, test } from 'vitest';
import { checkersOfModel, modelCatalog } from '../../src/checker/catalog.ts';
import { historyOf } from '../../src/history/builder.ts';
import { txns } from '../support/txn-notation.ts';

const lists = txns('0: a x 1\n1: r x [1]');
const registers = txns('0: w x 1\n1: r x 1');
const operations = historyOf([
  { type: 'invoke', process: 0, f: 'write', value: 1 },
  { type: 'ok', process: 0, f: 'write', value: 1 },
]);

function checkerOf(model: string, history = lists, realTime = true): string | undefined {
  return checkersOfModel(model, { history, realTime })[0]?.name;
}

test.each([
  ['serializable', lists, 'list-append'],
  ['PL-3', lists, 'list-append'],
  ['Snapshot-Isolation', registers, 'rw-register'],
  ['causal-consistency', registers, 'weak-isolation'],
  ['causal-consistency', lists, 'weak-isolation'],
  ['causal', operations, 'causal'],
  ['causal', lists, 'list-append'],
  ['register', operations, 'linearizability'],
] as const)('%s', (model, history, checker) => {
  expect(checkerOf(model, history)).toBe(checker);
});

test('a name that is none is an error that names the nearest of all kinds', () => {
  expect(() => checkerOf('serialisable')).toThrow(/Did you mean "serializable"/);
  expect(() => checkerOf('registr', operations)).toThrow(/Did you mean "register"/);
});

test('a model of single operations is refused where there are transactions', () => {
  expect(() => checkerOf('cas-register:0')).toThrow(/one of transactions/);
});

test('a level of registers and lists is refused where there are predicates', () => {
  const steps = [
    ['init', 'x', 0],
    ['rp', 'true', null],
  ];
  const predicates = historyOf([
    { type: 'invoke', process: 0, f: 'txn', value: steps },
    { type: 'ok', process: 0, f: 'txn', value: steps },
  ]);
  expect(() => checkerOf('causal-consistency', predicates)).toThrow(
    /this history is one of closed-predicate/,
  );
});

test('what is about real time is refused where the history has none', () => {
  expect(() => checkerOf('strict-serializable', registers, false)).toThrow(/only within each/);
  expect(checkerOf('serializable', registers, false)).toBe('rw-register');
});

test('each name is listed once', () => {
  const names = modelCatalog().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

/** What the reader of a file makes of a multi-register: keys, and values without them. */
const cells = historyOf([
  { type: 'invoke', process: 0, f: 'write', key: 'x', value: 1 },
  { type: 'ok', process: 0, f: 'write', key: 'x', value: 1 },
  { type: 'invoke', process: 0, f: 'read', key: 'y', value: null },
  { type: 'ok', process: 0, f: 'read', key: 'y', value: 0 },
]);
const limits = { timeoutMs: 1_000, memoryMb: 100, nowMs: () => 0 };

test('a multi-register whose cells were taken apart is one register for each key', () => {
  const verdictOf = (model: string): unknown =>
    checkersOfModel(model, { history: cells, realTime: true })[0]?.check(cells, limits).valid;
  expect(verdictOf('multi-register:0')).toBe(true);
  expect(verdictOf('multi-register')).toBe(false);
  expect(() => verdictOf('multi-register:{"y":0}')).toThrow(/--keys plain/);
});

test('a parameter that a model of sets does not know is refused', () => {
  expect(checkerOf('set-full:linearizable', operations)).toBe('set-full');
  expect(() => checkerOf('set-full:soon', operations)).toThrow(/set-full:linearizable/);
  expect(() => checkerOf('availability:99', operations)).toThrow(/from 0 to 1/);
});
