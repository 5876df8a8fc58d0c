/**
 * A recorded run: events in columns, and the operations that they make. What must scale
 * reads the columns; `event()` and `operation()` make objects where that is convenient.
 */
import { assert, present } from '../base/assert.ts';
import type { Json } from '../base/json.ts';
import {
  type EventColumns,
  eventTypes,
  nemesisProcess,
  noEvent,
  type OperationColumns,
  typeCode,
} from './columns.ts';
import type { HistoryEvent, OpError, Operation } from './event.ts';
import { type EventExtra, type ExtraData, ExtraTable } from './extras.ts';
import { noValue, type ValueData, ValueTable } from './values.ts';

export type { EventExtra } from './extras.ts';

/** A history as plain data that can be sent to another thread. */
export interface HistoryData {
  readonly events: EventColumns;
  readonly functions: readonly string[];
  readonly values: ValueData;
  readonly extras: ExtraData;
  readonly isTimed: boolean;
}

/** See `History.keyTimes`. */
interface KeyTimes {
  readonly invoke: Int32Array;
  readonly complete: Int32Array;
}

const neverReturned: OpError = ['no-completion', 'the run ended before an answer came'];

export class History {
  readonly events: EventColumns;
  readonly functions: readonly string[];
  readonly values: ValueTable;
  /** False if times are only the positions of the events: nobody recorded any. */
  readonly isTimed: boolean;
  readonly #extras: ExtraTable;
  #operations: OperationColumns | undefined;
  #keys: Int32Array | undefined;
  #keyTimes: KeyTimes | undefined;

  constructor(
    events: EventColumns,
    functions: readonly string[],
    values: ValueTable,
    extras: ExtraTable,
    isTimed = true,
  ) {
    this.events = events;
    this.functions = functions;
    this.values = values;
    this.#extras = extras;
    this.isTimed = isTimed;
  }

  get eventCount(): number {
    return this.events.type.length;
  }

  get operationCount(): number {
    return this.operations.count;
  }

  /** One row per client operation. Made once, when first asked for. */
  get operations(): OperationColumns {
    this.#operations ??= joinOperations(this.events);
    return this.#operations;
  }

  /** Ids of all keys, in order of first use; empty if operations have no keys. */
  get keys(): Int32Array {
    this.#keys ??= distinct(this.operations.key);
    return this.#keys;
  }

  /** The id of a function's name, or -1 if it never occurs. */
  functionId(name: string): number {
    return this.functions.indexOf(name);
  }

  event(index: number): HistoryEvent {
    const { type, process, f, key, value, timeNs } = this.events;
    assert(index >= 0 && index < this.eventCount, `no event ${index}`);
    const processNumber = process[index] ?? nemesisProcess;
    return {
      index,
      time: timeNs[index] ?? 0,
      type: present(eventTypes[type[index] ?? 0], 'event type'),
      process: processNumber === nemesisProcess ? 'nemesis' : processNumber,
      f: this.functions[f[index] ?? 0] ?? '',
      ...optional('key', this.values.value(key[index] ?? noValue)),
      ...optional('value', this.values.value(value[index] ?? noValue)),
      ...this.#extras.get(index),
    };
  }

  /** The operation in row `id` of `operations`. */
  // eslint-disable-next-line complexity -- what it counts are the defaults of typed arrays
  operation(id: number): Operation {
    const rows = this.operations;
    assert(id >= 0 && id < rows.count, `no operation ${id}`);
    const invokeIndex = rows.invoke[id] ?? 0;
    const returnIndex = rows.complete[id] ?? noEvent;
    const begun = {
      id,
      process: rows.process[id] ?? 0,
      f: this.functions[rows.f[id] ?? 0] ?? '',
      key: this.values.value(rows.key[id] ?? noValue),
      input: this.values.value(rows.input[id] ?? noValue) ?? null,
      node: this.#extras.get(invokeIndex)?.node,
      final: this.#extras.get(invokeIndex)?.final ?? false,
      invokeIndex,
      invokeNs: this.events.timeNs[invokeIndex] ?? 0,
    };
    const error = this.#extras.get(returnIndex)?.error ?? neverReturned;
    const returnNs = this.events.timeNs[returnIndex] ?? 0;
    switch (rows.outcome[id]) {
      case typeCode.ok: {
        const output = this.values.value(rows.output[id] ?? noValue) ?? null;
        return { ...begun, outcome: 'ok', output, returnIndex, returnNs };
      }
      case typeCode.fail:
        return { ...begun, outcome: 'fail', error, returnIndex, returnNs };
      default:
        return { ...begun, outcome: 'info', error };
    }
  }

