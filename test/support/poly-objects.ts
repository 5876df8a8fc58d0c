/** Correct objects to draw histories from, one or more for each model with a polynomial algorithm. */
import { canonical, isArray, type Json } from '../../src/base/json.ts';
import type { Random } from '../../src/base/prng.ts';
import { appendList } from '../../src/model/append-list.ts';
import { counter, fetchAndIncrement } from '../../src/model/counter.ts';
import { fencedWrites } from '../../src/model/fenced-writes.ts';
import { kv } from '../../src/model/kv.ts';
import { fencedMutex, mutex, ownerlessMutex, reentrantMutex } from '../../src/model/lock.ts';
import type { Model } from '../../src/model/model.ts';
import { multiRegister } from '../../src/model/multi-register.ts';
import { priorityQueue } from '../../src/model/priority-queue.ts';
import { fifoQueue, unorderedQueue } from '../../src/model/queue.ts';
import { casRegister, register } from '../../src/model/register.ts';
import { semaphore } from '../../src/model/semaphore.ts';
import { set } from '../../src/model/set.ts';
import { stack } from '../../src/model/stack.ts';
import { versionedRegister } from '../../src/model/versioned-register.ts';
import type { Call, Simulated, SimulatedOp } from './poly-histories.ts';

export interface ObjectCase {
  readonly name: string;
  /** The name for `checkPolynomial`. */
  readonly model: string;
  readonly parameter?: Json;
  readonly specification: Model<unknown>;
  readonly simulate: (random: Random) => Simulated;
  readonly processes?: number;
  readonly operations?: number;
  /** The greatest share of histories that may be declined; 0 unless said otherwise. */
  readonly declinedMax?: number;
}

const one = <T>(random: Random, choices: readonly T[]): T =>
  choices[random.int(choices.length)] as T;

/** A register; `casRate` of its operations are compare-and-sets, with guards or without. */
function cell(initial: Json, casRate: number, guards: boolean): (random: Random) => Simulated {
  return () => {
    let value = initial;
    let last = 0;
    const written: Json[] = [initial];
    return {
      propose(random): Call {
        if (random.chance(casRate)) {
          const from = random.chance(0.7) ? value : one(random, written);
          last += 1;
          written.push(last);
          return { f: 'cas', input: [from, last] };
        }
        if (random.chance(0.45)) return { f: 'read', input: null };
        last += 1;
        written.push(last);
        return { f: 'write', input: last };
      },
      apply({ f, input }): Json | undefined {
        if (f === 'read') return value;
        if (f === 'write') {
          value = input;
          return input;
        }
        const [from, to] = input as [Json, Json];
        if (canonical(from) !== canonical(value)) return guards ? false : undefined;
        value = to;
        return input;
      },
      damage: (random, { f, output }) => {
        if (f === 'cas') return guards && output !== false ? false : output;
        return random.chance(0.1) ? 99 : one(random, written);
      },
    };
  };
}

function multiCell(): Simulated {
  const values = new Map<string, Json>();
  let last = 0;
  return {
    propose(random): Call {
      const key = one(random, ['x', 'y']);
      if (random.chance(0.5)) return { f: 'read', input: [key, null] };
      last += 1;
      return { f: 'write', input: [key, last] };
    },
    apply({ f, input }): Json {
      const [key, value] = input as [string, Json];
      if (f === 'write') values.set(key, value);
      return [key, values.get(key) ?? null];
    },
    damage: (random, { input, output, f }) =>
      f === 'write' ? output : [(input as Json[])[0] ?? null, random.int(last + 1)],
  };
}

