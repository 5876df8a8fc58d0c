/** Each model as a table: sequences that it accepts, and ones that it refuses at the last op. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { determinize } from '../../src/model/determinize.ts';
import { findEntry, modelLibrary, modelNamed } from '../../src/model/library.ts';
import { illegal, type ModelOp } from '../../src/model/model.ts';

/** `f input → output`, as `[f, input, output, process]`; output left out: unknown. */
type Step = readonly [f: string, input: Json, output?: Json | undefined, process?: number];

function opOf([f, input, output, process]: Step): ModelOp {
  return { f, input, output, ...(process === undefined ? {} : { process }) };
}

/** The position of the first step that is refused, or -1. */
function refusedAt(specification: string, steps: readonly Step[]): number {
  const model = modelNamed(specification);
  let state = model.init;
  for (const [at, step] of steps.entries()) {
    const next = model.step(state, opOf(step));
    if (next === illegal) return at;
    if (model.isPure(opOf(step))) expect(model.fingerprint(next)).toBe(model.fingerprint(state));
    state = next;
  }
  return -1;
}

const w = (value: Json): Step => ['write', value, null];
const r = (value: Json): Step => ['read', null, value];
const cas = (from: Json, to: Json, output?: Json): Step =>
  output === undefined ? ['cas', [from, to]] : ['cas', [from, to], output];

interface Table {
  readonly accepts: readonly (readonly Step[])[];
  /** Each is refused at its last step, and only there. */
  readonly refuses: readonly (readonly Step[])[];
}

const acq = (process: number, output: Json = true): Step => ['acquire', null, output, process];
const rel = (process: number, output: Json = true): Step => ['release', null, output, process];