  /** All operations as objects, in order of invocation. For histories of moderate size. */
  *eachOperation(): Generator<Operation> {
    for (let id = 0; id < this.operations.count; id += 1) yield this.operation(id);
  }

  *eachEvent(): Generator<HistoryEvent> {
    for (let index = 0; index < this.eventCount; index += 1) yield this.event(index);
  }

  extra(index: number): EventExtra | undefined {
    return this.#extras.get(index);
  }

  /**
   * Rows of `operations` for each key id, in order of invocation. Rows without key: under -1.
   * All are stretches of one array.
   */
  rowsByKey(): ReadonlyMap<number, Int32Array> {
    return groupRows(this.operations);
  }

  /**
   * Positions among the events of the operations of the same key, by row: of the invocation and
   * of the completion (-1 if there is none). They keep the order of events, without the gaps
   * that other keys leave. Made once, when first asked for.
   */
  get keyTimes(): KeyTimes {
    this.#keyTimes ??= timesWithinKeys(this.operations, this.eventCount);
    return this.#keyTimes;
  }

  /** The same events, with only the operations on these keys (ids). Event indices stay. */
  restrictedTo(keys: ReadonlySet<number>): History {
    const all = this.operations;
    const kept: number[] = [];
    for (let row = 0; row < all.count; row += 1)
      if (keys.has(all.key[row] ?? noValue)) kept.push(row);
    return this.#withOperations(pickRows(all, kept));
  }

  /** The same events, with only the operations in these rows: row `rows[i]` becomes row `i`. */
  picked(rows: ArrayLike<number>): History {
    return this.#withOperations(pickRows(this.operations, rows));
  }

  /**
   * The same operations as known before event `end`: what completes there or later is of unknown
   * outcome, unless it fails: that it did not happen is kept. Operations invoked there or later
   * are still in it.
   */
  asKnownBefore(end: number): History {
    const all = this.operations;
    const complete = all.complete.slice();
    const outcome = all.outcome.slice();
    const output = all.output.slice();
    for (let row = 0; row < all.count; row += 1) {
      if ((complete[row] ?? noEvent) < end || outcome[row] === typeCode.fail) continue;
      complete[row] = noEvent;
      outcome[row] = typeCode.info;
      output[row] = noValue;
    }
    return this.#withOperations({ ...all, complete, outcome, output });
  }

  #withOperations(operations: OperationColumns): History {
    const { events, functions, values, isTimed } = this;
    const part = new History(events, functions, values, this.#extras, isTimed);
    part.#operations = operations;
    return part;
  }

  toData(): HistoryData {
    return {
      events: this.events,
      functions: this.functions,
      values: this.values.toData(),
      extras: this.#extras.toData(),
      isTimed: this.isTimed,
    };
  }

  static fromData(data: HistoryData): History {
    return new History(
      data.events,
      data.functions,
      ValueTable.fromData(data.values),
      ExtraTable.fromData(data.extras),
      data.isTimed,
    );
  }
}

function pickRows(all: OperationColumns, rows: ArrayLike<number>): OperationColumns {
  const count = rows.length;
  const part = emptyOperations(count);
  for (let at = 0; at < count; at += 1) {
    const row = rows[at] ?? 0;
    part.invoke[at] = all.invoke[row] ?? 0;
    part.complete[at] = all.complete[row] ?? noEvent;
    part.outcome[at] = all.outcome[row] ?? 0;
    part.process[at] = all.process[row] ?? 0;
    part.f[at] = all.f[row] ?? 0;
    part.key[at] = all.key[row] ?? noValue;
    part.input[at] = all.input[row] ?? noValue;
    part.output[at] = all.output[row] ?? noValue;
  }
  return part;
}

