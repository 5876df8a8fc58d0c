var _a;

/**
 * A recorded run: events in columns, and the operations that they make. What must scale
 * reads the columns; `event()` and `operation()` make objects where that is convenient.
 */
import { assert, present } from '../base/assert.js';
import { eventTypes, nemesisProcess, noEvent, typeCode } from './columns.js';
import { ExtraTable } from './extras.js';
import { noValue, ValueTable } from './values.js';

const neverReturned = ['no-completion', 'the run ended before an answer came'];
export class History {
  events;
  functions;
  values;
  /** False if times are only the positions of the events: nobody recorded any. */
  isTimed;
  #extras;
  #operations;
  #keys;
  constructor(events, functions, values, extras, isTimed = true) {
    this.events = events;
    this.functions = functions;
    this.values = values;
    this.#extras = extras;
    this.isTimed = isTimed;
  }
  get eventCount() {
    return this.events.type.length;
  }
  get operationCount() {
    return this.operations.count;
  }
  /** One row per client operation. Made once, when first asked for. */
  get operations() {
    this.#operations ??= joinOperations(this.events);
    return this.#operations;
  }
  /** Ids of all keys, in order of first use; empty if operations have no keys. */
  get keys() {
    this.#keys ??= distinct(this.operations.key);
    return this.#keys;
  }
  /** The id of a function's name, or -1 if it never occurs. */
  functionId(name) {
    return this.functions.indexOf(name);
  }
  event(index) {
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
  operation(id) {
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
  *eachOperation() {
    for (let id = 0; id < this.operations.count; id += 1) yield this.operation(id);
  }
  *eachEvent() {
    for (let index = 0; index < this.eventCount; index += 1) yield this.event(index);
  }
  extra(index) {
    return this.#extras.get(index);
  }
  /** Rows of `operations` for each key id, in order of invocation. Rows without key: under -1. */
  rowsByKey() {
    const groups = new Map();
    const { key, count } = this.operations;
    for (let row = 0; row < count; row += 1) {
      const id = key[row] ?? noValue;
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [row]);
      else group.push(row);
    }
    return groups;
  }
  /** The same events, with only the operations on these keys (ids). Event indices stay. */
  restrictedTo(keys) {
    const all = this.operations;
    const kept = [];
    for (let row = 0; row < all.count; row += 1)
      if (keys.has(all.key[row] ?? noValue)) kept.push(row);
    return this.#withOperations(pickRows(all, kept));
  }
  /** The same events, with only the operations in these rows: row `rows[i]` becomes row `i`. */
  picked(rows) {
    return this.#withOperations(pickRows(this.operations, rows));
  }
  /**
   * The same operations as known before event `end`: what completes there or later is of unknown
   * outcome, unless it fails: that it did not happen is kept. Operations invoked there or later
   * are still in it.
   */
  asKnownBefore(end) {
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
  #withOperations(operations) {
    const { events, functions, values, isTimed } = this;
    const part = new _a(events, functions, values, this.#extras, isTimed);
    part.#operations = operations;
    return part;
  }
  toData() {
    return {
      events: this.events,
      functions: this.functions,
      values: this.values.toData(),
      extras: this.#extras.toData(),
      isTimed: this.isTimed,
    };
  }
  static fromData(data) {
    return new _a(
      data.events,
      data.functions,
      ValueTable.fromData(data.values),
      ExtraTable.fromData(data.extras),
      data.isTimed,
    );
  }
}
_a = History;
function pickRows(all, rows) {
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
function emptyOperations(count) {
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
function optional(name, value) {
  return value === undefined ? {} : { [name]: value };
}
// eslint-disable-next-line complexity -- what it counts are the defaults of typed arrays
function joinOperations(events) {
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
function distinct(ids) {
  const seen = new Set();
  for (const id of ids) if (id !== noValue) seen.add(id);
  return Int32Array.from(seen);
}
