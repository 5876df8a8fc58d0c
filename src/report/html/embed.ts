/**
 * A history as a page carries it: one packed column per field and tables of display texts.
 *
 * Columns, one row per client operation in order of invocation:
 *
 * | column | meaning |
 * |---|---|
 * | index | event index of the invocation, minus that of the row before |
 * | start | ticks of `tickNs` since the run began |
 * | took | ticks of `tookTickNs` from start to end; all ones if it never completed |
 * | outcome | 1 ok, 2 fail, 3 info |
 * | process, f, key, node, error | places in the tables; key, node and error from 1, 0 is none |
 * | input, output | 0 none; even: place code / 2 - 1 in `values`; odd: a whole number, zigzag-coded in (code - 1) / 2 |
 *
 * A tick is one nanosecond where 32 bits allow it (4.29 s), else as many as they need: exact
 * latencies even in a run of hours. What order operations have is in the rows, not in the ticks.
 */
import { canonical, isArray, isObject, type Json } from '../../base/json.ts';
import { noEvent, typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { noValue } from '../../history/values.ts';
import { valueText } from '../words.ts';
import { type PackedColumn, packColumn } from './binary.ts';

export interface EmbeddedHistory {
  readonly count: number;
  readonly tickNs: number;
  readonly tookTickNs: number;
  readonly endTicks: number;
  readonly columns: readonly PackedColumn[];
  readonly processes: readonly number[];
  readonly keys: readonly string[];
  readonly nodes: readonly string[];
  readonly errors: readonly string[];
  readonly values: readonly string[];
  /** Values that were too long to show whole, and values left out for the size of the page. */
  readonly valuesCut: number;
  readonly valuesOmitted: number;
}

/** `took` of an operation that never completed. */
const neverTicks = 0xffff_ffff;
/** Characters of all values together: what keeps the page of a million operations small. */
const valuesCharsMax = 24_000_000;

export function embedHistory(history: History): EmbeddedHistory {
  const { operations, events } = history;
  const { count, invoke, complete } = operations;
  const endNs = events.timeNs.reduce((max, time) => Math.max(max, time), 0);
  const tickNs = tickFor(endNs);
  const tookNs = (row: number): number =>
    (events.timeNs[complete[row] ?? 0] ?? 0) - (events.timeNs[invoke[row] ?? 0] ?? 0);
  let longestNs = 0;
  for (let row = 0; row < count; row += 1)
    if (complete[row] !== noEvent) longestNs = Math.max(longestNs, tookNs(row));
  const tookTickNs = tickFor(longestNs);
  const index = new Uint32Array(count);
  const start = new Uint32Array(count);
  const took = new Uint32Array(count).fill(neverTicks);
  for (let row = 0; row < count; row += 1) {
    const at = invoke[row] ?? 0;
    index[row] = at - (row === 0 ? 0 : (invoke[row - 1] ?? 0));
    start[row] = Math.floor((events.timeNs[at] ?? 0) / tickNs);
    if (complete[row] !== noEvent) took[row] = Math.round(tookNs(row) / tookTickNs);
  }
  const processes = ordinals(operations.process, count);
  const keys = ordinals(operations.key, count, noValue);
  const extras = extraColumns(history);
  const values = new ValueTexts(history, count > 200_000 ? 64 : 160);
  const shown = valueColumns(history, values);
  return {
    count,
    tickNs,
    tookTickNs,
    endTicks: Math.floor(endNs / tickNs),
    columns: [
      packColumn('index', index),
      packColumn('start', start),
      packColumn('took', took),
      packColumn('outcome', Uint32Array.from(operations.outcome)),
      packColumn('process', processes.column),
      packColumn('f', Uint32Array.from(operations.f)),
      packColumn('key', keys.column),
      packColumn('input', shown.input),
      packColumn('output', shown.output),
      packColumn('node', extras.node),
      packColumn('error', extras.error),
    ],
    processes: processes.items,
    keys: keys.items.map((id) => valueText(history.values.value(id), 80)),
    nodes: extras.nodes,
    errors: extras.errors,
    values: values.texts,
    valuesCut: values.cut,
    valuesOmitted: values.omitted,
  };
}

function tickFor(longestNs: number): number {
  return Math.max(1, Math.ceil(longestNs / (neverTicks - 1)));
}

/** Dense numbers in order of first use; from 1 if there is a `none`, which is 0. */
function ordinals(
  ids: Int32Array,
  count: number,
  none?: number,
): { readonly column: Uint32Array; readonly items: readonly number[] } {
  const places = new Map<number, number>();
  const column = new Uint32Array(count);
  const base = none === undefined ? 0 : 1;
  for (let row = 0; row < count; row += 1) {
    const id = ids[row] ?? 0;
    if (id === none) continue;
    let place = places.get(id);
    if (place === undefined) places.set(id, (place = places.size + base));
    column[row] = place;
  }
  return { column, items: [...places.keys()] };
}

/** Nodes by invocation, errors by completion. */
function extraColumns(history: History): {
  readonly node: Uint32Array;
  readonly error: Uint32Array;
  readonly nodes: readonly string[];
  readonly errors: readonly string[];
} {
  const { count, invoke, complete, outcome } = history.operations;
  const nodes = new Places();
  const errors = new Places();
  const node = new Uint32Array(count);
  const error = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) {
    const name = history.extra(invoke[row] ?? 0)?.node;
    if (name !== undefined) node[row] = nodes.of(name);
    const done = complete[row] ?? noEvent;
    if (outcome[row] === typeCode.ok || done === noEvent) continue;
    const found = history.extra(done)?.error;
    if (found !== undefined) error[row] = errors.of(errorText(found));
  }
  return { node, error, nodes: nodes.items, errors: errors.items };
}