function textCell(initial: string): () => Simulated {
  return () => {
    let text = initial;
    let last = 0;
    const seen: string[] = [initial];
    return {
      propose(random): Call {
        if (random.chance(0.45)) return { f: 'get', input: null };
        last += 1;
        return { f: random.chance(0.35) ? 'put' : 'append', input: String.fromCharCode(96 + last) };
      },
      apply({ f, input }): Json {
        if (f === 'put') text = input as string;
        if (f === 'append') text += input as string;
        seen.push(text);
        return f === 'get' ? text : null;
      },
      damage(random, { f, output }): Json {
        if (f !== 'get') return output;
        if (random.chance(0.5)) return one(random, seen);
        const letters = (output as string).split('');
        if (random.chance(0.5)) letters.splice(random.int(letters.length + 1), random.int(2));
        else
          letters.splice(
            random.int(letters.length + 1),
            0,
            one(random, ['a', 'b', 'c', 'd', 'e', 'z']),
          );
        return letters.join('');
      },
    };
  };
}

function growing(f: 'append' | 'add'): () => Simulated {
  return () => {
    const elements: number[] = [];
    let last = 0;
    return {
      propose(random): Call {
        if (random.chance(0.45)) return { f: 'read', input: null };
        last += 1;
        return { f, input: last };
      },
      apply({ f: asked, input }): Json {
        if (asked !== 'read') elements.push(input as number);
        return asked === 'read' ? [...elements] : null;
      },
      damage(random, { f: asked, output }): Json {
        if (asked !== 'read' || !isArray(output)) return output;
        const list = [...output];
        const at = random.int(list.length + 1);
        if (random.chance(0.4)) list.splice(at, 1 + random.int(2));
        else if (random.chance(0.5)) list.splice(at, 0, random.int(last + 2));
        else list.reverse();
        return list;
      },
    };
  };
}

/** An element to put in: distinct numbers, in no order. */
function elementOf(random: Random, count: number): number {
  return count + 1 + 10 * random.int(3);
}

function container(
  [put, take]: readonly [string, string],
  next: (elements: readonly number[], random: Random) => number,
): (random: Random) => Simulated {
  return (random) => {
    const elements: number[] = [];
    let count = 0;
    return {
      propose(draws): Call {
        if (draws.chance(0.48)) return { f: take, input: null };
        count += 1;
        return { f: put, input: elementOf(draws, count * 30) };
      },
      apply({ f, input }): Json {
        if (f === put) {
          elements.push(input as number);
          return null;
        }
        if (elements.length === 0) return null;
        return elements.splice(next(elements, random), 1)[0] ?? null;
      },
      damage: (draws, { f, output }) =>
        f === put ? output : one(draws, [null, 7, output, ...elements]),
    };
  };
}

function boolSet(): Simulated {
  const elements = new Set<Json>();
  return {
    propose: (random) => ({
      f: one(random, ['add', 'add', 'remove', 'contains']),
      input: random.int(2),
    }),
    apply({ f, input }): Json {
      const there = elements.has(input);
      if (f === 'add') elements.add(input);
      if (f === 'remove') elements.delete(input);
      return f === 'add' ? !there : there;
    },
    damage: (_, { output }) => output !== true,
  };
}

function silentSet(): Simulated {
  const object = boolSet();
  return {
    ...object,
    apply(call, process): Json | undefined {
      const answer = object.apply(call, process);
      return call.f === 'contains' || call.input === 1 ? answer : null;
    },
    damage: (_, { f, input, output }) => (f === 'contains' || input === 1 ? output !== true : null),
  };
}

function vagueSet(): Simulated {
  const elements = new Set<Json>();
  return {
    propose: (random) => ({ f: one(random, ['add', 'contains']), input: random.int(2) }),
    apply({ f, input }): Json {
      const there = elements.has(input);
      if (f === 'add') elements.add(input);
      return f === 'add' ? (Number(input) === 0 ? null : !there) : there;
    },
    damage: (_, { f, output }) => (f === 'contains' || output !== null ? output !== true : output),
  };
}

/** Numbers handed out, each once. */
function tickets(initial: number): () => Simulated {
  return () => {
    let next = initial;
    return {
      propose: (random) => ({
        f: random.chance(0.3) ? 'read' : 'fetch-and-increment',
        input: null,
      }),
      apply({ f }): Json {
        if (f === 'read') return next;
        next += 1;
        return next - 1;
      },
      damage: (random, { output }) => Number(output) + one(random, [-2, -1, 1, 2]),
    };
  };
}

