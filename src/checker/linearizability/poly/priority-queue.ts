/**
 * Priority queues of distinct numbers, in time O(n log n).
 *
 * A poll of v needs an instant, after v can have been inserted, outside of the critical interval
 * of everything that goes before v; a poll that found nothing needs one outside of all. Since a
 * poll held up by an element waits only as long as that one is there, these conditions do not
 * interfere with each other.
 */
import {
  type Container,
  checkEmpties,
  containerOf,
  coverExtra,
  coverOf,
  rowOf,
  rowsOf,
  withCrashedTakes,
} from './container.ts';
import {
  linearizable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { never, type Timeline } from './timeline.ts';

const none = -1;

/** Which number goes first. */
export type Direction = 'max' | 'min';

export function checkPriorityQueue(timeline: Timeline, direction: Direction): PolyResult {
  const queue = containerOf(timeline);
  if ('kind' in queue) return queue;
  const order = orderOf(queue, direction);
  if (order === undefined) return notApplicable('elements must be numbers');
  return withCrashedTakes(
    queue,
    (part) => checkPolls(part, order) ?? checkEmpties(part) ?? linearizable,
  );
}

/** Elements sorted, the one that goes first at the front. */
function orderOf({ size, values }: Container, direction: Direction): Int32Array | undefined {
  const numbers = new Float64Array(size);
  let isSmall = size < 2 ** 21;
  for (let element = 0; element < size; element += 1) {
    const value = values.value(element);
    if (typeof value !== 'number') return undefined;
    numbers[element] = direction === 'max' ? -value : value;
    if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 30) isSmall = false;
  }
  if (!isSmall)
    return Int32Array.from(numbers.keys()).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));
  // Number and element packed into one, so that the native sort can be used.
  const packed = numbers.map((value, element) => (value + 2 ** 30) * size + element).sort();
  return Int32Array.from(packed, (each) => each % size);
}

function checkPolls(queue: Container, order: Int32Array): Violation | undefined {
  const { timeline, size, outFrom } = queue;
  const { horizon } = timeline;
  const rank = new Int32Array(size);
  for (let at = 0; at < size; at += 1) rank[order[at] ?? 0] = size - at;
  const greatest = greatestByGap(queue, order);
  const polled = elementsByPoll(queue);
  // Gaps in which less goes before than in all later ones so far: minima of windows to here.
  const gaps = new Int32Array(horizon);
  let depth = 0;
  for (let time = 0; time < horizon; time += 1) {
    const element = polled[time] ?? none;
    if (element !== none) {
      const from = outFrom[element] ?? 0;
      const gap = gaps[firstAtOrAfter(gaps, depth, from)] ?? 0;
      if ((greatest[gap] ?? 0) > (rank[element] ?? 0))
        return explainPoll(queue, element, { rank, from });
    }
    const own = greatest[time] ?? 0;
    while (depth > 0 && (greatest[gaps[depth - 1] ?? 0] ?? 0) >= own) depth -= 1;
    gaps[depth] = time;
    depth += 1;
  }
  return undefined;
}

/** By time the element whose poll returns there, or -1. */
function elementsByPoll({ timeline, size, take, outBy, kept }: Container): Int32Array {
  const polled = new Int32Array(timeline.horizon).fill(none);
  for (let element = 0; element < size; element += 1)
    if (kept[element] === 1 && take[element] !== none) polled[outBy[element] ?? 0] = element;
  return polled;
}

/**
 * By gap the rank (from 1, the last to go) of the first to go of all that is certainly there,
 * or 0. Painted from the first to go down, each gap once.
 */
function greatestByGap(queue: Container, order: Int32Array): Int32Array {
  const { timeline, size, inBy, outFrom, kept } = queue;
  const { horizon } = timeline;
  const greatest = new Int32Array(horizon + 1);
  /** The first gap from here on that is not painted, with path halving. */
  const bare = Int32Array.from({ length: horizon + 1 }, (_, gap) => gap);
  for (let at = 0; at < size; at += 1) {
    const element = order[at] ?? 0;
    if (kept[element] === 0) continue;
    const end = Math.min(outFrom[element] ?? never, horizon);
    let gap = inBy[element] ?? 0;
    while (gap < end) {
      const next = bare[gap] ?? 0;
      if (next !== gap) {
        bare[gap] = bare[next] ?? 0;
        gap = next;
        continue;
      }
      greatest[gap] = size - at;
      bare[gap] = gap + 1;
      gap += 1;
    }
  }
  return greatest;
}

/** The first of the ascending `gaps` that is `from` or later. */
function firstAtOrAfter(gaps: Int32Array, length: number, from: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((gaps[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function explainPoll(
  queue: Container,
  element: number,
  { rank, from }: { readonly rank: Int32Array; readonly from: number },
): Violation {
  const goesBefore = (other: number): boolean => (rank[other] ?? 0) > (rank[element] ?? 0);
  const to = (queue.outBy[element] ?? 0) - 1;
  const extra = coverExtra(queue, coverOf(queue, { from, to }, goesBefore));
  const roles = { taker: rowOf(queue, queue.take[element] ?? 0) };
  return violation('not-first-by-priority', 'not-first', roles, {
    facts: { ...extra.facts, value: queue.values.value(element) },
    also: [...extra.also, ...rowsOf(queue, element)],
    standalone: extra.standalone,
  });
}