const tables: Readonly<Record<string, Table>> = {
  register: {
    accepts: [[r(null), w(1), r(1), w(2), r(2)], [w([1, 2]), r([1, 2])], [['read', null]]],
    refuses: [[r(0)], [w(1), r(null)], [w(1), w(2), r(1)], [w({ a: 1 }), r({ a: 2 })]],
  },
  'register:0': {
    accepts: [
      [r(0), w(null), r(null)],
      [r(0), w(1), r(null), r(1)],
    ],
    refuses: [[r(1)], [w(1), r(0)]],
  },
  'cas-register': {
    accepts: [
      [cas(null, 1, true), r(1)],
      [w(1), cas(1, 2, [1, 2]), r(2)],
      // Refused, and rightly so.
      [w(1), cas(2, 3, false), r(1)],
      // Unknown: took effect, or found another value.
      [w(1), cas(1, 2), r(2)],
      [w(1), cas(3, 2), r(1)],
    ],
    refuses: [
      [w(1), cas(2, 3, true)],
      [w(1), cas(1, 2, false)],
      [w(1), cas(1, 2, null), r(1)],
    ],
  },
  'cas-register:0': { accepts: [[r(0), cas(0, 1, true), r(1)]], refuses: [[cas(null, 1, true)]] },
  'multi-register': {
    accepts: [
      [
        ['write', ['x', 1], null],
        ['read', ['y', null], ['y', null]],
        ['read', ['x', null], ['x', 1]],
      ],
    ],
    refuses: [
      [
        ['write', ['x', 1], null],
        ['read', ['y', null], ['y', 1]],
      ],
    ],
  },
  'multi-register:{"x":0,"y":5}': {
    accepts: [
      [
        ['read', ['y', null], ['y', 5]],
        ['read', ['z', null], ['z', null]],
      ],
    ],
    refuses: [[['read', ['x', null], ['x', null]]]],
  },
  kv: {
    accepts: [
      [
        ['get', null, ''],
        ['append', 'a', null],
        ['append', 'b', null],
        ['get', null, 'ab'],
        ['put', 'c', null],
        ['get', null, 'c'],
      ],
      [['get', null, null]],
    ],
    refuses: [
      [
        ['append', 'a', null],
        ['append', 'b', null],
        ['get', null, 'ba'],
      ],
      [
        ['append', 'a', null],
        ['put', 'b', null],
        ['get', null, 'ab'],
      ],
    ],
  },
  set: {
    accepts: [
      [
        ['add', 1, true],
        ['add', 1, false],
        ['contains', 1, true],
        ['remove', 1, true],
      ],
      [
        ['add', 2, null],
        ['add', 1, null],
        ['read', null, [1, 2]],
        ['read', null, [2, 1]],
      ],
      [
        ['remove', 1, false],
        ['contains', 1, false],
        ['read', null, []],
      ],
    ],
    refuses: [
      [
        ['add', 1, true],
        ['add', 1, true],
      ],
      [['add', 1, false]],
      [['remove', 1, true]],
      [
        ['add', 1, null],
        ['remove', 1, null],
        ['contains', 1, true],
      ],
      [
        ['add', 1, null],
        ['read', null, [1, 1]],
      ],
      [
        ['add', 1, null],
        ['read', null, []],
      ],
    ],
  },
  'fifo-queue': {
    accepts: [
      [
        ['dequeue', null, null],
        ['enqueue', 1, null],
        ['enqueue', 2, null],
        ['dequeue', null, 1],
      ],
      [
        ['enqueue', 1, null],
        ['dequeue', null],
        ['dequeue', null, null],
      ],
    ],
    refuses: [
      [
        ['enqueue', 1, null],
        ['enqueue', 2, null],
        ['dequeue', null, 2],
      ],
      [
        ['enqueue', 1, null],
        ['dequeue', null, null],
      ],
      [
        ['enqueue', 1, null],
        ['dequeue', null, 1],
        ['dequeue', null, 1],
      ],
    ],
  },
  'unordered-queue': {
    accepts: [
      [
        ['enqueue', 1, null],
        ['enqueue', 2, null],
        ['dequeue', null, 2],
        ['dequeue', null, 1],
      ],
      // The unknown one may have taken either.
      [
        ['enqueue', 1, null],
        ['enqueue', 2, null],
        ['dequeue', null],
        ['dequeue', null, 1],
      ],
      [
        ['enqueue', 1, null],
        ['enqueue', 2, null],
        ['dequeue', null],
        ['dequeue', null, 2],
      ],
    ],
    refuses: [
      [
        ['enqueue', 1, null],
        ['dequeue', null, null],
      ],
      [
        ['enqueue', 1, null],
        ['dequeue', null],
        ['dequeue', null, 1],
      ],
      [
        ['enqueue', 1, null],
        ['dequeue', null, 2],
      ],
    ],
  },
  stack: {
    accepts: [
      [
        ['push', 1, null],
        ['push', 2, null],
        ['pop', null, 2],
        ['pop', null, 1],
        ['pop', null, null],
      ],
    ],
    refuses: [
      [
        ['push', 1, null],
        ['push', 2, null],
        ['pop', null, 1],
      ],
      [
        ['push', 1, null],
        ['pop', null, null],
      ],
    ],
  },
  'priority-queue': {
    accepts: [
      [
        ['insert', 1, null],
        ['insert', 10, null],
        ['insert', 9, null],
        ['poll', null, 10],
        ['poll', null, 9],
      ],
      [['poll', null, null]],
    ],
    refuses: [
      [
        ['insert', 1, null],
        ['insert', 2, null],
        ['poll', null, 1],
      ],
      [
        ['insert', 1, null],
        ['poll', null, null],
      ],
    ],
  },
  'priority-queue:min': {
    accepts: [
      [
        ['insert', 2, null],
        ['insert', 1, null],
        ['poll', null, 1],
      ],
    ],
    refuses: [
      [
        ['insert', 2, null],
        ['insert', 1, null],
        ['poll', null, 2],
      ],
    ],
  },
  mutex: {
    accepts: [
      [acq(1), rel(1), acq(2)],
      [acq(1), acq(2, false), rel(2, false), rel(1)],
      [
        ['acquire', 'a', true, 1],
        ['release', 'a', true, 2],
      ],
      // An acquire of unknown outcome found it taken, and so did nothing.
      [acq(1), ['acquire', null, undefined, 2], rel(1)],
    ],
    refuses: [
      [acq(1), acq(2)],
      [acq(1), acq(1)],
      [acq(1), rel(2)],
      [rel(1)],
      [acq(1, false)],
      [acq(1), rel(1, false)],
    ],
  },
  'ownerless-mutex': {
    accepts: [
      [acq(1), rel(2), acq(3)],
      [acq(1), acq(2, false)],
    ],
    refuses: [[acq(1), acq(2)], [rel(1)], [acq(1), rel(1), acq(1, false)]],
  },
  'reentrant-mutex': {
    accepts: [
      [acq(1), acq(1), rel(1), rel(1), acq(2)],
      [acq(1), acq(2, false)],
    ],
    refuses: [
      [acq(1), acq(1), rel(1), acq(2)],
      [acq(1), rel(1), rel(1)],
      [acq(1), acq(1, false)],
    ],
  },
  'reentrant-mutex:2': {
    accepts: [[acq(1), acq(1), acq(1, false)]],
    refuses: [[acq(1), acq(1), acq(1)]],
  },
  'fenced-mutex': {
    accepts: [
      [acq(1, 1), rel(1), acq(2, 5), acq(1, false)],
      [['acquire', null, undefined, 1], rel(1), acq(2, 1)],
    ],
    refuses: [
      [acq(1, 2), rel(1), acq(2, 2)],
      [acq(1, 2), rel(1), acq(2, 1)],
      [acq(1, 1), acq(2, 2)],
      [acq(1, 1), rel(2)],
      [acq(1, true)],
    ],
  },
  'semaphore:2': {
    accepts: [
      [
        ['acquire', null, true],
        ['acquire', 1, true],
        ['acquire', null, false],
        ['release', 2, true],
      ],
      [
        ['acquire', 2, true],
        ['release', null, true],
        ['acquire', 1, true],
      ],
    ],
    refuses: [
      [
        ['acquire', 2, true],
        ['acquire', 1, true],
      ],
      [['release', 1, true]],
      [
        ['acquire', 1, true],
        ['acquire', 1, false],
      ],
    ],
  },
  counter: {
    accepts: [
      [
        ['add', null, null],
        ['add', 5, 5],
        ['read', null, 6],
        ['add-and-get', -2, 4],
      ],
      [['read', null, 0]],
    ],
    refuses: [
      [
        ['add', 1, null],
        ['read', null, 0],
      ],
      [['add-and-get', 1, 0]],
    ],
  },
  'counter:7': { accepts: [[['read', null, 7]]], refuses: [[['read', null, 0]]] },
  'fetch-and-increment': {
    accepts: [
      [
        ['fetch-and-increment', null, 0],
        ['fetch-and-increment', null, 1],
        ['read', null, 2],
      ],
      [
        ['fetch-and-increment', null, undefined],
        ['read', null, undefined],
        ['fetch-and-increment', null, 1],
      ],
    ],
    refuses: [
      [
        ['fetch-and-increment', null, 0],
        ['fetch-and-increment', null, 0],
      ],
      [['fetch-and-increment', null, 1]],
      [['read', null, 1]],
    ],
  },
  'fetch-and-increment:7': {
    accepts: [[['fetch-and-increment', null, 7]]],
    refuses: [[['fetch-and-increment', null, 0]]],
  },
  'versioned-register': {
    accepts: [
      [
        ['read', null, null],
        ['write', 'a', 3],
        ['read', null, [3, 'a']],
        ['cas', ['a', 'b'], 9],
        ['read', null, [9, 'b']],
      ],
      [
        ['write', 'a', 3],
        ['write', 'b', undefined],
        ['read', null, undefined],
        ['read', null, [4, 'b']],
        ['read', null, [4, 'b']],
      ],
      [
        ['write', 'a', undefined],
        ['cas', ['a', 'b'], undefined],
        ['cas', ['z', 'c'], undefined],
        ['read', null, [1, 'b']],
      ],
      [
        ['write', 'a', 3],
        ['write', 'a', undefined],
        ['write', 'b', 4],
      ],
    ],
    refuses: [
      [
        ['write', 'a', 3],
        ['write', 'b', 3],
      ],
      [
        ['write', 'a', 3],
        ['read', null, [3, 'b']],
      ],
      [
        ['write', 'a', 3],
        ['read', null, [4, 'a']],
      ],
      [
        ['write', 'a', 3],
        ['read', null, null],
      ],
      [
        ['write', 'a', undefined],
        ['read', null, null],
      ],
      [
        ['write', 'a', 3],
        ['write', 'b', undefined],
        ['read', null, [3, 'b']],
      ],
      [
        ['write', 'a', undefined],
        ['read', null, [2, 'a']],
        ['read', null, [3, 'a']],
      ],
      [['cas', ['a', 'b'], 1]],
      [['write', 'a', null]],
      [
        ['write', 'a', 3],
        ['read', null, 'a'],
      ],
    ],
  },
  'fenced-writes': {
    accepts: [
      [
        ['write', 1, true],
        ['write', [3, 'x'], null],
        ['write', 3, true],
        ['write', 2, false],
        ['write', 2, undefined],
      ],
    ],
    refuses: [
      [
        ['write', 2, true],
        ['write', 1, true],
      ],
      [
        ['write', 2, undefined],
        ['write', 1, true],
      ],
      [['write', 1, false]],
      [
        ['write', 1, true],
        ['write', 1, false],
      ],
    ],
  },
  'append-list': {
    accepts: [
      [
        ['append', 1, null],
        ['append', 2, null],
        ['read', null, [1, 2]],
      ],
      [
        ['read', null, null],
        ['read', null, []],
      ],
    ],
    refuses: [
      [
        ['append', 1, null],
        ['append', 2, null],
        ['read', null, [2, 1]],
      ],
      [
        ['append', 1, null],
        ['append', 2, null],
        ['read', null, [1]],
      ],
    ],
  },
};

