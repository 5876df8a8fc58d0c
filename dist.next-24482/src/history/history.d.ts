import { type EventColumns, type OperationColumns } from './columns.ts';
import type { HistoryEvent, Operation } from './event.ts';
import { type EventExtra, type ExtraData, ExtraTable } from './extras.ts';
import { type ValueData, ValueTable } from './values.ts';

export type { EventExtra } from './extras.ts';
/** A history as plain data that can be sent to another thread. */
export interface HistoryData {
  readonly events: EventColumns;
  readonly functions: readonly string[];
  readonly values: ValueData;
  readonly extras: ExtraData;
  readonly isTimed: boolean;
}
export declare class History {
  #private;
  readonly events: EventColumns;
  readonly functions: readonly string[];
  readonly values: ValueTable;
  /** False if times are only the positions of the events: nobody recorded any. */
  readonly isTimed: boolean;
  constructor(
    events: EventColumns,
    functions: readonly string[],
    values: ValueTable,
    extras: ExtraTable,
    isTimed?: boolean,
  );
  get eventCount(): number;
  get operationCount(): number;
  /** One row per client operation. Made once, when first asked for. */
  get operations(): OperationColumns;
  /** Ids of all keys, in order of first use; empty if operations have no keys. */
  get keys(): Int32Array;
  /** The id of a function's name, or -1 if it never occurs. */
  functionId(name: string): number;
  event(index: number): HistoryEvent;
  /** The operation in row `id` of `operations`. */
  operation(id: number): Operation;
  /** All operations as objects, in order of invocation. For histories of moderate size. */
  eachOperation(): Generator<Operation>;
  eachEvent(): Generator<HistoryEvent>;
  extra(index: number): EventExtra | undefined;
  /** Rows of `operations` for each key id, in order of invocation. Rows without key: under -1. */
  rowsByKey(): ReadonlyMap<number, readonly number[]>;
  /** The same events, with only the operations on these keys (ids). Event indices stay. */
  restrictedTo(keys: ReadonlySet<number>): History;
  /** The same events, with only the operations in these rows: row `rows[i]` becomes row `i`. */
  picked(rows: ArrayLike<number>): History;
  /**
   * The same operations as known before event `end`: what completes there or later is of unknown
   * outcome, unless it fails: that it did not happen is kept. Operations invoked there or later
   * are still in it.
   */
  asKnownBefore(end: number): History;
  toData(): HistoryData;
  static fromData(data: HistoryData): History;
}
