/**
 * A priority queue of numbers, each its own priority.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `insert` | a number | anything | always |
 * | `poll` | null | the number | none there goes before it |
 * | `poll` | null | null | the queue is empty |
 */
import { UsageError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { notAnOpOf, numberOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model } from './model.ts';
import { containerValues, foundEmpty } from './queue.ts';

/** `first`: `max` (default) if the greatest number goes first, `min` if the least does. */
export function priorityQueue(first: Json = 'max'): Model<readonly number[]> {
  if (first !== 'max' && first !== 'min')
    throw new UsageError(`priority-queue: expected max or min, found ${JSON.stringify(first)}`);
  // Kept so that the one that goes first is at the end.
  const order = (a: number, b: number): number => (first === 'max' ? a - b : b - a);
  return {
    name: 'priority-queue',
    summary: `a queue of numbers with insert and poll of the ${first === 'max' ? 'greatest' : 'least'}`,
    init: [],
    step(state, op): readonly number[] | Illegal {
      if (op.f === 'insert') return [...state, numberOf(op)].toSorted(order);
      if (op.f !== 'poll') return notAnOpOf('priority-queue', op, ['insert', 'poll']);
      if (op.output === undefined) return state.slice(0, -1);
      if (state.length === 0) return op.output === null ? state : illegal;
      return op.output === state.at(-1) ? state.slice(0, -1) : illegal;
    },
    fingerprint: (state) => state.join(','),
    isPure: foundEmpty,
    valuesOf: (op) => containerValues(op, 'insert'),
    describeOp: (op) =>
      op.f === 'insert'
        ? `insert ${JSON.stringify(op.input)}`
        : `poll → ${op.output === null ? 'empty' : resultText(op.output)}`,
    describeState: (state) => `{${state.toReversed().join(', ')}}`,
  };
}
