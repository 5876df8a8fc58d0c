/**
 * The parts of a history that can be judged alone (by key, and by the model's own partition),
 * and the operations of a part as a search wants them.
 */
import { canonical, type Json } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { noValue } from '../../history/values.ts';
import type { Model, ModelOp } from '../../model/model.ts';

/** `returned` of an operation that has no known return: later than every event. */
export const never = 0x7fff_ffff;

/** One operation that happened, or may have. */
export interface Call {
  /** Row of `History.operations`. */
  readonly row: number;
  readonly op: ModelOp;
  /** Event index of the invocation. */
  readonly invoke: number;
  /**
   * Event index of the return, or `never`: then it may be linearized anywhere after its
   * invocation, or not at all.
   */
  readonly returned: number;
}

/** The operations on one independent object. */
export interface Part {
  readonly history: History;
  /** The history's key; undefined if its operations have none. */
  readonly key: Json | undefined;
  /** What the model's own partition calls it; undefined if the model has none. */
  readonly name: string | undefined;
  /** Rows of `History.operations`, of every outcome, in order of invocation. */
  readonly rows: Int32Array;
}

export function partsOf<State>(history: History, model: Model<State>): readonly Part[] {
  const parts: Part[] = [];
  for (const [id, rows] of history.rowsByKey()) {
    const key = id === noValue ? undefined : history.values.value(id);
    if (model.partition === undefined) {
      parts.push({ history, key, name: undefined, rows });
      continue;
    }
    const groups = new Map<string, number[]>();
    for (const row of rows) {
      const name = model.partition(opOf(history, row, false));
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [row]);
      else group.push(row);
    }
    for (const [name, group] of groups)
      parts.push({ history, key, name, rows: Int32Array.from(group) });
  }
  return parts;
}

/**
 * What a linearization of the part is made of. A `fail` did not happen. Of unknown outcome, a
 * pure operation says and does nothing; and neither does one about values that no completed
 * operation is about (see `OpValues`), so those are left out too.
 */
export function callsOf<State>(part: Part, model: Model<State>): readonly Call[] {
  const { invoke, complete, outcome } = part.history.operations;
  const calls: Call[] = [];
  for (const row of part.rows) {
    if (outcome[row] === typeCode.fail) continue;
    const op = opOf(part.history, row, model.byProcess === true);
    const returned = outcome[row] === typeCode.ok ? (complete[row] ?? never) : never;
    if (returned === never && model.isPure(op)) continue;
    calls.push({ row, op, invoke: invoke[row] ?? 0, returned });
  }
  return withoutUnobserved(calls, model);
}

/** One operation of the part by itself, whether it is needed or not. */
export function callAt<State>({ history }: Part, row: number, model: Model<State>): Call {
  const { invoke, complete, outcome } = history.operations;
  return {
    row,
    op: opOf(history, row, model.byProcess === true),
    invoke: invoke[row] ?? 0,
    returned: outcome[row] === typeCode.ok ? (complete[row] ?? never) : never,
  };
}

/** The part's failed operations: they tell an aborted read from one out of thin air. */
export function failedCallsOf<State>(part: Part, model: Model<State>): readonly Call[] {
  const { invoke, complete, outcome } = part.history.operations;
  const failed = part.rows.filter((row) => outcome[row] === typeCode.fail);
  return Array.from(failed, (row) => ({
    row,
    op: opOf(part.history, row, model.byProcess === true),
    invoke: invoke[row] ?? 0,
    returned: complete[row] ?? never,
  }));
}

function opOf(history: History, row: number, withProcess: boolean): ModelOp {
  const { f, input, output, outcome, process } = history.operations;
  const known = outcome[row] === typeCode.ok;
  return {
    f: history.functions[f[row] ?? 0] ?? '',
    input: history.values.value(input[row] ?? noValue) ?? null,
    output: known ? (history.values.value(output[row] ?? noValue) ?? null) : undefined,
    ...(withProcess ? { process: process[row] ?? 0 } : {}),
  };
}

function withoutUnobserved<State>(calls: readonly Call[], model: Model<State>): readonly Call[] {
  if (!calls.some(({ returned }) => returned === never)) return calls;
  const groups = valueGroups(calls, model);
  if (groups === undefined) return calls;
  const observed = new Set<number>();
  for (const [index, { returned }] of calls.entries())
    if (returned !== never) observed.add(groups[index] ?? ungrouped);
  return calls.filter((call, index) => {
    const group = groups[index] ?? ungrouped;
    return call.returned !== never || group === ungrouped || observed.has(group);
  });
}

/** In `valueGroups`: about no value. */
export const ungrouped = -1;

/**
 * For each call the number of its group: calls are in one group if they are about a common
 * value, directly or through others. Any group may be taken away whole (see `OpValues`).
 * Undefined if the model promises nothing, or a call is about everything.
 */
export function valueGroups<State>(
  calls: readonly Call[],
  model: Model<State>,
): Int32Array | undefined {
  if (model.valuesOf === undefined) return undefined;
  const ids = new Map<string, number>();
  const parent: number[] = [];
  const rootOf = (id: number): number => {
    let root = id;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root] ?? root] ?? root;
      root = parent[root] ?? root;
    }
    return root;
  };
  const firstOf = new Int32Array(calls.length).fill(ungrouped);
  for (const [index, { op }] of calls.entries()) {
    const about = model.valuesOf(op)?.about ?? 'everything';
    if (about === 'everything') return undefined;
    for (const value of about) {
      const id = idOf(ids, parent, canonical(value));
      const first = firstOf[index] ?? ungrouped;
      if (first === ungrouped) firstOf[index] = id;
      else parent[rootOf(id)] = rootOf(first);
    }
  }
  return firstOf.map((id) => (id === ungrouped ? ungrouped : rootOf(id)));
}

function idOf(ids: Map<string, number>, parent: number[], text: string): number {
  const known = ids.get(text);
  if (known !== undefined) return known;
  const id = parent.push(parent.length) - 1;
  ids.set(text, id);
  return id;
}