interface LockStyle {
  readonly reentrant: boolean;
  /** Operations that cannot be done answer false; else they wait. */
  readonly tries: boolean;
  readonly tokens: boolean;
  readonly ownerless: boolean;
  readonly most: number;
}

function lock(style: Partial<LockStyle>): (random: Random) => Simulated {
  return (random) => {
    let owner: number | undefined;
    let count = 0;
    const isFaulty = random.chance(0.4);
    let token = 0;
    const holds = (own: readonly SimulatedOp[]): number =>
      own.reduce((n, { f, output }) => (output === false ? n : n + (f === 'acquire' ? 1 : -1)), 0);
    return {
      propose(draws, own): Call {
        const mine = holds(own);
        const again = style.reentrant === true && mine < 3 && draws.chance(0.4);
        const wild = draws.chance(style.ownerless === true ? 0.3 : 0.06);
        return { f: (mine > 0 && !again) !== wild ? 'release' : 'acquire', input: null };
      },
      apply({ f }, process): Json | undefined {
        const refused = style.tries === true ? false : undefined;
        const mine = style.ownerless === true ? count > 0 : owner === process;
        if (f === 'release') {
          if (!mine) return refused;
          count -= 1;
          if (count === 0) owner = undefined;
          return true;
        }
        const reentry = style.reentrant === true && mine && count < (style.most ?? 9);
        if (count > 0 && !reentry && !(isFaulty && random.chance(0.4))) return refused;
        count = owner === process || style.ownerless === true ? count + 1 : 1;
        owner = process;
        token += 1;
        return style.tokens === true ? token * 3 : true;
      },
      damage: (draws, { f, output }) => {
        if (style.tokens === true && f === 'acquire') return one(draws, [3, 6, 9, 12, 5]);
        return style.tries === true ? output === false : output;
      },
    };
  };
}

function permits(limit: number, tries: boolean): (random: Random) => Simulated {
  return (random) => {
    const real = random.chance(0.4) ? limit + 1 : limit;
    let held = 0;
    return {
      propose(draws, own): Call {
        const mine = own.reduce(
          (n, { f, input, output }) =>
            output === false ? n : n + (f === 'acquire' ? 1 : -1) * Number(input ?? 1),
          0,
        );
        const most = Math.min(mine, 2);
        if (mine > 0 && draws.chance(0.7))
          return { f: 'release', input: most === 1 ? null : 1 + draws.int(2) };
        return { f: 'acquire', input: draws.chance(0.6) ? null : 1 + draws.int(2) };
      },
      apply({ f, input }): Json | undefined {
        const count = Number(input ?? 1);
        if (f === 'release') {
          held -= count;
          return true;
        }
        if (held + count > real) return tries ? false : undefined;
        held += count;
        return true;
      },
      damage: (_, { f, output }) => (tries && f === 'acquire' ? output === false : output),
    };
  };
}

function sum(initial: number, amounts: readonly Json[], gets: boolean): () => Simulated {
  return () => {
    let total = initial;
    return {
      propose(random): Call {
        if (random.chance(0.4)) return { f: 'read', input: null };
        const f = gets && random.chance(0.4) ? 'add-and-get' : 'add';
        return { f, input: one(random, amounts) };
      },
      apply({ f, input }): Json {
        if (f !== 'read') total += Number(input ?? 1);
        return f === 'add' ? null : total;
      },
      damage: (random, { f, output }) =>
        f === 'add'
          ? output
          : Number(output) + one(random, [-2, -1, 1, 2]) * Number(amounts[0] ?? 1),
    };
  };
}

