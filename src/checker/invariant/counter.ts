/**
 * A counter that is read while it changes: each read lies within bounds (Jepsen's
 * `checker/counter`, for deltas of either sign).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `add` | the delta, a number; null: 1 | – |
 * | `read` | null | the number |
 *
 * At a read, adds acknowledged before its invocation have happened; adds invoked before its ok
 * that did not fail may have. Its least value takes of the second kind only what is negative,
 * its greatest only what is positive. The bounds are necessary, not sufficient: a counter may
 * be wrong within them.
 */
import { canonical, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import {
  AnomalyList,
  type Finding,
  invariant,
  type Part,
  tooFew,
  undetermined,
} from './invariant.ts';

export interface CounterOptions {
  readonly add?: string;
  readonly read?: string;
  /** Default 0. */
  readonly initial?: number;
  /**
   * True: a read may miss any add, acknowledged or not, as in a counter that converges in its
   * own time; only what no subset of the adds could give is out of bounds. Default false.
   */
  readonly eventual?: boolean;
}

export function counterBounds(options: CounterOptions = {}): Checker {
  const { add = 'add', read = 'read', eventual = false } = options;
  if (eventual)
    return invariant({
      name: 'counter',
      summary: 'each read lies within what may have been added',
      method: `interval rule: each ok ${read} against the sums of ${add}s attempted until it ended; a ${read} may miss any of them`,
      judge: (part) => judge(part, options),
    });
  return invariant({
    name: 'counter',
    summary: 'each read lies between what has certainly and what may have been added',
    method: `interval rule: each ok ${read} against the sums of ${add}s acknowledged before it and attempted until it ended; necessary, not sufficient, for linearizability`,
    judge: (part) => judge(part, options),
  });
}

/** What an add adds: a number, if the workload is in order. */
export function deltaOf(part: Part, row: number): Json {
  return part.input(row) ?? 1;
}

interface Sums {
  up: number;
  down: number;
}

function judge(part: Part, options: CounterOptions): Finding {
  const { add = 'add', read = 'read', initial = 0, eventual = false } = options;
  const anomalies = new AnomalyList(part);
  const addRows = part.rowsOf(add);
  const reads = part.rowsOf(read).filter((row) => part.isOk(row));
  const adds = addRows.filter((row) => !part.failed(row));
  const odd = adds.find((row) => typeof deltaOf(part, row) !== 'number');
  if (odd !== undefined) {
    const message = `the ${add} of event ${part.invoke(odd)} has the value ${canonical(part.input(odd))}, where a number was expected`;
    return { anomalies, details: {}, ...undetermined(message) };
  }
  const isRead = new Set(reads);
  const done: Sums = { up: 0, down: 0 };
  const begun: Sums = { up: 0, down: 0 };
  const doneAtInvoke = new Map<number, Sums>();
  const errors: number[][] = [];
  let judged = 0;
  for (const { row, begins } of part.moments([...adds, ...reads])) {
    if (!isRead.has(row)) {
      const delta = Number(deltaOf(part, row));
      const sums = begins ? begun : done;
      if (delta > 0) sums.up += delta;
      else sums.down += delta;
      continue;
    }
    if (begins) {
      doneAtInvoke.set(row, eventual ? { up: 0, down: 0 } : { ...done });
      continue;
    }
    const before = doneAtInvoke.get(row) ?? done;
    doneAtInvoke.delete(row);
    const value = part.output(row);
    if (typeof value !== 'number') continue;
    judged += 1;
    const lower = initial + before.up + begun.down;
    const upper = initial + before.down + begun.up;
    if (value >= lower - slack(lower) && value <= upper + slack(upper)) continue;
    if (errors.length < 48) errors.push([lower, value, upper]);
    const sums = { before: eventual ? undefined : before, begun: { ...begun } };
    anomalies.add(() => ({
      type: 'out-of-bounds',
      model: eventual ? 'eventual-consistency' : 'linearizable',
      operations: [part.invoke(row)],
      explanation: outOfBounds(value, {
        initial,
        lower,
        upper,
        ...sums,
        ...nameRead(part, row, read),
      }),
    }));
  }
  const details = {
    addCount: addRows.length,
    readCount: judged,
    errorCount: anomalies.count,
    errors,
  };
  if (judged > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew(`no ${read} of the counter succeeded with a number`) };
}

/** Sums of whole numbers are exact; of others they are not. */
function slack(bound: number): number {
  return Number.isInteger(bound) ? 0 : 1e-9 * Math.max(1, Math.abs(bound));
}

interface Bounds {
  readonly initial: number;
  readonly lower: number;
  readonly upper: number;
  /** Undefined if a read may miss what was acknowledged. */
  readonly before: Sums | undefined;
  readonly begun: Sums;
  readonly what: string;
  readonly invoke: number;
  readonly end: number;
}

function nameRead(
  part: Part,
  row: number,
  read: string,
): { what: string; invoke: number; end: number } {
  return { what: read, invoke: part.invoke(row), end: part.returned(row) };
}

function outOfBounds(value: number, bounds: Bounds): string {
  const { initial, lower, upper, before, begun, what, invoke, end } = bounds;
  if (before === undefined)
    return [
      `The ${what} of event ${invoke} (ok at ${end}) answered ${value}, which is outside ${lower} to ${upper}.`,
      `Before event ${end}, +${begun.up} and ${begun.down} had been attempted and did not fail; from ${initial}, no choice of these gives that.`,
    ].join('\n');
  return [
    `The ${what} of event ${invoke} (ok at ${end}) answered ${value}, which is outside ${lower} to ${upper}.`,
    `Before event ${invoke}, +${before.up} and ${before.down} had been acknowledged; before event ${end}, +${begun.up} and ${begun.down} had been attempted and did not fail.`,
    value < lower
      ? `Least: ${initial} + ${before.up} (acknowledged increments) ${begun.down} (all attempted decrements) = ${lower}.`
      : `Greatest: ${initial} + ${begun.up} (all attempted increments) ${before.down} (acknowledged decrements) = ${upper}.`,
  ].join('\n');
}
