/** Every model of the library with ops small enough that they get in each other's way. */
import type { Json } from '../../src/base/json.ts';
import { modelLibrary, modelNamed } from '../../src/model/library.ts';
import type { Model } from '../../src/model/model.ts';
import type { OpShape } from './random-history.ts';

const few = [1, 2, 3];
const orNull: readonly Json[] = [...few, null];
const yesNo = [true, true, false];

const cas: OpShape = {
  f: 'cas',
  inputs: [0, ...few].flatMap((from) => [0, ...few].map((to) => [from, to])),
  outputs: [...yesNo],
};
const list = (values: readonly Json[]): Json[] => {
  const lists: Json[] = [[]];
  for (const a of values) {
    lists.push([a]);
    for (const b of values) if (b !== a) lists.push([a, b]);
  }
  return lists;
};
const locks: readonly OpShape[] = [
  { f: 'acquire', inputs: [null, null, 'a'], outputs: [true, true, true, false] },
  { f: 'release', inputs: [null, null, 'a'], outputs: [true, true, true, false] },
];

const shapesOf: Readonly<Record<string, readonly OpShape[]>> = {
  register: [
    { f: 'read', inputs: [null], outputs: orNull },
    { f: 'write', inputs: few, outputs: [null] },
  ],
  'cas-register:0': [
    { f: 'read', inputs: [null], outputs: [0, ...few] },
    { f: 'write', inputs: [0, ...few], outputs: [null] },
    cas,
  ],
  'multi-register': [
    { f: 'read', inputs: [['x', null]], outputs: orNull.map((value) => ['x', value]) },
    { f: 'read', inputs: [['y', null]], outputs: orNull.map((value) => ['y', value]) },
    { f: 'write', inputs: ['x', 'y'].flatMap((key) => few.map((v) => [key, v])), outputs: [null] },
  ],
  kv: [
    { f: 'get', inputs: [null], outputs: ['', 'a', 'b', 'ab', 'ba', 'aa'] },
    { f: 'put', inputs: ['a', 'b', ''], outputs: [null] },
    { f: 'append', inputs: ['a', 'b'], outputs: [null] },
  ],
  set: [
    { f: 'add', inputs: few, outputs: [null, true, false] },
    { f: 'remove', inputs: few, outputs: [null, true, false] },
    { f: 'contains', inputs: few, outputs: [true, false] },
    { f: 'read', inputs: [null], outputs: [[], [1], [2], [1, 2], [2, 3], [3, 2, 1]] },
  ],
  'fifo-queue': [
    { f: 'enqueue', inputs: few, outputs: [null] },
    { f: 'dequeue', inputs: [null], outputs: orNull },
  ],
  'unordered-queue': [
    { f: 'enqueue', inputs: few, outputs: [null] },
    { f: 'dequeue', inputs: [null], outputs: orNull },
  ],
  stack: [
    { f: 'push', inputs: few, outputs: [null] },
    { f: 'pop', inputs: [null], outputs: orNull },
  ],
  'priority-queue': [
    { f: 'insert', inputs: few, outputs: [null] },
    { f: 'poll', inputs: [null], outputs: orNull },
  ],
  mutex: locks,
  'ownerless-mutex': locks,
  'reentrant-mutex': locks,
  'fenced-mutex': [
    { f: 'acquire', inputs: [null, 'a'], outputs: [1, 2, 3, 4, false] },
    { f: 'release', inputs: [null, 'a'], outputs: [true, true, false] },
  ],
  'semaphore:2': [
    { f: 'acquire', inputs: [null, 1, 2], outputs: yesNo },
    { f: 'release', inputs: [null, 1, 2], outputs: [true] },
  ],
  counter: [
    { f: 'add', inputs: [null, 1, 2], outputs: [null] },
    { f: 'add-and-get', inputs: [1, 2], outputs: [1, 2, 3, 4, 5] },
    { f: 'read', inputs: [null], outputs: [0, 1, 2, 3, 4] },
  ],
  'fetch-and-increment': [
    { f: 'fetch-and-increment', inputs: [null], outputs: [0, 1, 2, 3, 4] },
    { f: 'read', inputs: [null], outputs: [0, 1, 2, 3] },
  ],
  'versioned-register': [
    { f: 'read', inputs: [null], outputs: [null, [1, 1], [2, 2], [3, 1], [2, 1]] },
    { f: 'write', inputs: few, outputs: [1, 2, 3, 4] },
    {
      f: 'cas',
      inputs: [
        [null, 1],
        [1, 2],
        [2, 1],
      ],
      outputs: [1, 2, 3, 4],
    },
  ],
  'fenced-writes': [{ f: 'write', inputs: [...few, [2, 'x']], outputs: [true, null, false] }],
  'append-list': [
    { f: 'append', inputs: few, outputs: [null] },
    { f: 'read', inputs: [null], outputs: list(few) },
  ],
};

/** `[specification, model, shapes]` of each. */
export const everyModel: readonly (readonly [string, Model<unknown>, readonly OpShape[]])[] =
  Object.entries(shapesOf).map(([name, shapes]) => [name, modelNamed(name), shapes]);

/** Models of the library that nobody wrote shapes for: none, or a test must say so. */
export const modelsWithoutShapes: readonly string[] = modelLibrary
  .map(({ name }) => name)
  .filter((name) => !Object.keys(shapesOf).some((known) => known.split(':')[0] === name));
