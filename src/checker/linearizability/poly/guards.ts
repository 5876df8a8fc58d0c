/**
 * Compare-and-sets that said no, on a cell whose other operations are known to be linearizable.
 *
 * A guard on u needs an instant of its interval at which the value is not u. Two questions are
 * decided exactly: a guard that lies within the time in which u must be current is a violation;
 * and if one linearization (the one of the proof in `chains.ts`) has an instant for every guard,
 * the history is linearizable. What is left over needs a search.
 */
import { type ChainTable, none, type Zones } from './chains.ts';
import { type CellOperations, isGuard } from './register.ts';
import { linearizable, notApplicable, type PolyResult, violation } from './result.ts';
import { never } from './timeline.ts';

/** Gap g is the instant after event g: an operation may take effect in gaps invoke to return - 1. */
interface Layout {
  /** The gap in which a value became current, and that in which it was replaced. */
  readonly begin: Float64Array;
  readonly end: Float64Array;
}

export function checkGuards(cell: CellOperations, table: ChainTable, zones: Zones): PolyResult {
  const { timeline, expected } = cell;
  const layout = layoutOf(table, zones);
  let bounds: Bounds | undefined;
  let undecided: number = none;
  for (let op = 0; op < timeline.count; op += 1) {
    const value = expected[op] ?? none;
    if (!isGuard(cell, op) || table.real[value] !== 1) continue;
    const begin = timeline.invoke[op] ?? 0;
    const end = timeline.return[op] ?? 0;
    if ((layout.begin[value] ?? 0) >= begin || (layout.end[value] ?? 0) < end) continue;
    bounds ??= certainBounds(table);
    const before = bounds.before[value] ?? none;
    const after = bounds.after[value] ?? none;
    const isIn =
      (before === none ? value === 0 : (timeline.return[before] ?? never) < begin) &&
      after !== none &&
      (timeline.invoke[after] ?? 0) > end;
    if (isIn) return refusedOn(cell, table, { op, value, before, after });
    undecided = op;
  }
  if (undecided === none) return linearizable;
  const { invokeIndex } = timeline.history.operation(timeline.row[undecided] ?? 0);
  return notApplicable(
    `the cas of event ${invokeIndex} said no, and whether it could depends on the order of others`,
  );
}

/** Where the chains stand in one linearization. */
function layoutOf(table: ChainTable, zones: Zones): Layout {
  const { size, real, source, next, timeline } = table;
  const begin = new Float64Array(size);
  const end = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const { heads, gaps } = placedHeads(table, zones);
  let previous = 0;
  begin[0] = Number.NEGATIVE_INFINITY;
  const order = Array.from(heads.keys()).sort(
    (a, b) => (gaps[a] ?? 0) - (gaps[b] ?? 0),
  );
  const chains = [0, ...order.map((at) => heads[at] ?? 0)];
  const firstGap = new Map<number, number>(order.map((at) => [heads[at] ?? 0, gaps[at] ?? 0]));
  for (const head of chains) {
    if (real[head] !== 1 || source[head] !== none) continue;
    let gap = head === 0 ? Number.NEGATIVE_INFINITY : Math.floor(firstGap.get(head) ?? 0);
    const isForward = head === 0 || isForwardZone(table, zones, head);
    for (let v = head; v !== none; v = next[v] ?? none) {
      if (v !== 0) {
        // A forward chain's operations wait for their invocations and for those before them.
        const own = timeline.invoke[table.writer[v] ?? 0] ?? 0;
        if (isForward && own > gap) gap = own;
        end[previous] = gap;
        begin[v] = gap;
        previous = v;
      }
      const seen = table.lastSeen[v] ?? none;
      const used = seen === none ? 0 : (timeline.invoke[seen] ?? 0);
      if (isForward && used > gap) gap = used;
    }
  }
  return { begin, end };
}

