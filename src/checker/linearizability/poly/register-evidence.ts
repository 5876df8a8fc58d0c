/** Which operations show a violation of a register, and what part each plays. */
import { canonical, isArray } from '../../../base/json.ts';
import { nsToMs } from '../../../base/units.ts';
import { type CellOperations, cellCode } from './cell.ts';
import {
  type ChainConflict,
  type ChainTable,
  none,
  type OrderConflict,
  type Zone,
  type ZoneConflict,
} from './chains.ts';
import { type Violation, violation } from './result.ts';
import { failedRow, type Timeline } from './timeline.ts';

/** More links than this are not listed: the violation is then not `standalone`. */
const listedLinksMax = 16;

/** A value that was seen and that nothing can have written. */
export function neverWritten(cell: CellOperations, table: ChainTable, value: number): Violation {
  const { timeline, values, keyed } = cell;
  const text = canonical(values.value(value));
  const failed = failedRow(timeline, (f, input) => {
    const written = isArray(input) && (f === 'cas' || keyed) ? (input[1] ?? null) : input;
    return f !== 'read' && canonical(written) === text;
  });
  const seen = table.firstSeen[value] ?? none;
  const reader = seen === none ? (table.writer[table.next[value] ?? 0] ?? 0) : seen;
  // An update of unknown outcome counts only because of what followed from it.
  const also = seen === none ? table.proof(table.next[value] ?? 0) : [];
  const extra = { facts: { value: values.value(value) }, also: rowsOf(timeline, also) };
  const roles = { reader: rowOf(timeline, reader) };
  return failed === -1
    ? violation('thin-air-read', 'thin-air', roles, extra)
    : violation('aborted-read', 'aborted', { ...roles, writer: failed }, extra);
}

/** Two updates that both replaced one value, which was written once. */
export function replacedTwice(
  cell: CellOperations,
  table: ChainTable,
  value: number,
  rivals: readonly [number, number],
): Violation {
  const { timeline, values } = cell;
  const [first, second] = rivals;
  const roles = {
    first: rowOf(timeline, table.writer[first] ?? 0),
    second: rowOf(timeline, table.writer[second] ?? 0),
  };
  const writer = table.writer[value] ?? none;
  const also = [
    ...table.proof(first),
    ...table.proof(second),
    ...(writer === none ? [] : [writer]),
  ];
  return violation('lost-update', 'replaced-twice', roles, {
    facts: { value: values.value(value) },
    also: rowsOf(timeline, also),
  });
}

export function explainChainConflict(
  cell: CellOperations,
  table: ChainTable,
  conflict: ChainConflict,
): Violation {
  switch (conflict.rule) {
    case 'order':
      return explainOrder(cell, table, conflict);
    case 'cycle':
      return explainCycle(cell, table, conflict.value);
    default:
      return explainZones(cell, table, conflict);
  }
}

function explainOrder(
  cell: CellOperations,
  table: ChainTable,
  { early, late, earlyValue, lateValue }: OrderConflict,
): Violation {
  const { timeline, values } = cell;
  const links = linksTo(table, earlyValue);
  const roles = { early: rowOf(timeline, early), late: rowOf(timeline, late) };
  const extra = {
    facts: { value: values.value(earlyValue), older: values.value(lateValue) },
    also: rowsOf(timeline, links ?? []),
    standalone: links !== undefined,
  };
  if (table.writer[lateValue] === late) return violation('future-read', 'future', roles, extra);
  const type = cell.kind[late] === cellCode.read ? 'stale-read' : 'stale-cas';
  return violation(type, 'moved-on', roles, extra);
}