function versioned(): Simulated {
  let value: Json = null;
  let version = 0;
  let last = 0;
  const seen: Json[] = [];
  return {
    propose(random): Call {
      if (random.chance(0.45)) return { f: 'read', input: null };
      last += 1;
      const fresh = random.chance(0.8) ? last : 1;
      if (random.chance(0.3))
        return { f: 'cas', input: [random.chance(0.7) ? value : random.int(last), fresh] };
      return { f: 'write', input: fresh };
    },
    apply({ f, input }): Json | undefined {
      if (f === 'read') return version === 0 ? null : [version, value];
      if (f === 'cas' && canonical((input as Json[])[0] ?? null) !== canonical(value))
        return undefined;
      version += 1 + (version % 2);
      value = f === 'cas' ? ((input as Json[])[1] ?? null) : input;
      seen.push([version, value]);
      return version;
    },
    damage(random, { f, output }): Json {
      if (f !== 'read') return Math.max(1, Number(output) + one(random, [-1, 1, 2]));
      return one(random, [null, [random.int(4), random.int(4)], ...seen]);
    },
  };
}

function guardedWrites(random: Random): Simulated {
  let token = 0;
  const isFaulty = random.chance(0.4);
  return {
    propose: (draws) => ({
      f: 'write',
      input: [Math.max(1, token + one(draws, [-1, 0, 1, 2])), 'x'],
    }),
    apply({ input }): Json | undefined {
      const own = Number((input as Json[])[0]);
      if (own < token && !isFaulty) return undefined;
      token = own;
      return true;
    },
  };
}

const top = (elements: readonly number[]): number => elements.length - 1;
const greatest = (elements: readonly number[]): number => elements.indexOf(Math.max(...elements));
const least = (elements: readonly number[]): number => elements.indexOf(Math.min(...elements));

function modelOf<State>(model: Model<State>): Model<unknown> {
  return model;
}

const queueWords = ['enqueue', 'dequeue'] as const;

