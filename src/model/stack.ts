/**
 * A stack.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `push` | element, not null | anything | always |
 * | `pop` | null | the element | it is the newest |
 * | `pop` | null | null | the stack is empty |
 */
import { canonical, type Json } from '../base/json.ts';
import { elementOf, notAnOpOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model } from './model.ts';
import { containerValues, foundEmpty } from './queue.ts';
import { sameValue } from './register.ts';

export const stack: Model<readonly Json[]> = {
  name: 'stack',
  summary: 'a last-in-first-out stack with push and pop',
  init: [],
  step(state, op): readonly Json[] | Illegal {
    if (op.f === 'push') return [...state, elementOf(op)];
    if (op.f !== 'pop') return notAnOpOf('stack', op, ['push', 'pop']);
    const newest = state.at(-1);
    if (op.output === undefined) return state.slice(0, -1);
    if (newest === undefined) return op.output === null ? state : illegal;
    return sameValue(op.output, newest) ? state.slice(0, -1) : illegal;
  },
  fingerprint: canonical,
  isPure: foundEmpty,
  valuesOf: (op) => containerValues(op, 'push'),
  describeOp: (op) =>
    op.f === 'push'
      ? `push ${JSON.stringify(op.input)}`
      : `pop → ${op.output === null ? 'empty' : resultText(op.output)}`,
  describeState: (state) => `[${state.map((value) => JSON.stringify(value)).join(', ')}]`,
};