/** Texts of errors may hold ids and times: the code alone stands for the ones that do. */
function errorText([code, text]: readonly [code: string, text: string]): string {
  return text === '' || text.length > 120 ? code : `${code}: ${text}`;
}

/** At most this many texts of errors; further ones are shown by what they are: another. */
const placesMax = 5000;

class Places {
  readonly items: string[] = [];
  readonly #places = new Map<string, number>();

  /** From 1. */
  of(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    if (this.items.length >= placesMax && text !== otherText) return this.of(otherText);
    const place = this.items.push(text);
    this.#places.set(text, place);
    return place;
  }
}

const otherText = '(one more text; see history.jsonl)';

function valueColumns(
  history: History,
  texts: ValueTexts,
): { readonly input: Uint32Array; readonly output: Uint32Array } {
  const { count, input, output, outcome } = history.operations;
  const columns = { input: new Uint32Array(count), output: new Uint32Array(count) };
  for (let row = 0; row < count; row += 1) {
    const asked = input[row] ?? noValue;
    const got = outcome[row] === typeCode.ok ? (output[row] ?? noValue) : noValue;
    const [argument, result] = [history.values.value(asked), history.values.value(got)];
    // A transaction's result repeats the transaction: only what came back is worth its room.
    const repeats = isArray(argument) && isArray(result);
    columns.input[row] = repeats ? 0 : texts.code(asked);
    if (isObject(argument) && isObject(result) && canonical(argument) === canonical(result))
      continue;
    // A read of null is a finding; a write that answers null is an acknowledgement.
    columns.output[row] = texts.code(got, columns.input[row] === 0, repeats);
  }
  return columns;
}

const smallMax = 2 ** 29;

/** Display texts of values, each once; small whole numbers need none. */
class ValueTexts {
  readonly texts: string[] = [];
  cut = 0;
  omitted = 0;
  readonly #history: History;
  readonly #limit: number;
  /** By value id; 0 until it is asked for. */
  readonly #codes: Uint32Array;
  /** What is asked and what came back may be one value, and yet read differently. */
  readonly #doneCodes: Uint32Array;
  #chars = 0;
  #omittedCode = 0;

  constructor(history: History, limit: number) {
    this.#history = history;
    this.#limit = limit;
    this.#codes = new Uint32Array(history.values.size);
    this.#doneCodes = new Uint32Array(history.values.size);
  }

  /** `isDone`: of a transaction, null in a read is what it found. */
  code(id: number, showNull = false, isDone = false): number {
    const value = this.#history.values.value(id);
    if (value === undefined || (value === null && !showNull)) return 0;
    if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < smallMax)
      return (value < 0 ? -2 * value - 1 : 2 * value) * 2 + 1;
    return this.#textCode(id, value, isDone);
  }

  #textCode(id: number, value: Json, isDone: boolean): number {
    const codes = isDone ? this.#doneCodes : this.#codes;
    const known = codes[id] ?? 0;
    if (known !== 0) return known;
    const code = this.#add(value, isDone);
    codes[id] = code;
    return code;
  }

  #add(value: Json, isDone: boolean): number {
    if (this.#chars > valuesCharsMax) return this.#omit();
    const text = valueText(value, this.#limit, isDone);
    // One short of the limit, where a character of two halves would have been split.
    if (text.length >= this.#limit - 1 && text.endsWith('…')) this.cut += 1;
    this.#chars += text.length;
    return this.texts.push(text) * 2;
  }

  /** One text stands for all that had no room; they are counted. */
  #omit(): number {
    this.omitted += 1;
    if (this.#omittedCode === 0)
      this.#omittedCode = this.texts.push('(value not in this page; see history.jsonl)') * 2;
    return this.#omittedCode;
  }
}
