/**
 * First-in-first-out queues with distinct elements, in time linear in the number of events (and
 * a sort of the elements that were lost, if dequeues crashed).
 *
 * Elements must leave in an order that agrees with both how their enqueues and how their
 * dequeues follow each other in real time. Each of these is an interval order, so a cycle of
 * constraints shrinks to one of two elements: x enqueued before y, and y dequeued before x (or x
 * never). This is the pairwise condition of Gibbons, Bruno and Phillips (Black-box correctness
 * tests for basic parallel data structures, SPAA 1999); Henzinger, Sezgin and Vafeiadis
 * (CONCUR 2013) name the patterns. A dequeue that found nothing needs an instant outside of all
 * critical intervals.
 *
 * A crashed dequeue may have taken one element away. An element that is never dequeued, although
 * later ones are, must have been taken by one invoked before the first such dequeue returned:
 * a matching of deadlines to starts.
 */
import {
  type Container,
  checkEmpties,
  containerOf,
  elementText,
  inByEvent,
  outFromEvent,
  rowOf,
  rowsOf,
  withCrashedTakes,
} from './container.ts';
import { linearizable, type PolyResult, type Violation, violation } from './result.ts';
import { never, type Timeline } from './timeline.ts';

const none = -1;

export function checkFifoQueue(timeline: Timeline): PolyResult {
  const queue = containerOf(timeline);
  if ('kind' in queue) return queue;
  // Crashed dequeues and dequeues that found nothing together are beyond the matching below.
  return queue.empties.length > 0 ? withCrashedTakes(queue, checkOrder) : checkOrder(queue);
}

function checkOrder(queue: Container): PolyResult {
  const pair = overtaken(queue);
  if (pair !== undefined) return pair;
  return checkLost(queue) ?? checkEmpties(queue) ?? linearizable;
}

/** By time 1 + the element that comes from there, or minus (1 + the element that is there by then). */
function elementEvents(queue: Container): Int32Array {
  const { timeline, size, inFrom, inBy, kept } = queue;
  const events = new Int32Array(timeline.horizon);
  for (let element = 0; element < size; element += 1) {
    if (kept[element] === 0) continue;
    events[inFrom[element] ?? 0] = element + 1;
    const by = inBy[element] ?? never;
    if (by !== never) events[by] = -element - 1;
  }
  return events;
}

/** Two elements that were both dequeued, the later one first. */
function overtaken(queue: Container): Violation | undefined {
  const { outFrom, outBy, take } = queue;
  const events = elementEvents(queue);
  let latest = -1;
  let first: number = none;
  for (const event of events) {
    if (event < 0) {
      const element = -event - 1;
      const out = outFrom[element] ?? never;
      if (take[element] !== none && out > latest) [latest, first] = [out, element];
    } else if (event > 0 && latest > (outBy[event - 1] ?? never))
      return explainOvertaken(queue, first, event - 1);
  }
  return undefined;
}

/** More elements lost by some time than crashed dequeues can have taken by then. */
function checkLost(queue: Container): Violation | undefined {
  const { timeline, outBy, take, kept, crashedTakes } = queue;
  if (!take.some((each, element) => each === none && kept[element] === 1)) return undefined;
  const passedBy = passersBy(queue);
  const deadlineOf = (element: number): number => outBy[passedBy[element] ?? 0] ?? never;
  const lost = [...passedBy.keys()].filter((element) => passedBy[element] !== none);
  const deadlines = Int32Array.from(lost, deadlineOf).sort();
  for (let i = 0; i < deadlines.length; i += 1) {
    const crashed = crashedTakes[i];
    const start = crashed === undefined ? never : (timeline.invoke[crashed] ?? never);
    if (start < (deadlines[i] ?? never)) continue;
    const element = lost.find((each) => deadlineOf(each) === deadlines[i]) ?? 0;
    const passer = passedBy[element] ?? 0;
    return explainLost(queue, { element, passer, lost: i + 1, crashed: i });
  }
  return undefined;
}

/**
 * By element that nothing is known to have taken: of those that came after it, the one whose
 * take returned first, or -1 if none was taken.
 */
function passersBy(queue: Container): Int32Array {
  const { timeline, outBy, take, size } = queue;
  const events = elementEvents(queue);
  const passedBy = new Int32Array(size).fill(none);
  let best: number = none;
  let bestOut = never;
  for (let time = timeline.horizon - 1; time >= 0; time -= 1) {
    const event = events[time] ?? 0;
    if (event > 0 && (outBy[event - 1] ?? never) < bestOut) {
      best = event - 1;
      bestOut = outBy[best] ?? never;
    } else if (event < 0 && take[-event - 1] === none) passedBy[-event - 1] = best;
  }
  return passedBy;
}

function explainOvertaken(queue: Container, first: number, second: number): Violation {
  const roles = {
    first: rowOf(queue, queue.put[first] ?? 0),
    second: rowOf(queue, queue.put[second] ?? 0),
    firstTaker: rowOf(queue, queue.take[first] ?? 0),
    secondTaker: rowOf(queue, queue.take[second] ?? 0),
  };
  return violation('reordered-elements', 'overtaken', roles, {
    facts: {
      firstText: elementText(queue, first),
      secondText: elementText(queue, second),
      firstIn: inByEvent(queue, first),
      firstOut: outFromEvent(queue, first),
    },
  });
}

function explainLost(
  queue: Container,
  found: {
    readonly element: number;
    readonly passer: number;
    readonly lost: number;
    readonly crashed: number;
  },
): Violation {
  const { element, passer, lost, crashed } = found;
  const roles = {
    first: rowOf(queue, queue.put[element] ?? 0),
    second: rowOf(queue, queue.put[passer] ?? 0),
    secondTaker: rowOf(queue, queue.take[passer] ?? 0),
  };
  const facts = {
    firstText: elementText(queue, element),
    secondText: elementText(queue, passer),
    firstIn: inByEvent(queue, element),
    lost,
    crashed,
  };
  if (crashed === 0)
    return violation('lost-element', 'lost', roles, { facts, also: rowsOf(queue, element) });
  return violation('lost-element', 'lost-beyond-crashes', roles, { facts, standalone: false });
}
