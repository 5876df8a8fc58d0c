/**
 * Registers and compare-and-set registers whose written values are distinct, in time linear in
 * the number of events.
 *
 * A write begins a chain, a compare-and-set continues one: see `chains.ts` for the theorem. An
 * operation of unknown outcome counts if an operation that did happen needs it, through any
 * number of compare-and-sets; if none does it can be left out of any linearization.
 *
 * A compare-and-set that said no ("guard") claims that the value was another one at some time
 * of its interval. Guards are decided where that is possible without search: `guards.ts`.
 */
import { isArray, type Json } from '../../../base/json.ts';
import { noValue } from '../../../history/values.ts';
import { type CellOperations, cellCode, guard, idle } from './cell.ts';
import {
  type ChainConflict,
  ChainTable,
  none,
  walkChains,
  type Zones,
  zoneConflict,
} from './chains.ts';
import { checkGuards } from './guards.ts';
import { LocalValues } from './local-values.ts';
import { explainChainConflict, neverWritten, replacedTwice } from './register-evidence.ts';
import { linearizable, type NotApplicable, notApplicable, type PolyResult } from './result.ts';
import { never, type Timeline } from './timeline.ts';

export function checkRegister(timeline: Timeline, initial: Json): PolyResult {
  const cell = cellOperations(timeline, initial);
  return 'why' in cell ? cell : checkCell(cell);
}

export function checkCell(cell: CellOperations): PolyResult {
  const table = chainTable(cell);
  if ('kind' in table) return table;
  const conflict = chainConflict(table);
  if ('rule' in conflict) return explainChainConflict(cell, table, conflict);
  return cell.hasGuards ? checkGuards(cell, table, conflict) : linearizable;
}

/** Everything but guards. */
function chainConflict(table: ChainTable): ChainConflict | Zones {
  const zones = walkChains(table);
  if ('rule' in zones) return zones;
  return zoneConflict(table, zones) ?? zones;
}

/** Reads the values off the history. */
export function cellOperations(
  timeline: Timeline,
  initial: Json,
  keyed = false,
): CellOperations | NotApplicable {
  const { history, count, row, code } = timeline;
  const { input, output } = history.operations;
  const returned = timeline.return;
  const values = new LocalValues(history.values, count);
  values.ofJson(initial);
  const kind = code.slice();
  const value = new Int32Array(count).fill(none);
  const expected = new Int32Array(count).fill(none);
  let hasGuards = false;
  // Then a read of null is one that nobody recorded: see the model.
  const nullSaysNothing = initial !== null && !keyed;
  const numberOf = (id: number): number =>
    keyed ? values.ofJson(valueInPair(history.values.value(id) ?? null)) : values.ofId(id);
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    switch (code[op]) {
      case cellCode.read:
        if (returned[op] !== never) value[op] = numberOf(output[id] ?? noValue);
        if (returned[op] === never || (nullSaysNothing && values.isNull(value[op] ?? none)))
          kind[op] = idle;
        break;
      case cellCode.write:
        value[op] = numberOf(input[id] ?? noValue);
        break;
      default: {
        const pair = history.values.value(input[id] ?? noValue);
        if (!isArray(pair) || pair.length !== 2)
          return notApplicable(
            `a cas needs [from, to] as its value, found ${JSON.stringify(pair)}`,
          );
        const refused = history.values.value(output[id] ?? noValue) === false;
        if (refused && returned[op] !== never) {
          kind[op] = guard;
          hasGuards = true;
        }
        expected[op] = values.ofJson(pair[0] ?? null);
        value[op] = values.ofJson(pair[1] ?? null);
      }
    }
  }
  return { timeline, values, kind, value, expected, hasGuards, keyed };
}

/** The value of `[key, value]`; a read may answer the value alone. */
function valueInPair(pair: Json): Json {
  return isArray(pair) && pair.length === 2 ? (pair[1] ?? null) : pair;
}

/** Writers, readers and links of every value, or why there can be no such table. */
export function chainTable(cell: CellOperations): ChainTable | PolyResult {
  const { timeline, kind, value } = cell;
  const { count } = timeline;
  const table = new ChainTable(timeline, cell.values.size);
  for (let op = 0; op < count; op += 1) {
    const v = value[op] ?? none;
    if (kind[op] === cellCode.read) table.saw(op, v);
    else if (kind[op] === cellCode.write || kind[op] === cellCode.cas) {
      if (v === 0 || table.writer[v] !== none) return writtenTwice(cell, v);
      if (cell.expected[op] === v) return writtenTwice(cell, v);
      table.writer[v] = op;
      if (kind[op] === cellCode.cas) table.source[v] = cell.expected[op] ?? none;
    }
  }
  return completed(cell, table);
}

function writtenTwice(cell: CellOperations, value: number): NotApplicable {
  const text = JSON.stringify(cell.values.value(value));
  return notApplicable(
    `values must be distinct, but ${text} is ${value === 0 ? 'the initial value and is written too' : 'written more than once'}`,
  );
}

/** Decides which values were real: from what was seen back to what that needs. */
function completed(cell: CellOperations, table: ChainTable): ChainTable | PolyResult {
  const { real, source, writer, next, firstSeen, size } = table;
  const returned = cell.timeline.return;
  real[0] = 1;
  for (let value = 0; value < size; value += 1) {
    const own = writer[value] ?? none;
    const seen = firstSeen[value] !== none;
    if (!seen && (own === none || returned[own] === never)) continue;
    let v = value;
    while (v !== none && real[v] === 0) {
      if (writer[v] === none) return neverWritten(cell, table, v);
      real[v] = 1;
      const from = source[v] ?? none;
      if (from === none) break;
      const rival = next[from] ?? none;
      if (rival !== none) return replacedTwice(cell, table, from, [rival, v]);
      next[from] = v;
      v = from;
    }
  }
  return table;
}