const names = Object.keys(tables).map((specification) => specification.split(':')[0]);

test('every model of the library has a table', () => {
  expect(new Set(names)).toEqual(new Set(modelLibrary.map(({ name }) => name)));
});

describe.each(Object.entries(tables))('%s', (specification, { accepts, refuses }) => {
  test.each(accepts.map((steps) => [steps] as const))('accepts %j', (steps) => {
    expect(refusedAt(specification, steps)).toBe(-1);
  });

  test.each(refuses.map((steps) => [steps] as const))('refuses %j', (steps) => {
    expect(refusedAt(specification, steps)).toBe(steps.length - 1);
  });

  test('refuses an op of another object with a word on what to do', () => {
    const step: Step = ['levitate', null, null];
    expect(() => refusedAt(specification, [step])).toThrow(/knows .*"levitate".*--model/s);
  });

  test('describes its ops and states', () => {
    const model = modelNamed(specification);
    for (const steps of [...accepts, ...refuses]) {
      let state = model.init;
      for (const step of steps) {
        expect(model.describeOp(opOf(step))).toContain(step[0]);
        const next = model.step(state, opOf(step));
        if (next !== illegal) state = next;
        expect(model.describeState(state)).not.toBe('');
      }
    }
  });
});

test('states are equal if and only if their fingerprints are', () => {
  const queue = modelNamed('unordered-queue');
  const after = (values: readonly Json[]): unknown =>
    values.reduce<unknown>(
      (state, input) => queue.step(state, opOf(['enqueue', input, null])),
      queue.init,
    );
  expect(queue.fingerprint(after([1, 2]))).toBe(queue.fingerprint(after([2, 1])));
  expect(queue.fingerprint(after([1]))).not.toBe(queue.fingerprint(after([1, 1])));
  // A text and the number that it spells are two values.
  expect(queue.fingerprint(after(['1']))).not.toBe(queue.fingerprint(after([1])));
});

