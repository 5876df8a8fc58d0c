/**
 * A list that only grows.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `append` | element | anything | always; it is then the last |
 * | `read` | null | all elements, in order (null: none) | as it says |
 */
import { canonical, isArray, type Json } from '../base/json.ts';
import { notAnOpOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp, type OpValues } from './model.ts';

export const appendList: Model<readonly Json[]> = {
  name: 'append-list',
  summary: 'a list with append and read of all elements',
  init: [],
  step(state, op): readonly Json[] | Illegal {
    if (op.f === 'append') return [...state, op.input];
    if (op.f !== 'read') return notAnOpOf('append-list', op, ['append', 'read']);
    return op.output === undefined || canonical(op.output ?? []) === canonical(state)
      ? state
      : illegal;
  },
  fingerprint: canonical,
  isPure: (op) => op.f === 'read',
  valuesOf,
  describeOp: (op) =>
    op.f === 'append' ? `append ${JSON.stringify(op.input)}` : `read → ${resultText(op.output)}`,
  describeState: (state) => JSON.stringify(state),
};

function valuesOf(op: ModelOp): OpValues {
  if (op.f === 'append') return { about: [op.input], puts: [op.input], sees: [], replaces: false };
  const sees = isArray(op.output) ? op.output : [];
  return { about: 'everything', puts: [], sees, replaces: false };
}