function explainCycle(cell: CellOperations, table: ChainTable, value: number): Violation {
  const { timeline, values } = cell;
  const operations: number[] = [];
  let v = value;
  // Back along the sources until a value comes again: then `v` is on the cycle.
  const met = new Set<number>();
  for (; !met.has(v); v = table.source[v] ?? none) met.add(v);
  const start = v;
  do {
    operations.push(table.writer[v] ?? 0);
    v = table.source[v] ?? none;
  } while (v !== start);
  const also = [...operations, ...table.proof(start)];
  const roles = { first: rowOf(timeline, operations[0] ?? 0) };
  return violation('cas-cycle', 'cas-cycle', roles, {
    facts: { value: values.value(start), count: operations.length },
    also: rowsOf(timeline, also.slice(0, listedLinksMax)),
    standalone: also.length <= listedLinksMax,
  });
}

function explainZones(cell: CellOperations, table: ChainTable, conflict: ZoneConflict): Violation {
  const { timeline } = cell;
  const { rule, outer, inner } = conflict;
  const links = linksOfZones(table, [outer, inner]);
  const roles = {
    ...(outer.firstReturn === none ? {} : { outerFirst: rowOf(timeline, outer.firstReturn) }),
    outerLast: rowOf(timeline, outer.lastInvoke),
    innerFirst: rowOf(timeline, inner.firstReturn),
    innerLast: rowOf(timeline, inner.lastInvoke),
  };
  const facts = {
    outerText: zoneText(cell, outer),
    innerText: zoneText(cell, inner),
    staleMs: staleMs(timeline, outer, inner),
  };
  const extra = {
    facts,
    also: rowsOf(timeline, links ?? writersOf(table, [outer, inner])),
    standalone: links !== undefined,
  };
  const type = cell.kind[outer.lastInvoke] === cellCode.read ? 'stale-read' : 'stale-cas';
  const template = rule === 'overlap' ? 'both-current' : 'came-and-went';
  if (outer.firstReturn !== none) return violation(type, template, roles, extra);
  return violation(type, `${template}-initial`, roles, extra);
}

/** How long before the last use of the outer value the inner one was certainly there. */
function staleMs(timeline: Timeline, outer: Zone, inner: Zone): number {
  const { history } = timeline;
  const { timeNs } = history.events;
  const { invoke, complete } = history.operations;
  const used = timeNs[invoke[rowOf(timeline, outer.lastInvoke)] ?? 0] ?? 0;
  const replaced = timeNs[complete[rowOf(timeline, inner.firstReturn)] ?? 0] ?? 0;
  return nsToMs(used - replaced);
}

function zoneText(cell: CellOperations, { firstValue, lastValue }: Zone): string {
  const [from, to] = [firstValue, lastValue].map((v) => JSON.stringify(cell.values.value(v)));
  if (firstValue === lastValue) return from ?? '';
  return `${from ?? ''} and what compare-and-sets made of it, up to ${to ?? ''},`;
}

function linksOfZones(table: ChainTable, zones: readonly Zone[]): readonly number[] | undefined {
  const all: number[] = [];
  for (const { firstValue, lastValue } of zones) {
    const links = [linksTo(table, firstValue), linksTo(table, lastValue)];
    for (const part of links) {
      if (part === undefined) return undefined;
      all.push(...part);
    }
  }
  return all;
}

function writersOf(table: ChainTable, zones: readonly Zone[]): readonly number[] {
  return zones
    .flatMap(({ firstValue, lastValue }) => [table.writer[firstValue], table.writer[lastValue]])
    .filter((op) => op !== undefined && op !== none) as readonly number[];
}

/**
 * The writers from the chain's begin to this value, and what shows that the last of them took
 * effect; undefined if they are too many to list.
 */
function linksTo(table: ChainTable, value: number): readonly number[] | undefined {
  const links = [...table.proof(value)];
  for (let v = value; v !== none; v = table.source[v] ?? none) {
    const own = table.writer[v] ?? none;
    if (own !== none) links.push(own);
    if (links.length > listedLinksMax) return undefined;
  }
  return links;
}

function rowOf(timeline: Timeline, op: number): number {
  return timeline.row[op] ?? 0;
}

function rowsOf(timeline: Timeline, operations: readonly number[]): readonly number[] {
  return operations.map((op) => rowOf(timeline, op));
}
