/**
 * A counter.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `add` | a number, or null: 1 | anything | always |
 * | `add-and-get` | a number, or null: 1 | the sum after it | as it says |
 * | `read` | null | the sum | as it says |
 *
 * `fetch-and-increment` is one that hands out numbers, each once:
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `fetch-and-increment` | null | the next number; then comes the one after it | as it says |
 * | `read` | null | the next number | as it says |
 */
import { UsageError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { notAnOpOf, numberOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp } from './model.ts';

export function counter(initial: Json = 0): Model<number> {
  return {
    name: 'counter',
    summary: 'a number with add, add-and-get and read',
    init: startOf('counter', initial),
    step(sum, op): number | Illegal {
      switch (op.f) {
        case 'read':
          return op.output === undefined || op.output === sum ? sum : illegal;
        case 'add':
          return sum + numberOf(op, 1);
        case 'add-and-get': {
          const next = sum + numberOf(op, 1);
          return op.output === undefined || op.output === next ? next : illegal;
        }
        default:
          return notAnOpOf('counter', op, ['add', 'add-and-get', 'read']);
      }
    },
    fingerprint: (sum) => sum,
    isPure: (op) => op.f === 'read',
    describeOp(op): string {
      if (op.f === 'read') return `read → ${resultText(op.output)}`;
      const result = op.f === 'add-and-get' ? ` → ${resultText(op.output)}` : '';
      return `${op.f} ${numberOf(op, 1)}${result}`;
    },
    describeState: String,
  };
}

export function fetchAndIncrement(initial: Json = 0): Model<number> {
  const known = ['fetch-and-increment', 'read'];
  const nameOf = (op: ModelOp): string =>
    known.includes(op.f) ? op.f : notAnOpOf('fetch-and-increment', op, known);
  return {
    name: 'fetch-and-increment',
    summary: 'a counter with fetch-and-increment, which hands out each number once, and read',
    init: startOf('fetch-and-increment', initial),
    step(next, op): number | Illegal {
      const isRead = nameOf(op) === 'read';
      if (op.output !== undefined && op.output !== next) return illegal;
      return isRead ? next : next + 1;
    },
    fingerprint: (next) => next,
    isPure: (op) => op.f === 'read',
    describeOp: (op) => `${op.f} → ${resultText(op.output)}`,
    describeState: (next) => `next is ${next}`,
  };
}

function startOf(model: string, initial: Json): number {
  if (typeof initial === 'number') return initial;
  throw new UsageError(`${model}: expected a number to start at, found ${JSON.stringify(initial)}`);
}
