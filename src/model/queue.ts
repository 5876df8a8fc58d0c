/**
 * Queues.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `enqueue` | element, not null | anything | always |
 * | `dequeue` | null | the element | it is the oldest (fifo), or it is there (unordered) |
 * | `dequeue` | null | null | the queue is empty |
 *
 * A `dequeue` of unknown outcome may have taken an element along: the oldest of a fifo queue,
 * any of an unordered one, which is why that one is not deterministic.
 */
import { canonical, type Json } from '../base/json.ts';
import { determinize } from './determinize.ts';
import { elementOf, notAnOpOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp, type OpValues } from './model.ts';
import { sameValue } from './register.ts';

const known = ['enqueue', 'dequeue'];

export const fifoQueue: Model<readonly Json[]> = {
  name: 'fifo-queue',
  summary: 'a first-in-first-out queue with enqueue and dequeue',
  init: [],
  step(state, op): readonly Json[] | Illegal {
    if (nameOf('fifo-queue', op) === 'enqueue') return [...state, elementOf(op)];
    const [oldest, ...rest] = state;
    if (op.output === undefined) return rest;
    if (oldest === undefined) return op.output === null ? state : illegal;
    return sameValue(op.output, oldest) ? rest : illegal;
  },
  fingerprint: canonical,
  isPure: foundEmpty,
  valuesOf: (op) => containerValues(op, 'enqueue'),
  describeOp: describeQueueOp,
  describeState: (state) => `[${state.map((value) => JSON.stringify(value)).join(', ')}]`,
};

/** Elements in ascending order of their canonical texts. */
export const unorderedQueue: Model<readonly (readonly Json[])[]> = determinize<readonly Json[]>({
  name: 'unordered-queue',
  summary: 'a queue that may hand out its elements in any order',
  init: [],
  steps(state, op): readonly (readonly Json[])[] {
    if (nameOf('unordered-queue', op) === 'enqueue') return [sorted([...state, elementOf(op)])];
    if (op.output === null) return state.length === 0 ? [state] : [];
    const { output } = op;
    if (output === undefined)
      return state.length === 0 ? [state] : state.map((_, index) => state.toSpliced(index, 1));
    const at = state.findIndex((element) => sameValue(output, element));
    return at === -1 ? [] : [state.toSpliced(at, 1)];
  },
  fingerprint: canonical,
  isPure: foundEmpty,
  valuesOf: (op) => containerValues(op, 'enqueue'),
  describeOp: describeQueueOp,
  describeState: (state) => `{${state.map((value) => JSON.stringify(value)).join(', ')}}`,
});

/** An op that took nothing because nothing was there. */
export function foundEmpty(op: ModelOp): boolean {
  return op.f !== 'enqueue' && op.f !== 'push' && op.f !== 'insert' && op.output === null;
}

/** Queues, stacks and priority queues: an element is put in once and taken out once. */
export function containerValues(op: ModelOp, putF: string): OpValues {
  if (op.f === putF) return { about: [op.input], puts: [op.input], sees: [], replaces: false };
  const seen = op.output === undefined || op.output === null ? [] : [op.output];
  return { about: seen, puts: [], sees: seen, replaces: false };
}

function nameOf(model: string, op: ModelOp): string {
  return known.includes(op.f) ? op.f : notAnOpOf(model, op, known);
}

function describeQueueOp(op: ModelOp): string {
  return op.f === 'enqueue'
    ? `enqueue ${JSON.stringify(op.input)}`
    : `dequeue → ${op.output === null ? 'empty' : resultText(op.output)}`;
}

function sorted(elements: readonly Json[]): readonly Json[] {
  return elements
    .map((element) => ({ element, text: canonical(element) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ element }) => element);
}
