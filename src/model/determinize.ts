/**
 * A deterministic model from a non-deterministic one: its states are the sets of states that
 * the object may be in (the power set construction, as in porcupine's NondeterministicModel).
 */
import type { Model, ModelOp, NondeterministicModel } from './model.ts';
import { type Illegal, illegal } from './model.ts';

export function determinize<State>(model: NondeterministicModel<State>): Model<readonly State[]> {
  const distinct = (states: readonly State[]): readonly State[] => {
    const seen = new Map<string | number, State>();
    for (const state of states) seen.set(model.fingerprint(state), state);
    return [...seen.values()];
  };
  return {
    ...model,
    init: [model.init],
    step(states: readonly State[], op: ModelOp): readonly State[] | Illegal {
      const next = distinct(states.flatMap((state) => model.steps(state, op)));
      return next.length === 0 ? illegal : next;
    },
    fingerprint: (states) =>
      JSON.stringify(states.map((state) => String(model.fingerprint(state))).toSorted()),
    describeState: (states) =>
      states.length === 1
        ? states.map((state) => model.describeState(state)).join('')
        : `one of ${states.map((state) => model.describeState(state)).join(' or ')}`,
  };
}
