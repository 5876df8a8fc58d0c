/**
 * One cell of a key-value store that holds a text; the history's `key` tells cells apart.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `get` | null | the text | the cell holds that text |
 * | `put` | a text | anything | always; the cell then holds it |
 * | `append` | a text | anything | always; the cell then ends in it |
 *
 * The store of the MIT 6.824 labs, and porcupine's example. A number counts as its digits.
 */
import { HistoryError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { notAnOpOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp } from './model.ts';

const known = ['get', 'put', 'append'];

export function kv(initial: Json = ''): Model<string> {
  return {
    name: 'kv',
    summary: 'a text with get, put and append',
    init: textOf(initial, 'the initial value'),
    step(state, op): string | Illegal {
      switch (op.f) {
        case 'get':
          return op.output === undefined || textOf(op.output, '"get"') === state ? state : illegal;
        case 'put':
          return textOf(op.input, '"put"');
        case 'append':
          return state + textOf(op.input, '"append"');
        default:
          return notAnOpOf('kv', op, known);
      }
    },
    fingerprint: (state) => state,
    isPure: (op: ModelOp) => op.f === 'get',
    overwrites: (op: ModelOp) => op.f === 'put',
    describeOp: (op) =>
      op.f === 'get' ? `get → ${resultText(op.output)}` : `${op.f} ${JSON.stringify(op.input)}`,
    describeState: (state) => JSON.stringify(state),
  };
}

/** Null is what a store answers for a key that was never put: the empty text. */
function textOf(value: Json, what: string): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new HistoryError(`${what} needs a text as its value, not ${JSON.stringify(value)}`);
}