function emptyOperations(count: number): OperationColumns {
  return {
    count,
    invoke: new Int32Array(count),
    complete: new Int32Array(count),
    outcome: new Uint8Array(count),
    process: new Int32Array(count),
    f: new Uint16Array(count),
    key: new Int32Array(count),
    input: new Int32Array(count),
    output: new Int32Array(count),
  };
}

function optional<Name extends string>(
  name: Name,
  value: Json | undefined,
): Partial<Record<Name, Json>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Json>);
}

// eslint-disable-next-line complexity -- what it counts are the defaults of typed arrays
function joinOperations(events: EventColumns): OperationColumns {
  const { type, process, f, key, value, pair } = events;
  let count = 0;
  for (let i = 0; i < type.length; i += 1)
    if (type[i] === typeCode.invoke && process[i] !== nemesisProcess) count += 1;
  const rows = emptyOperations(count);
  let row = 0;
  for (let i = 0; i < type.length; i += 1) {
    if (type[i] !== typeCode.invoke || process[i] === nemesisProcess) continue;
    const completion = pair[i] ?? noEvent;
    rows.invoke[row] = i;
    rows.complete[row] = completion;
    rows.outcome[row] = completion === noEvent ? typeCode.info : (type[completion] ?? 0);
    rows.process[row] = process[i] ?? 0;
    rows.f[row] = f[i] ?? 0;
    rows.key[row] = key[i] ?? noValue;
    rows.input[row] = value[i] ?? noValue;
    rows.output[row] = completion === noEvent ? noValue : (value[completion] ?? noValue);
    row += 1;
  }
  return rows;
}

function groupRows({ key, count }: OperationColumns): ReadonlyMap<number, Int32Array> {
  const last = greatest(key);
  if (last === noValue && count > 0) return new Map([[noValue, allRows(count)]]);
  // By key id + 1: first how many rows, then where the next of them goes.
  const places = new Int32Array(last + 2);
  const order: number[] = [];
  for (let row = 0; row < count; row += 1) {
    const slot = (key[row] ?? noValue) + 1;
    const size = places[slot] ?? 0;
    if (size === 0) order.push(slot - 1);
    places[slot] = size + 1;
  }
  const all = new Int32Array(count);
  const groups = new Map<number, Int32Array>();
  let begin = 0;
  for (const id of order) {
    const size = places[id + 1] ?? 0;
    groups.set(id, all.subarray(begin, begin + size));
    places[id + 1] = begin;
    begin += size;
  }
  for (let row = 0; row < count; row += 1) {
    const slot = (key[row] ?? noValue) + 1;
    const place = places[slot] ?? 0;
    all[place] = row;
    places[slot] = place + 1;
  }
  return groups;
}

function allRows(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row += 1) rows[row] = row;
  return rows;
}

function timesWithinKeys(operations: OperationColumns, eventCount: number): KeyTimes {
  const { key, count } = operations;
  // By event: 1 + the row invoked there, or minus (1 + the row completed there).
  const rowAt = new Int32Array(eventCount);
  for (let row = 0; row < count; row += 1) {
    rowAt[operations.invoke[row] ?? 0] = row + 1;
    const end = operations.complete[row] ?? noEvent;
    if (end !== noEvent) rowAt[end] = -row - 1;
  }
  const nextTime = new Int32Array(greatest(key) + 2);
  const invoke = new Int32Array(count);
  const complete = new Int32Array(count).fill(noEvent);
  for (let event = 0; event < eventCount; event += 1) {
    const found = rowAt[event] ?? 0;
    if (found === 0) continue;
    const row = found > 0 ? found - 1 : -found - 1;
    const slot = (key[row] ?? noValue) + 1;
    const time = nextTime[slot] ?? 0;
    nextTime[slot] = time + 1;
    if (found > 0) invoke[row] = time;
    else complete[row] = time;
  }
  return { invoke, complete };
}

function greatest(ids: Int32Array): number {
  let most = noValue;
  for (const id of ids) if (id > most) most = id;
  return most;
}

function distinct(ids: Int32Array): Int32Array {
  const seen = new Set<number>();
  for (const id of ids) if (id !== noValue) seen.add(id);
  return Int32Array.from(seen);
}
