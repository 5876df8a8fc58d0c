/**
 * Linearizability by trying everything: the definition, and nothing else. Exponential; for
 * histories of a dozen operations. Knows a model only by its `step`, and shares no code with any
 * engine.
 */
import type { History } from '../../src/history/history.ts';
import { illegal, type Model } from '../../src/model/model.ts';

interface Candidate {
  readonly invoke: number;
  /** Infinity for operations of unknown outcome, which may also be left out. */
  readonly return: number;
  readonly op: { f: string; input: never; output: never; process: number };
}

/** True if the operations in these rows can be put in a legal order that respects real time. */
export function isLinearizable<State>(
  history: History,
  rows: Iterable<number>,
  model: Model<State>,
): boolean {
  const candidates: Candidate[] = [];
  for (const row of rows) {
    const operation = history.operation(row);
    if (operation.outcome === 'fail') continue;
    const isOk = operation.outcome === 'ok';
    const { f, input, process } = operation;
    const op = { f, input, process, output: isOk ? operation.output : undefined } as never;
    candidates.push({
      invoke: operation.invokeIndex,
      return: isOk ? operation.returnIndex : Number.POSITIVE_INFINITY,
      op,
    });
  }
  const refuted = new Set<string>();
  const search = (done: number, state: State): boolean => {
    const rest = candidates.filter((_, i) => (done & (1 << i)) === 0);
    const deadline = Math.min(Number.POSITIVE_INFINITY, ...rest.map((each) => each.return));
    if (deadline === Number.POSITIVE_INFINITY) return true;
    const key = `${done} ${model.fingerprint(state)}`;
    if (refuted.has(key)) return false;
    for (const [i, each] of candidates.entries()) {
      if ((done & (1 << i)) !== 0 || each.invoke > deadline) continue;
      const next = model.step(state, each.op);
      if (next !== illegal && search(done | (1 << i), next)) return true;
    }
    refuted.add(key);
    return false;
  };
  return search(0, model.init);
}
