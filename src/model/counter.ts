/**
 * A counter.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `add` | a number, or null: 1 | anything | always |
 * | `add-and-get` | a number, or null: 1 | the sum after it | as it says |
 * | `read` | null | the sum | as it says |
 */
import { UsageError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { notAnOpOf, numberOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model } from './model.ts';

export function counter(initial: Json = 0): Model<number> {
  if (typeof initial !== 'number')
    throw new UsageError(
      `counter: expected a number to start at, found ${JSON.stringify(initial)}`,
    );
  return {
    name: 'counter',
    summary: 'a number with add, add-and-get and read',
    init: initial,
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
