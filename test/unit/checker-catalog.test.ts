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

test('a level of registers is refused where there are lists', () => {
  expect(() => checkerOf('causal-consistency')).toThrow(/this history is one of list-append/);
});

test('what is about real time is refused where the history has none', () => {
  expect(() => checkerOf('strict-serializable', registers, false)).toThrow(/only within each/);
  expect(checkerOf('serializable', registers, false)).toBe('rw-register');
});

test('each name is listed once', () => {
  const names = modelCatalog().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
