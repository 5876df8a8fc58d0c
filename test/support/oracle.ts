/**
 * Linearizability by trying every order: slow, obvious, and sharing nothing with the search.
 * It reads a history's operations one by one, drops nothing and partitions nothing but keys.
 */
import { canonical } from '../../src/base/json.ts';
import type { History } from '../../src/history/history.ts';
import { illegal, type Model, type ModelOp } from '../../src/model/model.ts';

export interface OracleCall {
  readonly op: ModelOp;
  readonly invoke: number;
  /** Infinity if there is no known return: then it may be left out. */
  readonly returned: number;
}

/** For histories of at most about twelve operations a key. */
export function isLinearizable<State>(history: History, model: Model<State>): boolean {
  const byKey = new Map<string, OracleCall[]>();
  for (const operation of history.eachOperation()) {
    if (operation.outcome === 'fail') continue;
    const key = operation.key === undefined ? '' : canonical(operation.key);
    const calls = byKey.get(key) ?? [];
    const { f, input, process, invokeIndex } = operation;
    const isKnown = operation.outcome === 'ok';
    calls.push({
      op: { f, input, process, output: isKnown ? operation.output : undefined },
      invoke: invokeIndex,
      returned: isKnown ? operation.returnIndex : Infinity,
    });
    byKey.set(key, calls);
  }
  return [...byKey.values()].every((calls) => hasOrder(calls, model, model.init));
}

/** Whether some order of the calls respects time and the model, from that state on. */
export function hasOrder<State>(
  calls: readonly OracleCall[],
  model: Model<State>,
  start: State,
): boolean {
  const dead = new Set<string>();
  const from = (left: readonly OracleCall[], state: State): boolean => {
    if (left.every(({ returned }) => returned === Infinity)) return true;
    const place = `${left.map((call) => calls.indexOf(call)).join()} ${model.fingerprint(state)}`;
    if (dead.has(place)) return false;
    for (const call of left) {
      if (left.some(({ returned }) => returned < call.invoke)) continue;
      const next = model.step(state, call.op);
      if (next === illegal) continue;
      if (
        from(
          left.filter((other) => other !== call),
          next,
        )
      )
        return true;
    }
    dead.add(place);
    return false;
  };
  return from(calls, start);
}
