/**
 * How stale the reads of a register were: the least time by which its reads must be allowed to
 * look back so that the history becomes linearizable (Δ-atomicity: Golab, Li and Shah, Analyzing
 * consistency properties for fun and profit, PODC 2011).
 *
 * Looking back by Δ moves the invocations of reads, and with them the ends of zones, to earlier
 * times. Two zones are in conflict if each begins before the other ends; that only gets rarer as
 * Δ grows, so Δ is found by bisection, to the nanosecond.
 */
import type { Json } from '../../../base/json.ts';
import { nsToMs } from '../../../base/units.ts';
import type { History } from '../../../history/history.ts';
import { cellCode } from './cell.ts';
import { type ChainTable, none } from './chains.ts';
import { cellOperations, chainTable } from './register.ts';
import type { NotApplicable } from './result.ts';
import { never, timelineOf } from './timeline.ts';

export interface Staleness {
  readonly kind: 'staleness';
  /** 0 for a linearizable history, but for guards; Infinity if no looking back can explain it. */
  readonly staleMs: number;
}

/** The staleness of a register or compare-and-set register with distinct values. */
export function stalenessOf(
  history: History,
  rows: Int32Array,
  initial: Json = null,
): Staleness | NotApplicable {
  const timeline = timelineOf(history, rows, cellCode);
  if ('why' in timeline) return timeline;
  const cell = cellOperations(timeline, initial);
  if ('why' in cell) return cell;
  const table = chainTable(cell);
  if ('kind' in table) {
    if (table.kind === 'not-applicable') return table;
    return { kind: 'staleness', staleMs: Number.POSITIVE_INFINITY };
  }
  const zones = timedZones(table);
  if (zones === undefined) return { kind: 'staleness', staleMs: Number.POSITIVE_INFINITY };
  return { kind: 'staleness', staleMs: nsToMs(leastDelay(zones)) };
}

/** Columns by chain, in order of begin; times in nanoseconds. */
interface TimedZones {
  readonly count: number;
  readonly beginNs: Float64Array;
  /** The last invocation of an operation other than a read, and that of a read. */
  readonly fixedNs: Float64Array;
  readonly readNs: Float64Array;
  /** What the order within chains needs. */
  readonly insideNs: number;
}

function timedZones(table: ChainTable): TimedZones | undefined {
  const { size, real, source, writer, firstSeen, lastSeen, next, timeline } = table;
  const { history, row } = timeline;
  const { timeNs } = history.events;
  const { invoke, complete } = history.operations;
  const invokedNs = (op: number): number => timeNs[invoke[row[op] ?? 0] ?? 0] ?? 0;
  const returnedNs = (op: number): number =>
    timeline.return[op] === never
      ? Number.POSITIVE_INFINITY
      : (timeNs[complete[row[op] ?? 0] ?? 0] ?? 0);
  const zones: [begin: number, fixed: number, read: number][] = [];
  let insideNs = 0;
  let links = 0;
  for (let head = 0; head < size; head += 1) {
    if (real[head] === 0) continue;
    if (source[head] !== none) {
      links += 1;
      continue;
    }
    let begin = head === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    let fixed = Number.NEGATIVE_INFINITY;
    let read = Number.NEGATIVE_INFINITY;
    for (let v = head; v !== none; v = next[v] ?? none) {
      if (v !== head) links -= 1;
      const own = writer[v] ?? none;
      if (own !== none) {
        const end = returnedNs(own);
        if (end < fixed) return undefined;
        insideNs = Math.max(insideNs, read - end);
        begin = Math.min(begin, end);
        fixed = Math.max(fixed, invokedNs(own));
      }
      const seen = firstSeen[v] ?? none;
      if (seen === none) continue;
      const end = returnedNs(seen);
      if (end < fixed) return undefined;
      insideNs = Math.max(insideNs, read - end);
      begin = Math.min(begin, end);
      read = Math.max(read, invokedNs(lastSeen[v] ?? 0));
    }
    if (Math.max(fixed, read) > Number.NEGATIVE_INFINITY) zones.push([begin, fixed, read]);
  }
  if (links !== 0) return undefined;
  zones.sort((a, b) => a[0] - b[0]);
  return {
    count: zones.length,
    beginNs: Float64Array.from(zones, (zone) => zone[0]),
    fixedNs: Float64Array.from(zones, (zone) => zone[1]),
    readNs: Float64Array.from(zones, (zone) => zone[2]),
    insideNs,
  };
}

/** Infinity if no delay is enough: if zones are in conflict by writes and cas alone. */
function leastDelay(zones: TimedZones): number {
  let low = Math.ceil(zones.insideNs);
  if (!conflicts(zones, low)) return low;
  if (conflicts(zones, Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  let high = Math.max(1, low);
  while (conflicts(zones, high)) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (conflicts(zones, middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** True if two zones each begin before the other ends, when reads look back by `delayNs`. */
function conflicts({ count, beginNs, fixedNs, readNs }: TimedZones, delayNs: number): boolean {
  // The latest end so far, of zones in order of begin.
  const latest = new Float64Array(count);
  let running = Number.NEGATIVE_INFINITY;
  for (let zone = 0; zone < count; zone += 1) {
    const begin = beginNs[zone] ?? 0;
    const end = Math.max(fixedNs[zone] ?? 0, (readNs[zone] ?? 0) - delayNs);
    // Against forward zones that begin earlier: of those that begin before this one ends.
    if (end > begin) {
      if (running > begin) return true;
    } else {
      const before = countBelow(beginNs, zone, end);
      if (before > 0 && (latest[before - 1] ?? 0) > begin) return true;
    }
    running = Math.max(running, end);
    latest[zone] = running;
  }
  return false;
}

/** How many of the first `count` ascending numbers are less than `bound`. */
function countBelow(ascending: Float64Array, count: number, bound: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
