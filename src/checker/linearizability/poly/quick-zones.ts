/**
 * Zones of the values of a register (see `chains.ts`) in one piece of memory, and the pass over
 * time that says whether they are in conflict.
 */
import { never } from './timeline.ts';

/**
 * Columns by value, side by side; 0 says that there is none. A return is kept as the time from
 * it to `never`, an invocation as its time + 1, so that of both the greater is what counts.
 */
export const zoneSize = 4;
/** The first return of an operation about the value. */
export const beginsAt = 0;
/** The last invocation of one that certainly had a part in it. */
export const endsAt = 1;
/** The invocation of the write. */
export const writtenAt = 2;
/** The first return of a read; later the turn in which the first mark of the zone was met. */
const seenAt = 3;

/** Forgets what was there. */
export function clear(into: Int32Array, at: number): void {
  const zones = into;
  zones[at + beginsAt] = 0;
  zones[at + endsAt] = 0;
  zones[at + writtenAt] = 0;
  zones[at + seenAt] = 0;
}

export function saw(into: Int32Array, at: number, begin: number, end: number): void {
  const zones = into;
  const early = never - end;
  if (early > (zones[at + beginsAt] ?? 0)) zones[at + beginsAt] = early;
  if (early > (zones[at + seenAt] ?? 0)) zones[at + seenAt] = early;
  if (begin >= (zones[at + endsAt] ?? 0)) zones[at + endsAt] = begin + 1;
}

/** @returns false if the value was written before */
export function wrote(into: Int32Array, at: number, begin: number, end: number): boolean {
  const zones = into;
  if (zones[at + writtenAt] !== 0) return false;
  zones[at + writtenAt] = begin + 1;
  const early = never - end;
  if (early > (zones[at + beginsAt] ?? 0)) zones[at + beginsAt] = early;
  if (begin >= (zones[at + endsAt] ?? 0)) zones[at + endsAt] = begin + 1;
  return true;
}

/**
 * Notes at the times of a zone's ends its value + 1 if it is a stretch of time, minus that if it
 * begins after it ends: then any instant between these will do for all of its operations. The
 * zone of the initial value, if it has one, begins before all times.
 */
export function markZone(zones: Int32Array, value: number, into: Int32Array): void {
  const marks = into;
  const begin = never - (zones[zoneSize * value + beginsAt] ?? 0);
  const end = (zones[zoneSize * value + endsAt] ?? 0) - 1;
  if (value === 0) {
    if (end >= 0) marks[end] = 1;
    return;
  }
  const mark = begin < end ? value + 1 : -value - 1;
  marks[begin] = mark;
  marks[end] = mark;
}

/**
 * Marks the zones of all values that were there.
 * @returns false if a value was seen that had not been written by then: they are `suspects`
 */
export function marked(into: Int32Array, inside: Int32Array, suspects: Uint8Array): boolean {
  const marks = into;
  const zones = inside;
  const wrong = suspects;
  let areSeenInTime = true;
  for (let value = 1; value < suspects.length; value += 1) {
    const at = zoneSize * value;
    const early = zones[at + beginsAt] ?? 0;
    // What nobody saw and nobody knows to be written was not.
    if (early === 0) continue;
    const seen = zones[at + seenAt] ?? 0;
    const written = zones[at + writtenAt] ?? 0;
    if (seen !== 0 && (written === 0 || written - 1 > never - seen)) {
      wrong[value] = 1;
      areSeenInTime = false;
    }
    zones[at + seenAt] = 0;
    markZone(zones, value, marks);
  }
  markZone(zones, 0, marks);
  return areSeenInTime;
}

/** One pass over time, without sorting. @returns false if two zones are in conflict */
export function areApart(marks: Int32Array, inside: Int32Array, horizon: number): boolean {
  const zones = inside;
  let open = zones[endsAt] === 0 ? 0 : 1;
  let turn = 1;
  for (let time = 0; time < horizon; time += 1) {
    const mark = marks[time] ?? 0;
    if (mark === 0) continue;
    if (mark > 0) {
      if (open === mark) open = 0;
      else if (open !== 0) return false;
      else {
        open = mark;
        turn += 1;
      }
    } else if (open !== 0) {
      const at = zoneSize * (-mark - 1) + seenAt;
      if (zones[at] === turn) return false;
      zones[at] = turn;
    }
  }
  return true;
}

/** So many zones may be open at once; with more, all values are suspected. */
const openMax = 16;

/**
 * Marks all values whose zones are in conflict with another, or all values if they are many.
 * A conflict in a prefix is one in the whole, where zones only reach further: so the first is
 * among these.
 */
export function suspect(
  into: Uint8Array,
  marks: Int32Array,
  zones: Int32Array,
  horizon: number,
): void {
  const suspects = into;
  const beginOf = (value: number): number =>
    value === 0 ? -1 : never - (zones[zoneSize * value + beginsAt] ?? 0);
  const endOf = (value: number): number => (zones[zoneSize * value + endsAt] ?? 0) - 1;
  let open = endOf(0) >= 0 ? [0] : [];
  for (let time = 0; time < horizon; time += 1) {
    const mark = marks[time] ?? 0;
    if (mark === 0) continue;
    const value = Math.abs(mark) - 1;
    if (mark > 0 && open.includes(value)) {
      open = open.filter((each) => each !== value);
      continue;
    }
    // A stretch of time that begins, or the later mark of an instant: what is open since before?
    const since = mark > 0 ? time : endOf(value);
    if (since === time && mark < 0) continue;
    for (const each of open) {
      if (beginOf(each) > since) continue;
      suspects[each] = 1;
      suspects[value] = 1;
    }
    if (mark > 0) open.push(value);
    if (open.length > openMax) {
      suspects.fill(1);
      return;
    }
  }
}
