/** The port of porcupine by itself: intervals, parts, crashes, limits, partial linearizations. */
import { describe, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import { Bitset } from '../../src/porcupine/bitset.ts';
import {
  type CheckResult,
  checkEvents,
  checkEventsVerbose,
  checkOperations,
  checkOperationsVerbose,
  type Event,
  type Model,
  type NondeterministicModel,
  type Operation,
  toModel,
} from '../../src/porcupine/porcupine.ts';

type Input = { readonly write: number } | 'read';
type Output = number | null;

const register: Model<number, Input, Output> = {
  init: () => 0,
  step: (state, input, output) =>
    input === 'read' ? [output === undefined || output === state, state] : [true, input.write],
};

/** `[input, call, output, return]`; without the last two it crashed. */
type Row = readonly [Input, number, Output?, number?];

function operations(rows: readonly Row[]): readonly Operation<Input, Output>[] {
  return rows.map(([input, callNs, output, returnNs]) =>
    returnNs === undefined
      ? { input, callNs }
      : { input, callNs, output: output ?? null, returnNs },
  );
}

const w = (write: number): Input => ({ write });

function check(rows: readonly Row[]): CheckResult {
  return checkOperations(register, operations(rows));
}

describe('operations', () => {
  test('nothing at all is linearizable', () => {
    expect(check([])).toBe('Ok');
  });

  test('a read may see a write that is concurrent, before or after the write returns', () => {
    expect(
      check([
        [w(1), 0, null, 10],
        ['read', 1, 1, 2],
        ['read', 3, 1, 4],
      ]),
    ).toBe('Ok');
    expect(
      check([
        [w(1), 0, null, 10],
        ['read', 1, 0, 2],
        ['read', 3, 1, 4],
      ]),
    ).toBe('Ok');
  });

  test('a read may not miss a write that returned before it', () => {
    expect(
      check([
        [w(1), 0, null, 1],
        ['read', 2, 0, 3],
      ]),
    ).toBe('Illegal');
  });

  test('a value once seen may not be unseen', () => {
    expect(
      check([
        [w(1), 0, null, 10],
        ['read', 1, 1, 2],
        ['read', 3, 0, 4],
      ]),
    ).toBe('Illegal');
  });

  test('intervals are closed: calls that touch at one instant are concurrent', () => {
    expect(
      check([
        [w(1), 0, null, 5],
        ['read', 5, 0, 6],
      ]),
    ).toBe('Ok');
    expect(
      check([
        ['read', 5, 0, 6],
        [w(1), 0, null, 5],
      ]),
    ).toBe('Ok');
    expect(
      check([
        [w(1), 0, null, 5],
        ['read', 6, 0, 7],
      ]),
    ).toBe('Illegal');
    expect(
      check([
        [w(1), 5, null, 5],
        ['read', 5, 0, 5],
        ['read', 5, 1, 5],
      ]),
    ).toBe('Ok');
  });

  test('a crashed operation took effect at some time, or never', () => {
    expect(
      check([
        [w(1), 0],
        ['read', 1, 0, 2],
        ['read', 100, 1, 101],
      ]),
    ).toBe('Ok');
    expect(
      check([
        [w(1), 0],
        ['read', 1, 0, 2],
      ]),
    ).toBe('Ok');
    expect(check([[w(1), 0]])).toBe('Ok');
    expect(check([['read', 0]])).toBe('Ok');
  });

  test('a crashed operation took effect at most once, and not before its call', () => {
    expect(
      check([
        [w(1), 0],
        ['read', 1, 1, 2],
        [w(2), 3, null, 4],
        ['read', 5, 1, 6],
      ]),
    ).toBe('Illegal');
    expect(
      check([
        ['read', 0, 1, 1],
        [w(1), 2],
      ]),
    ).toBe('Illegal');
  });

  test('an operation that returns before its call is refused', () => {
    expect(() => check([[w(1), 5, null, 4]])).toThrow(/called at 5 ns returns at 4 ns/);
  });

  test('the order of the array means nothing', () => {
    const rows: readonly Row[] = [
      ['read', 2, 1, 3],
      [w(1), 0, null, 1],
      ['read', 4, 0, 5],
    ];
    expect(check(rows)).toBe('Illegal');
    expect(check(rows.toReversed())).toBe('Illegal');
  });
});

describe('events', () => {
  const call = (id: number, value: Input): Event<Input, Output> => ({ kind: 'call', id, value });
  const ret = (id: number, value: Output): Event<Input, Output> => ({ kind: 'return', id, value });

  test('their order is the time', () => {
    expect(checkEvents(register, [call(0, w(1)), ret(0, null), call(1, 'read'), ret(1, 1)])).toBe(
      'Ok',
    );
    expect(checkEvents(register, [call(0, w(1)), ret(0, null), call(1, 'read'), ret(1, 0)])).toBe(
      'Illegal',
    );
    expect(checkEvents(register, [call(0, w(1)), call(1, 'read'), ret(0, null), ret(1, 0)])).toBe(
      'Ok',
    );
  });

  test('a call that never returns crashed', () => {
    expect(checkEvents(register, [call(7, w(1)), call(1, 'read'), ret(1, 1)])).toBe('Ok');
  });

  test('what makes no sense is refused', () => {
    expect(() => checkEvents(register, [call(0, 'read'), call(0, 'read')])).toThrow(/called twice/);
    expect(() => checkEvents(register, [ret(3, 0)])).toThrow(/not called/);
    expect(() => checkEvents(register, [call(0, 'read'), ret(0, 0), ret(0, 0)])).toThrow(
      /returns twice/,
    );
  });

  test('partial linearizations name ids', () => {
    const { info } = checkEventsVerbose(register, [
      call(7, w(1)),
      ret(7, null),
      call(9, 'read'),
      ret(9, 1),
    ]);
    expect(info.partitions).toEqual([
      { result: 'Ok', operations: [7, 9], partialLinearizations: [[7, 9]] },
    ]);
  });
});

describe('parts', () => {
  interface KeyedInput {
    readonly key: string;
    readonly input: Input;
  }
  const keyed: Model<number, KeyedInput, Output> = {
    init: () => 0,
    step: (state, { input }, output) => register.step(state, input, output),
    partition: (history) =>
      ['x', 'y'].map((key) => history.filter(({ input }) => input.key === key)),
  };
  const bad = (key: string): Operation<KeyedInput, Output>[] => [
    { input: { key, input: w(1) }, callNs: 0, output: null, returnNs: 1 },
    { input: { key, input: 'read' }, callNs: 2, output: 0, returnNs: 3 },
  ];

  test('each is judged alone, and one bad one condemns the whole', () => {
    const [write, read] = bad('x');
    if (write === undefined || read === undefined) throw new Error('two operations');
    const elsewhere = { ...read, input: { key: 'y', input: 'read' as const } };
    expect(checkOperations(keyed, [write, elsewhere])).toBe('Ok');
    expect(checkOperations(keyed, [write, elsewhere, read])).toBe('Illegal');
  });

  test('a verbose check judges all of them; positions are those in the history', () => {
    const { result, info } = checkOperationsVerbose(keyed, [...bad('x'), ...bad('y')]);
    expect(result).toBe('Illegal');
    expect(info.partitions).toEqual([
      { result: 'Illegal', operations: [0, 1], partialLinearizations: [[0]] },
      { result: 'Illegal', operations: [2, 3], partialLinearizations: [[2]] },
    ]);
  });
});

test('for each operation the longest partial linearization with it is kept', () => {
  // Either write may come last, but then only one of the reads fits.
  const { result, info } = checkOperationsVerbose(
    register,
    operations([
      [w(1), 0, null, 1],
      [w(2), 0, null, 1],
      ['read', 2, 1, 3],
      ['read', 4, 2, 5],
    ]),
  );
  expect(result).toBe('Illegal');
  const sequences = info.partitions[0]?.partialLinearizations ?? [];
  // The read of 2 fits nowhere: it comes after the read of 1.
  expect(sequences).toEqual([[1, 0, 2]]);
});

describe('limits', () => {
  const hard = operations(
    Array.from({ length: 14 }, (_, i): Row => [w(i + 1), 0, null, 100]).concat([
      ['read', 200, 99, 201],
    ]),
  );

  test('out of time is Unknown, never Ok', () => {
    let now = 0;
    const nowMs = (): number => (now += 1);
    expect(checkOperations(register, hard, { budget: { timeoutMs: 20, nowMs } })).toBe('Unknown');
  });

  test('without a budget it goes to the end', () => {
    expect(checkOperations(register, hard.slice(6))).toBe('Illegal');
  });

  test('a part that is illegal beats one that is unknown', () => {
    let now = 0;
    const model: Model<number, Input, Output> = {
      ...register,
      partition: (history) => [history.slice(2), history.slice(0, 2)],
    };
    const easy = operations([
      [w(1), 0, null, 1],
      ['read', 2, 0, 3],
    ]);
    const budget = { timeoutMs: 20, nowMs: (): number => (now += 1) };
    // The second part gets a look at the clock before its first step, and needs few.
    expect(checkOperations(model, [...easy, ...hard], { budget })).toBe('Unknown');
    const swapped = {
      ...model,
      partition: (history: readonly Operation<Input, Output>[]) => [
        history.slice(0, 2),
        history.slice(2),
      ],
    };
    now = 0;
    expect(checkOperations(swapped, [...easy, ...hard], { budget })).toBe('Illegal');
  });
});

describe('models that may do one of several things', () => {
  // Keeps the old value or takes the new one.
  const flaky: NondeterministicModel<number, Input, Output> = {
    init: () => [0],
    step: (state, input, output) => {
      if (input === 'read') return output === undefined || output === state ? [state] : [];
      return [state, input.write];
    },
  };

  test('a history is linearizable if one of the ways explains it', () => {
    const rows = (seen: number): readonly Row[] => [
      [w(1), 0, null, 1],
      ['read', 2, seen, 3],
    ];
    expect(checkOperations(toModel(flaky), operations(rows(0)))).toBe('Ok');
    expect(checkOperations(toModel(flaky), operations(rows(1)))).toBe('Ok');
    expect(checkOperations(toModel(flaky), operations(rows(2)))).toBe('Illegal');
  });

  test('what was once seen is decided', () => {
    expect(
      checkOperations(
        toModel(flaky),
        operations([
          [w(1), 0, null, 1],
          ['read', 2, 0, 3],
          ['read', 4, 1, 5],
        ]),
      ),
    ).toBe('Illegal');
  });

  test('sets of states are equal in whatever order they were found', () => {
    const model = toModel({ ...flaky, hash: (state) => state });
    expect(model.equal?.([0, 1], [1, 0])).toBe(true);
    expect(model.equal?.([0, 1], [0, 2])).toBe(false);
    expect(model.hash?.([0, 1])).toBe(model.hash?.([1, 0]));
  });
});

test('states that hash alike are still told apart', () => {
  const colliding: Model<number, Input, Output> = { ...register, hash: () => 0 };
  const random = new Random(prng(1));
  for (let run = 0; run < 200; run += 1) {
    const rows = Array.from({ length: 7 }, (): Row => {
      const call = random.int(10);
      const end = call + random.int(5);
      return random.chance(0.5)
        ? [w(random.int(3)), call, null, end]
        : ['read', call, random.int(3), end];
    });
    expect(checkOperations(colliding, operations(rows))).toBe(check(rows));
  }
});

describe('bitset', () => {
  test('toggling twice is as before, hash and all', () => {
    const set = new Bitset(100);
    const empty = set.clone();
    for (const member of [0, 31, 32, 99]) set.toggle(member);
    expect([0, 1, 31, 32, 98, 99].filter((member) => set.has(member))).toEqual([0, 31, 32, 99]);
    expect(set.equals(empty)).toBe(false);
    for (const member of [99, 0, 32, 31]) set.toggle(member);
    expect(set.equals(empty)).toBe(true);
    expect(set.hash).toBe(empty.hash);
  });

  test('the hash depends on the members alone, and a clone on nothing', () => {
    const forth = new Bitset(64);
    const back = new Bitset(64);
    for (let member = 0; member < 64; member += 3) forth.toggle(member);
    for (let member = 63; member >= 0; member -= 3) back.toggle(member);
    expect(forth.hash).toBe(back.hash);
    const clone = forth.clone();
    forth.toggle(1);
    expect(clone.has(1)).toBe(false);
    expect(clone.equals(back)).toBe(true);
  });

  test('two sets of one hash are still two sets', () => {
    // Of 33 words of 32 bits some add up to nothing: eliminate until one is found.
    const size = 40;
    const basis: { word: number; members: bigint }[] = [];
    let nothing = 0n;
    for (let member = 0; member < size && nothing === 0n; member += 1) {
      const single = new Bitset(size);
      single.toggle(member);
      let word = single.hash;
      let members = 1n << BigInt(member);
      for (const other of basis)
        if (Math.clz32(word ^ other.word) > Math.clz32(other.word) && word !== 0) {
          word ^= other.word;
          members ^= other.members;
        }
      if (word === 0) nothing = members;
      else {
        basis.push({ word, members });
        basis.sort((a, b) => Math.clz32(a.word) - Math.clz32(b.word));
      }
    }
    const set = new Bitset(size);
    for (let member = 0; member < size; member += 1)
      if ((nothing >> BigInt(member)) % 2n === 1n) set.toggle(member);
    const empty = new Bitset(size);
    expect(nothing).not.toBe(0n);
    expect(set.hash).toBe(empty.hash);
    expect(set.equals(empty)).toBe(false);
  });

  test('hashes of small sets rarely meet', () => {
    const hashes = new Set<number>();
    for (let a = 0; a < 200; a += 1)
      for (let b = a + 1; b < 200; b += 1) {
        const set = new Bitset(200);
        set.toggle(a);
        set.toggle(b);
        hashes.add(set.hash);
      }
    expect(hashes.size).toBeGreaterThan((200 * 199) / 2 - 5);
  });
});