/** All heads but the initial value with the gap at which each chain stands. */
function placedHeads(
  table: ChainTable,
  zones: Zones,
): { readonly heads: readonly number[]; readonly gaps: readonly number[] } {
  const { size, real, source, timeline } = table;
  const { horizon } = timeline;
  // For each gap the first gap at or after it that is in no forward zone.
  const free = freeGaps(table, zones, horizon);
  const heads: number[] = [];
  const gaps: number[] = [];
  for (let head = 1; head < size; head += 1) {
    if (real[head] !== 1 || source[head] !== none) continue;
    heads.push(head);
    const first = timeline.return[zones.firstReturn[head] ?? 0] ?? 0;
    const last = timeline.invoke[zones.lastInvoke[head] ?? 0] ?? 0;
    // In one gap backward chains stand before a forward chain that begins there.
    gaps.push(first < last ? first - 0.5 : (free[last] ?? 0));
  }
  return { heads, gaps };
}

function isForwardZone(table: ChainTable, zones: Zones, head: number): boolean {
  const first = table.timeline.return[zones.firstReturn[head] ?? 0] ?? 0;
  return first < (table.timeline.invoke[zones.lastInvoke[head] ?? 0] ?? 0);
}

function freeGaps(table: ChainTable, zones: Zones, horizon: number): Int32Array {
  const { size, real, source, timeline } = table;
  const free = Int32Array.from({ length: horizon + 1 }, (_, gap) => gap);
  for (let head = 0; head < size; head += 1) {
    if (real[head] !== 1 || source[head] !== none) continue;
    if ((zones.lastInvoke[head] ?? none) === none) continue;
    const first = head === 0 ? 0 : (timeline.return[zones.firstReturn[head] ?? 0] ?? 0);
    const last = timeline.invoke[zones.lastInvoke[head] ?? 0] ?? 0;
    // The chain stands from gap first - 1 to gap last; in those two there is room beside it.
    for (let gap = first; gap < last; gap += 1) free[gap] = last;
  }
  return free;
}

/** By value the first return that shows that it had come, the last invocation before it went. */
interface Bounds {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

function certainBounds(table: ChainTable): Bounds {
  const { size, timeline, writer, firstSeen, lastSeen, next, source, real } = table;
  const { invoke } = timeline;
  const before = new Int32Array(size).fill(none);
  const after = new Int32Array(size).fill(none);
  const later = (a: number, b: number): number =>
    b === none || (a !== none && (invoke[a] ?? 0) > (invoke[b] ?? 0)) ? a : b;
  const sooner = (a: number, b: number): number => {
    if (a === none || b === none) return a === none ? b : a;
    return (timeline.return[a] ?? never) < (timeline.return[b] ?? never) ? a : b;
  };
  for (let head = 0; head < size; head += 1) {
    if (real[head] !== 1 || source[head] !== none) continue;
    let last: number = none;
    let tail = head;
    for (let v = head; v !== none; v = next[v] ?? none) {
      last = later(later(writer[v] ?? none, lastSeen[v] ?? none), last);
      const following = next[v] ?? none;
      after[v] = following === none ? last : later(writer[following] ?? none, last);
      tail = v;
    }
    let first: number = none;
    for (let v = tail; v !== none; v = source[v] ?? none) {
      first = sooner(sooner(writer[v] ?? none, firstSeen[v] ?? none), first);
      before[v] = first;
    }
  }
  before[0] = none;
  return { before, after };
}

function refusedOn(
  cell: CellOperations,
  table: ChainTable,
  found: { readonly op: number; readonly value: number; readonly before: number; readonly after: number },
): PolyResult {
  const { row } = cell.timeline;
  const { op, value, before, after } = found;
  const writer = table.writer[value] ?? none;
  const roles = {
    guard: row[op] ?? 0,
    ...(before === none ? {} : { before: row[before] ?? 0 }),
    after: row[after] ?? 0,
  };
  return violation('refused-cas', before === none ? 'refused-initial' : 'refused', roles, {
    facts: { value: cell.values.value(value) },
    also: writer === none ? [] : [row[writer] ?? 0],
    standalone: isWholeChain(table, value, [before, after]),
  });
}

/** True if a value stands alone in its chain: then the operations named are about it only. */
function isWholeChain(table: ChainTable, value: number, named: readonly number[]): boolean {
  const about = [table.writer[value], table.firstSeen[value], table.lastSeen[value]];
  return (
    table.source[value] === none && named.every((op) => op === none || about.includes(op))
  );
}
