/**
 * Many independent cells, told apart by the op's value instead of by the history's `key`.
 *
 * | op | input | output | legal if |
 * |---|---|---|---|
 * | `read` | `[key, null]` | `[key, value]` | that cell holds that value |
 * | `write` | `[key, value]` | anything | always |
 *
 * Ops on different keys do not meet, so each key is judged alone (`partition`).
 */
import { canonical, isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import { notAnOpOf, pairOf, resultText } from './input.ts';
import { type Illegal, illegal, type Model, type ModelOp, type OpValues } from './model.ts';
import { sameValue } from './register.ts';

/** `initial`: the value of every cell, or an object with the value of each (null for others). */
export function multiRegister(initial: Json = null): Model<JsonObject> {
  const initialOf = (key: Json): Json => {
    if (!isObject(initial)) return initial;
    return initial[typeof key === 'string' ? key : canonical(key)] ?? null;
  };
  return {
    name: 'multi-register',
    summary: 'many cells with read and write, the key in the value: [key, value]',
    init: {},
    step(state, op): JsonObject | Illegal {
      const [key, value] = keyAndValue(op);
      const at = canonical(key);
      if (op.f === 'write') return { ...state, [at]: value };
      if (op.output === undefined) return state;
      return sameValue(readResult(op), state[at] ?? initialOf(key)) ? state : illegal;
    },
    // Keys never written are not in the state; a cell written null is not the same as none,
    // as the initial value may be another.
    fingerprint: canonical,
    isPure: (op) => nameOf(op) === 'read',
    partition: (op) => canonical(keyAndValue(op)[0]),
    valuesOf: multiValues,
    describeOp(op): string {
      const [key, value] = keyAndValue(op);
      if (op.f === 'write') return `write ${JSON.stringify(value)} to ${JSON.stringify(key)}`;
      const result = op.output === undefined ? undefined : readResult(op);
      return `read ${JSON.stringify(key)} → ${resultText(result)}`;
    },
    describeState: (state) => JSON.stringify(state),
  };
}

function nameOf(op: ModelOp): string {
  const known = ['read', 'write'];
  return known.includes(op.f) ? op.f : notAnOpOf('multi-register', op, known);
}

function keyAndValue(op: ModelOp): readonly [Json, Json] {
  nameOf(op);
  return pairOf(op, '[key, value]');
}

function readResult(op: ModelOp): Json {
  const { output } = op;
  return isArray(output) && output.length === 2 ? (output[1] ?? null) : (output ?? null);
}

/** A value is a value of its cell. */
function multiValues(op: ModelOp): OpValues {
  const [key, value] = keyAndValue(op);
  if (op.f === 'write')
    return { about: [[key, value]], puts: [[key, value]], sees: [], replaces: true };
  const seen = op.output === undefined ? [] : [[key, readResult(op)]];
  return { about: seen, puts: [], sees: seen, replaces: false };
}
