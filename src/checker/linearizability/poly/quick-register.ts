/**
 * Registers with distinct values and without compare-and-sets, the clusters of Gibbons and
 * Korach (see `chains.ts`), straight from the columns of the history.
 *
 * Two zones are in conflict if each begins (with the first return of one of its operations)
 * before the other ends (with the last invocation of one). That is asked of the whole part
 * first, in one pass over the operations and one over the ends of zones. Only where there is a
 * conflict, the first one is looked for: see `first-conflict.ts`.
 */
import { present } from '../../../base/assert.ts';
import { typeCode } from '../../../history/columns.ts';
import { noValue, type ValueTable } from '../../../history/values.ts';
import { cellCode } from './cell.ts';
import { firstConflict, type RegisterOperations } from './first-conflict.ts';
import type { QuickPart } from './quick-part.ts';
import {
  areApart,
  clear,
  marked,
  saw,
  suspect,
  writtenAt,
  wrote,
  zoneSize,
} from './quick-zones.ts';
import { Scratch, ValueNumbers } from './scratch.ts';
import { never } from './timeline.ts';

const none = -1;
/** Of null, where that is not the initial value: then a read of null says nothing. */
const nullNumber = 1;

/** Where a register ceases to have an order. */
export interface FirstRefusal {
  /** The operation by whose return it does. */
  readonly row: number;
  /** What is about the same values, failed operations too: by then, that alone has no order. */
  readonly rows: Int32Array;
}

export class QuickRegister {
  readonly #initial: string | number | boolean | null;
  readonly #numbers = new ValueNumbers();
  readonly #values = new Scratch();
  readonly #zones = new Scratch();
  readonly #marks = new Scratch();

  constructor(initial: string | number | boolean | null) {
    this.#initial = initial;
  }

  /**
   * Whether the part has an order, or where it ceases to have one; undefined if it is not of the
   * form that is decided here.
   * @param codeOf by function id, of `cellCode`
   */
  decide(part: QuickPart, codeOf: Uint8Array): true | FirstRefusal | undefined {
    const { history, rows, horizon } = part;
    this.#begin(history.values);
    const values = this.#values.column(rows.length);
    const zones = this.#zones.column(zoneSize * (rows.length + 2));
    clear(zones, 0);
    clear(zones, zoneSize * nullNumber);
    // The initial value is there before all else, so it can neither come too late nor be written.
    zones[writtenAt] = 1;
    zones[zoneSize * nullNumber + writtenAt] = this.#initial === null ? 0 : 1;
    if (!this.#enter(part, codeOf, values, zones)) return undefined;
    const { size } = this.#numbers;
    const marks = this.#marks.zeros(horizon);
    const suspects = new Uint8Array(size);
    const areSeenInTime = marked(marks, zones, suspects);
    if (areApart(marks, zones, horizon) && areSeenInTime) return true;
    suspect(suspects, marks, zones, horizon);
    return this.#refusal(part, codeOf, { values, suspects });
  }

  #begin(table: ValueTable): void {
    const numbers = this.#numbers;
    numbers.reset(table.size);
    const initial = table.find(this.#initial);
    if (initial !== noValue) numbers.alias(initial, 0);
    numbers.alias(noValue, 0);
    if (this.#initial === null) return;
    numbers.add(noValue);
    const nothing = table.find(null);
    if (nothing !== noValue) numbers.alias(nothing, nullNumber);
  }

  /**
   * Notes at each operation its value (as in `firstConflict`) and at each value its zone.
   * @returns false if something else than distinct primitives is written, or anything else done
   */
  #enter(part: QuickPart, codeOf: Uint8Array, into: Int32Array, zones: Int32Array): boolean {
    const values = into;
    const { history, rows, invoke, complete } = part;
    const { outcome, f, input, output } = history.operations;
    let before = -1;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] ?? 0;
      const type = outcome[row] ?? 0;
      const code = codeOf[f[row] ?? 0];
      const isRead = code === cellCode.read;
      values[at] = none;
      if (type === typeCode.fail || (isRead && type !== typeCode.ok)) continue;
      const begin = invoke[row] ?? 0;
      if ((!isRead && code !== cellCode.write) || begin <= before) return false;
      before = begin;
      const end = type === typeCode.ok ? (complete[row] ?? 0) : never;
      const value = this.#numberOf(history.values, (isRead ? output[row] : input[row]) ?? 0, zones);
      if (value === none) return false;
      if (isRead) {
        if (value === nullNumber && this.#initial !== null) continue;
        values[at] = 2 * value;
        saw(zones, zoneSize * value, begin, end);
      } else {
        values[at] = 2 * value + 1;
        if (!wrote(zones, zoneSize * value, begin, end)) return false;
      }
    }
    return true;
  }

  /** The first of the conflicts, of which there is one. */
  #refusal(part: QuickPart, codeOf: Uint8Array, of: Noted): FirstRefusal {
    const few = ofSuspects(part.rows, of);
    const events = this.#marks.zeros(part.horizon);
    const { row, value, other } = present(
      firstConflict(part, few, events),
      'the conflict in a history that has no order',
    );
    const rows = few.rows.filter((_, at) => {
      const own = (few.values[at] ?? none) >> 1;
      return own === value || own === other;
    });
    if (other !== undefined) return { row, rows };
    // Nobody had written it by then. But somebody may have tried to.
    const { outcome, f, input, output } = part.history.operations;
    const number = this.#numbers.of(output[row] ?? noValue);
    const failed = part.rows.filter(
      (each) =>
        outcome[each] === typeCode.fail &&
        codeOf[f[each] ?? 0] === cellCode.write &&
        this.#numbers.of(input[each] ?? noValue) === number,
    );
    return { row, rows: Int32Array.from([...rows, ...failed]).sort() };
  }

  #numberOf(table: ValueTable, id: number, zones: Int32Array): number {
    const numbers = this.#numbers;
    const number = numbers.of(id);
    if (number < numbers.size) return number;
    const value = id < noValue ? [] : table.value(id);
    if (typeof value === 'object' && value !== null) return none;
    numbers.add(id);
    clear(zones, zoneSize * number);
    return number;
  }
}

interface Noted {
  /** By place in the rows, as in `firstConflict`. */
  readonly values: Int32Array;
  /** By value 1 for those that may be in conflict with another. */
  readonly suspects: Uint8Array;
}

/** The operations about suspects, whose values are numbered anew; the initial one stays 0. */
function ofSuspects(rows: Int32Array, { values, suspects }: Noted): RegisterOperations {
  const numbers = new Int32Array(suspects.length);
  let size = 1;
  for (let value = 1; value < suspects.length; value += 1) {
    if (suspects[value] === 0) continue;
    numbers[value] = size;
    size += 1;
  }
  const places: number[] = [];
  for (let at = 0; at < rows.length; at += 1)
    if (suspects[(values[at] ?? 0) >> 1] === 1) places.push(at);
  return {
    rows: Int32Array.from(places, (at) => rows[at] ?? 0),
    values: Int32Array.from(places, (at) => {
      const value = values[at] ?? 0;
      return 2 * (numbers[value >> 1] ?? 0) + (value & 1);
    }),
    size,
  };
}
