/**
 * Locks that have owners. Each hold of an owner is certain from the return of its acquire to the
 * invocation of its release (for ever, if there is none). The history is linearizable if and only
 * if no two holds are certain at one time: then let each acquire take effect just before it
 * returns and each release as soon as it is invoked. A crashed acquire can be left out, and a
 * crashed release may have taken effect at once. Linear time.
 *
 * An acquire that was refused claims that somebody held the lock: see `checkRefused`.
 */
import { type Holds, holdEnd, holdRows, holdsOf, type LockRules } from './holds.ts';
import { linearizable, type PolyResult, type Violation, violation } from './result.ts';
import { never, type Timeline } from './timeline.ts';

const none = -1;

export function checkMutex(timeline: Timeline, rules: LockRules): PolyResult {
  const holds = holdsOf(timeline, rules);
  if ('kind' in holds) return holds;
  return twoHolders(timeline, holds) ?? checkRefused(timeline, holds);
}

/** Two holds that are certain at one time: the second begins while the first is open. */
function twoHolders(timeline: Timeline, holds: Holds): Violation | undefined {
  const { count, acquire } = holds;
  const marks = new Int32Array(timeline.horizon);
  for (let hold = 0; hold < count; hold += 1) {
    marks[timeline.return[acquire[hold] ?? 0] ?? 0] = hold + 1;
    const end = holdEnd(timeline, holds, hold);
    if (end !== never) marks[end] = -hold - 1;
  }
  let open: number = none;
  for (const mark of marks) {
    if (mark > 0 && open !== none) return explainTwoHolders(timeline, holds, open, mark - 1);
    if (mark > 0) open = mark - 1;
    else if (mark === -open - 1) open = none;
  }
  return undefined;
}

/** More operations than this are not listed: the violation is then not `standalone`. */
const listedMax = 24;

function explainTwoHolders(
  timeline: Timeline,
  holds: Holds,
  first: number,
  second: number,
): Violation {
  const { row } = timeline;
  const { acquire, release } = holds;
  const all = [first, second].flatMap((hold) => holdRows(timeline, holds, hold));
  const extra = { also: all.slice(0, listedMax), standalone: all.length <= listedMax };
  const roles = { first: row[acquire[first] ?? 0] ?? 0, second: row[acquire[second] ?? 0] ?? 0 };
  const own = release[first] ?? none;
  if (own === none) return violation('two-holders', 'two-holders-for-ever', roles, extra);
  return violation('two-holders', 'two-holders', { ...roles, release: row[own] ?? 0 }, extra);
}

/**
 * Acquires that were refused, given that no two holds are certain at one time: each needs an
 * instant at which the lock can be held. Holds are certain in one order only, so each can be
 * stretched back to its invocation, but not before the release of the hold before it was
 * invoked, and on to the return of its release, but not after the acquire of the next returned.
 * All of them at once: where two meet, the lock goes from hand to hand. And behind the last
 * release one crashed acquire may hold the lock for ever.
 */
export function checkRefused(timeline: Timeline, holds: Holds): PolyResult {
  if (holds.refused.length === 0) return linearizable;
  const heldBefore = coveredBefore(stretchedChanges(timeline, holds));
  for (const op of holds.refused) {
    const begin = heldBefore[timeline.invoke[op] ?? 0] ?? 0;
    const end = heldBefore[timeline.return[op] ?? 0] ?? 0;
    if (end > begin) continue;
    const roles = { refused: timeline.row[op] ?? 0 };
    // Whoever else could have held it is what the claim is about: nobody did.
    return violation('false-refusal', 'refused-while-free', roles, { standalone: false });
  }
  return linearizable;
}

/** By gap (the time after an event) how many more stretched holds there are than before. */
function stretchedChanges(timeline: Timeline, holds: Holds): Int32Array {
  const { acquire, release, crashed } = holds;
  const change = new Int32Array(timeline.horizon + 1);
  const order = [...acquire.keys()].sort(
    (a, b) => (timeline.return[acquire[a] ?? 0] ?? 0) - (timeline.return[acquire[b] ?? 0] ?? 0),
  );
  let released = 0;
  for (const [at, hold] of order.entries()) {
    const next = order[at + 1];
    const nextHeld = next === undefined ? never : (timeline.return[acquire[next] ?? 0] ?? never);
    const own = release[hold] ?? none;
    const ownReleased = own === none ? never : (timeline.return[own] ?? never);
    const begun = timeline.invoke[acquire[hold] ?? 0] ?? 0;
    addSpan(change, Math.max(begun, released), Math.min(ownReleased, nextHeld));
    released = holdEnd(timeline, holds, hold);
  }
  const last = crashed[0];
  if (last !== undefined && released !== never)
    addSpan(change, Math.max(timeline.invoke[last] ?? 0, released), never);
  return change;
}

function addSpan(changes: Int32Array, from: number, to: number): void {
  const change = changes;
  const end = Math.min(to, change.length - 1);
  if (from >= end) return;
  change[from] = (change[from] ?? 0) + 1;
  change[end] = (change[end] ?? 0) - 1;
}

/** By gap the number of covered gaps before it. */
function coveredBefore(change: Int32Array): Int32Array {
  const before = new Int32Array(change.length + 1);
  let open = 0;
  for (let gap = 0; gap < change.length; gap += 1) {
    open += change[gap] ?? 0;
    before[gap + 1] = (before[gap] ?? 0) + (open > 0 ? 1 : 0);
  }
  return before;
}
