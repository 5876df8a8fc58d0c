/**
 * Eventual consistency, as far as a run can show it: once updates have stopped and the system
 * has recovered, all replicas answer the same.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | any update | – | – |
 * | `read`, final | null | the state: any JSON value |
 *
 * Final reads of one key are compared if every update of it that did not fail was over before
 * they began. An update of unknown outcome may still take effect between two of them, so with
 * one outstanding a difference proves nothing.
 */
import { canonical, isArray, isObject } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import {
  AnomalyList,
  type Finding,
  invariant,
  type Part,
  tooFew,
  undetermined,
} from '../invariant/invariant.ts';

export interface ConvergenceOptions {
  /** Default `read`. */
  readonly read?: string;
  /** Functions that change the state. Default `write`, `add`, `remove`, `append`, `cas`. */
  readonly updates?: readonly string[];
  /** True: lists are sets, so that the order of their elements does not count. */
  readonly unordered?: boolean;
}

export function convergence(options: ConvergenceOptions = {}): Checker {
  const { read = 'read' } = options;
  return invariant({
    name: 'convergence',
    summary: 'after recovery all answer the same',
    method: `final ok ${read}s that began after the last update was over, compared with each other; what they should say is not judged`,
    judge: (part) => judge(part, options),
  });
}

/**
 * Strong eventual consistency (Shapiro, Preguiça, Baquero and Zawirski, "Conflict-free replicated
 * data types", 2011): replicas that have delivered the same updates answer the same, at any time
 * and in whatever order the updates came.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `read` | null | `{"delivered": [ids of updates], "state": any}` |
 */
export function strongConvergence(read = 'read'): Checker {
  return invariant({
    name: 'strong-convergence',
    summary: 'who has delivered the same updates answers the same',
    method: `ok ${read}s with equal sets of delivered updates, compared with each other`,
    judge: (part) => judgeStrong(part, read),
  });
}

function judgeStrong(part: Part, read: string): Finding {
  const anomalies = new AnomalyList(part);
  const first = new Map<string, { readonly row: number; readonly state: string }>();
  let [readCount, comparedCount] = [0, 0];
  for (const row of part.rowsOf(read)) {
    const answer = part.isOk(row) ? part.output(row) : null;
    if (!isObject(answer) || !isArray(answer['delivered'])) continue;
    readCount += 1;
    const delivered = answer['delivered'].map(canonical).toSorted();
    const state = canonical(answer['state'] ?? null);
    const name = delivered.join(' ');
    const known = first.get(name);
    if (known === undefined) {
      first.set(name, { row, state });
      continue;
    }
    comparedCount += 1;
    if (known.state === state) continue;
    const [a, b] = [part.invoke(known.row), part.invoke(row)];
    anomalies.add(() => ({
      type: 'divergence',
      model: 'strong-eventual-consistency',
      operations: [a, b],
      explanation: `The ${read}s of events ${a} and ${b} had both delivered ${delivered.length} updates, the same ones. But the former answered ${known.state.slice(0, 200)} and the latter ${state.slice(0, 200)}.`,
    }));
  }
  const details = { readCount, comparedCount };
  if (comparedCount > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew(`no two ok ${read}s had delivered the same updates`) };
}

function judge(part: Part, options: ConvergenceOptions): Finding {
  const { read = 'read', updates = ['write', 'add', 'remove', 'append', 'cas'] } = options;
  const anomalies = new AnomalyList(part);
  const changes = part.rowsOf(...updates).filter((row) => !part.failed(row));
  const crashed = changes.find((row) => !part.isOk(row));
  const quiet = changes.reduce(
    (end, row) => (part.isOk(row) ? Math.max(end, part.returned(row)) : end),
    -1,
  );
  const reads = part
    .rowsOf(read)
    .filter((row) => part.isOk(row) && part.isFinal(row) && part.invoke(row) > quiet);
  const stateOf = (row: number): string => {
    const value = part.output(row);
    if (options.unordered !== true || !isArray(value)) return canonical(value);
    return value.map(canonical).toSorted().join(' ');
  };
  const states = new Map<string, number>();
  for (const row of reads) if (!states.has(stateOf(row))) states.set(stateOf(row), row);
  const details = { finalReadCount: reads.length, stateCount: states.size };
  if (reads.length < 2)
    return {
      anomalies,
      details,
      ...tooFew(`fewer than two final ${read}s began after the last update was over`),
    };
  if (states.size === 1) return { anomalies, details };
  if (crashed !== undefined) {
    const message = `final ${read}s differ, but the ${part.f(crashed)} of event ${part.invoke(crashed)} never ended and may have taken effect between them`;
    return { anomalies, details, ...undetermined(message) };
  }
  const rows = [...states.values()];
  anomalies.add(() => ({
    type: 'divergence',
    model: 'eventual-consistency',
    operations: rows.map((row) => part.invoke(row)),
    explanation: [
      `The last update was over at event ${quiet}. Final ${read}s that began later differ:`,
      ...rows
        .slice(0, 8)
        .map(
          (row) =>
            `event ${part.invoke(row)} (${part.node(row) ?? `process ${part.process(row)}`}) answered ${canonical(part.output(row)).slice(0, 200)}`,
        ),
    ].join('\n'),
  }));
  return { anomalies, details };
}
