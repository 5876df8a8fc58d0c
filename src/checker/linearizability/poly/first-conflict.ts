/**
 * The first conflict in the history of a register with distinct values that has no order.
 *
 * Events are gone through in their order, with zones (see `chains.ts`) as they are known by
 * then: a read belongs to one once it has returned, a write of unknown outcome once somebody saw
 * what it wrote. A conflict becomes complete with the return of a read that was invoked later
 * than all that is known of its value, and only by that: the zones in conflict with its own are
 * then among those that began between the last invocation known before and its own. All of them
 * that are not in conflict had an operation that was open when the read value's zone began, so
 * there are hardly more of them than clients, and each is looked at once for each such value.
 */
import { typeCode } from '../../../history/columns.ts';
import type { QuickPart } from './quick-part.ts';
import { never } from './timeline.ts';

/** The event at which the first conflict is complete, and what it is about. */
interface FirstConflict {
  /** The read that returns there. */
  readonly row: number;
  /** The value that it read, and another whose zone is in conflict with that; if any is. */
  readonly value: number;
  readonly other: number | undefined;
}

/** Reads and writes that may have had a part in a conflict, in order of invocation. */
export interface RegisterOperations {
  readonly rows: Int32Array;
  /** Twice the number of the value, and 1 more for a write. The initial value has number 0. */
  readonly values: Int32Array;
  /** All numbers are less. */
  readonly size: number;
}

/**
 * @param into as long as the part's horizon, all 0
 * @returns undefined if there is no conflict
 */
export function firstConflict(
  part: QuickPart,
  operations: RegisterOperations,
  into: Int32Array,
): FirstConflict | undefined {
  const { invoke, horizon } = part;
  const { rows, values, size } = operations;
  const known = new KnownZones(size);
  const events = into;
  noteEvents(part, operations, events);
  for (let time = 0; time < horizon; time += 1) {
    const event = events[time] ?? 0;
    if (event === 0) continue;
    const at = event > 0 ? event - 1 : -event - 1;
    const value = (values[at] ?? 0) >> 1;
    if (event > 0) {
      known.written[value] = time;
      continue;
    }
    const row = rows[at] ?? 0;
    const isRead = ((values[at] ?? 0) & 1) === 0;
    if (known.written[value] === never) return { row, value, other: undefined };
    const isFirst = known.begins[value] === never;
    if (isFirst) known.begin(value, time);
    if (!isRead) continue;
    const other = known.extend(value, invoke[row] ?? 0, isFirst);
    if (other !== undefined) return { row, value, other };
  }
  return undefined;
}

/** By time 1 + the place of a write invoked there, minus (1 + the place) of what returns there. */
function noteEvents(
  { history, invoke, complete }: QuickPart,
  { rows, values }: RegisterOperations,
  into: Int32Array,
): void {
  const events = into;
  const { outcome } = history.operations;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? 0;
    if (((values[at] ?? 0) & 1) === 1) events[invoke[row] ?? 0] = at + 1;
    if (outcome[row] === typeCode.ok) events[complete[row] ?? 0] = -at - 1;
  }
}

/** Zones as far as they are known, by value; `never` for what is not known yet. */
class KnownZones {
  readonly written: Int32Array;
  readonly begins: Int32Array;
  /** The last invocation, once the zone has begun. */
  readonly #ends: Int32Array;
  /** Values whose zones have begun, in that order. */
  readonly #begun: Int32Array;
  #count = 0;

  constructor(size: number) {
    this.written = new Int32Array(size).fill(never);
    this.begins = new Int32Array(size).fill(never);
    this.#ends = new Int32Array(size);
    this.#begun = new Int32Array(size);
    // The initial value is there before all else.
    this.written[0] = -1;
    this.begins[0] = -1;
    this.#ends[0] = -1;
  }

  begin(value: number, time: number): void {
    this.begins[value] = time;
    this.#ends[value] = this.written[value] ?? 0;
    this.#begun[this.#count] = value;
    this.#count += 1;
  }

  /**
   * A read of the value was invoked there. @param isFirst true if its return began the zone:
   * nothing else can have been invoked after that
   * @returns the value whose zone began first, of those in conflict
   */
  extend(value: number, invoked: number, isFirst: boolean): number | undefined {
    const before = this.#ends[value] ?? 0;
    if (invoked <= before) return undefined;
    this.#ends[value] = invoked;
    if (isFirst) return undefined;
    const begins = this.begins[value] ?? 0;
    let place = this.#count;
    while (place > 0 && this.#beginOf(place - 1) >= before) place -= 1;
    for (; place < this.#count && this.#beginOf(place) < invoked; place += 1) {
      const other = this.#begun[place] ?? 0;
      if (other !== value && (this.#ends[other] ?? 0) > begins) return other;
    }
    return undefined;
  }

  #beginOf(place: number): number {
    return this.begins[this.#begun[place] ?? 0] ?? 0;
  }
}