export const objectCases: readonly ObjectCase[] = [
  {
    name: 'register',
    model: 'register',
    specification: modelOf(register()),
    simulate: cell(null, 0, false),
  },
  {
    name: 'register from 0',
    model: 'register',
    parameter: 0,
    specification: modelOf(register(0)),
    simulate: cell(0, 0, false),
  },
  {
    name: 'cas-register',
    model: 'cas-register',
    specification: modelOf(casRegister()),
    simulate: cell(null, 0.4, false),
  },
  {
    name: 'cas-register with refusals',
    model: 'cas-register',
    specification: modelOf(casRegister()),
    simulate: cell(null, 0.45, true),
    declinedMax: 0.09,
  },
  {
    name: 'multi-register',
    model: 'multi-register',
    specification: modelOf(multiRegister()),
    simulate: multiCell,
  },
  { name: 'kv', model: 'kv', specification: modelOf(kv()), simulate: textCell('') },
  {
    name: 'kv from a text',
    model: 'kv',
    parameter: 'Z',
    specification: modelOf(kv('Z')),
    simulate: textCell('Z'),
  },
  {
    name: 'append-list',
    model: 'append-list',
    specification: modelOf(appendList),
    simulate: growing('append'),
  },
  { name: 'g-set', model: 'g-set', specification: modelOf(set), simulate: growing('add') },
  {
    name: 'set with full reads',
    model: 'set',
    specification: modelOf(set),
    simulate: growing('add'),
  },
  { name: 'set', model: 'set', specification: modelOf(set), simulate: boolSet, operations: 10 },
  {
    name: 'set of one element',
    model: 'set',
    specification: modelOf(set),
    simulate: () => {
      const object = boolSet();
      return {
        ...object,
        propose: (random, own) => ({ ...object.propose(random, own), input: 0 }),
      };
    },
    operations: 11,
    processes: 7,
  },
  {
    name: 'set with silent operations',
    model: 'set',
    specification: modelOf(set),
    simulate: silentSet,
    declinedMax: 0.5,
  },
  { name: 'set with silent adds', model: 'set', specification: modelOf(set), simulate: vagueSet },
  {
    name: 'fifo-queue',
    model: 'fifo-queue',
    specification: modelOf(fifoQueue),
    simulate: container(queueWords, () => 0),
    declinedMax: 0.02,
  },
  {
    name: 'unordered-queue',
    model: 'unordered-queue',
    specification: modelOf(unorderedQueue),
    simulate: container(queueWords, (elements, random) => random.int(elements.length)),
    declinedMax: 0.02,
  },
  {
    name: 'stack',
    model: 'stack',
    specification: modelOf(stack),
    simulate: container(['push', 'pop'], top),
    declinedMax: 0.02,
    operations: 10,
  },
  {
    name: 'priority-queue',
    model: 'priority-queue',
    specification: modelOf(priorityQueue()),
    simulate: container(['insert', 'poll'], greatest),
    declinedMax: 0.02,
  },
  {
    name: 'priority-queue of the least',
    model: 'priority-queue',
    parameter: 'min',
    specification: modelOf(priorityQueue('min')),
    simulate: container(['insert', 'poll'], least),
    declinedMax: 0.02,
  },
  { name: 'mutex', model: 'mutex', specification: modelOf(mutex), simulate: lock({}) },
  {
    name: 'mutex with refusals',
    model: 'mutex',
    specification: modelOf(mutex),
    simulate: lock({ tries: true }),
    operations: 11,
    processes: 6,
  },
  {
    name: 'ownerless-mutex',
    model: 'ownerless-mutex',
    specification: modelOf(ownerlessMutex),
    simulate: lock({ ownerless: true }),
  },
  {
    name: 'ownerless-mutex with refusals',
    model: 'ownerless-mutex',
    specification: modelOf(ownerlessMutex),
    simulate: lock({ ownerless: true, tries: true }),
  },
  {
    name: 'reentrant-mutex',
    model: 'reentrant-mutex',
    specification: modelOf(reentrantMutex()),
    simulate: lock({ reentrant: true }),
  },
  {
    name: 'reentrant-mutex of two holds',
    model: 'reentrant-mutex',
    parameter: 2,
    specification: modelOf(reentrantMutex(2)),
    simulate: lock({ reentrant: true, tries: true, most: 2 }),
  },
  {
    name: 'fenced-mutex',
    model: 'fenced-mutex',
    specification: modelOf(fencedMutex),
    simulate: lock({ tokens: true }),
  },
  {
    name: 'fenced-writes',
    model: 'fenced-writes',
    specification: modelOf(fencedWrites),
    simulate: guardedWrites,
  },
  {
    name: 'semaphore',
    model: 'semaphore',
    parameter: 2,
    specification: modelOf(semaphore(2)),
    simulate: permits(2, false),
    declinedMax: 0.14,
  },
  {
    name: 'semaphore with refusals',
    model: 'semaphore',
    parameter: 3,
    specification: modelOf(semaphore(3)),
    simulate: permits(3, true),
    declinedMax: 0.46,
  },
  {
    name: 'counter',
    model: 'counter',
    specification: modelOf(counter()),
    simulate: sum(0, [1, null], false),
  },
  {
    name: 'counter with answers',
    model: 'counter',
    specification: modelOf(counter()),
    simulate: sum(0, [1, null], true),
  },
  {
    name: 'counter down from 5',
    model: 'counter',
    parameter: 5,
    specification: modelOf(counter(5)),
    simulate: sum(5, [-2, -2, 0], true),
  },
  {
    name: 'fetch-and-increment',
    model: 'fetch-and-increment',
    specification: modelOf(fetchAndIncrement()),
    simulate: tickets(0),
  },
  {
    name: 'fetch-and-increment from 3',
    model: 'fetch-and-increment',
    parameter: 3,
    specification: modelOf(fetchAndIncrement(3)),
    simulate: tickets(3),
  },
  {
    name: 'counter of many sizes',
    model: 'counter',
    specification: modelOf(counter()),
    simulate: sum(0, [1, 3, -2], false),
    declinedMax: 0.55,
  },
  {
    name: 'versioned-register',
    model: 'versioned-register',
    specification: modelOf(versionedRegister),
    simulate: versioned,
    declinedMax: 0.06,
    operations: 7,
  },
];
