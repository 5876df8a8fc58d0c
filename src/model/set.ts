/**
 * A set.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `add` | element | `true`: it was new · `false`: it was there · else anything | as it says |
 * | `remove` | element | `true`: it was there · `false`: it was not · else anything | as it says |
 * | `contains` | element | `true` or `false` | as it says |
 * | `read` | null | all elements, in any order, each once | as it says |
 */
import { canonical, isArray, type Json } from '../base/json.ts';
import { notAnOpOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp, type OpValues } from './model.ts';

/** Canonical texts of the elements, ascending. */
export type SetState = readonly string[];

const known = ['add', 'remove', 'contains', 'read'];

export const set: Model<SetState> = {
  name: 'set',
  summary: 'a set with add, remove, contains and read of all elements',
  init: [],
  step(state, op): SetState | Illegal {
    if (op.f === 'read') return readStep(state, op);
    const element = canonical(op.input);
    const there = state.includes(element);
    switch (op.f) {
      case 'add':
        if (op.output === there) return illegal;
        return there ? state : [...state, element].toSorted();
      case 'remove':
        if (op.output === !there) return illegal;
        return there ? state.filter((other) => other !== element) : state;
      case 'contains':
        return op.output === undefined || op.output === there ? state : illegal;
      default:
        return notAnOpOf('set', op, known);
    }
  },
  fingerprint: (state) => state.join(','),
  // An add that says "it was there" and a remove that says "it was not" change nothing.
  isPure: (op) => op.f === 'read' || op.f === 'contains' || op.output === false,
  valuesOf,
  describeOp(op): string {
    if (op.f === 'read') return `read → ${resultText(op.output)}`;
    const result = typeof op.output === 'boolean' ? ` → ${op.output}` : '';
    return `${op.f} ${JSON.stringify(op.input)}${result}`;
  },
  describeState: (state) => `{${state.join(', ')}}`,
};

function readStep(state: SetState, op: ModelOp): SetState | Illegal {
  if (op.output === undefined) return state;
  const elements = elementsOf(op.output);
  if (elements?.length !== state.length) return illegal;
  const texts = elements.map(canonical).toSorted();
  return texts.every((text, index) => text === state[index]) ? state : illegal;
}

/** A set never read before may answer null. */
function elementsOf(output: Json): readonly Json[] | undefined {
  if (output === null) return [];
  return isArray(output) ? output : undefined;
}

function valuesOf(op: ModelOp): OpValues {
  const none = { puts: [], sees: [], replaces: false };
  if (op.f === 'read')
    return { ...none, about: 'everything', sees: elementsOf(op.output ?? null) ?? [] };
  const about = [op.input];
  // Unknown outcomes see nothing: whatever they found, they are legal.
  if (op.f === 'add')
    return op.output === false ? { ...none, about, sees: about } : { ...none, about, puts: about };
  return op.output === true ? { ...none, about, sees: about } : { ...none, about };
}