test('a determinized model is in every state that it may be in', () => {
  const coin = determinize<string>({
    name: 'coin',
    summary: 'lands on either side',
    init: 'heads',
    steps: (state, op) =>
      op.f === 'flip' ? ['heads', 'tails'] : op.output === state ? [state] : [],
    fingerprint: (state) => state,
    isPure: (op) => op.f === 'look',
    describeOp: (op) => op.f,
    describeState: (state) => state,
  });
  const flipped = coin.step(coin.init, opOf(['flip', null, null]));
  if (flipped === illegal) throw new Error('a coin may be flipped');
  expect(coin.describeState(flipped)).toBe('one of heads or tails');
  expect(coin.step(flipped, opOf(['look', null, 'tails']))).toEqual(['tails']);
  expect(coin.step(flipped, opOf(['look', null, 'edge']))).toBe(illegal);
});

describe('names of models', () => {
  test('a slip is answered with the word that was meant', () => {
    expect(() => modelNamed('registr')).toThrow(/no model "registr".*Did you mean "register"/s);
  });

  test('what follows the colon is JSON, or a text', () => {
    expect(modelNamed('register:"a"').init).toBe('a');
    expect(modelNamed('register:a').init).toBe('a');
    expect(modelNamed('register:3').init).toBe(3);
  });

  test('a parameter that makes no sense, is missing or not wanted is refused', () => {
    expect(() => modelNamed('semaphore')).toThrow(/number of permits.*semaphore:3/s);
    expect(() => modelNamed('semaphore:0')).toThrow(/number of permits/);
    expect(() => modelNamed('set:3')).toThrow(/takes no parameter/);
    expect(() => modelNamed('priority-queue:median')).toThrow(/max or min/);
    expect(() => modelNamed('counter:x')).toThrow(/number/);
    expect(() => modelNamed('reentrant-mutex:0')).toThrow(/number of holds/);
  });

  test('other tables can stand behind the library', () => {
    const levels = [{ name: 'causal', summary: 'what happened before is seen before' }];
    expect(findEntry('causal', [...modelLibrary, ...levels]).summary).toMatch(/before/);
  });
});

test('inputs of another shape are refused with what was expected', () => {
  expect(() => refusedAt('cas-register', [['cas', 5, true]])).toThrow(/needs \[from, to\].*5/);
  expect(() => refusedAt('fifo-queue', [['enqueue', null, null]])).toThrow(/other than null/);
  expect(() => refusedAt('priority-queue', [['insert', 'x', null]])).toThrow(/needs a number/);
  expect(() => refusedAt('kv', [['put', [1], null]])).toThrow(/needs a text/);
});
