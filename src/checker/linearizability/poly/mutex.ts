/**
 * Locks that have owners. Each hold of an owner is certain from the return of its acquire to the
 * invocation of its release (for ever, if there is none). The history is linearizable if and only
 * if no two holds are certain at one time: then let each acquire take effect just before it
 * returns and each release as soon as it is invoked. A crashed acquire can be left out, and a
 * crashed release may have taken effect at once. Linear time.
 *
 * An acquire that was refused needs an instant at which somebody holds the lock: it has one if
 * some hold is certain then, and none if no hold is possible; otherwise a search has to decide.
 */
import { type Holds, holdEnd, holdRows, holdsOf, type LockRules } from './holds.ts';
import {
  linearizable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
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

/** Acquires that were refused, given that no two holds are certain at one time. */
export function checkRefused(timeline: Timeline, holds: Holds): PolyResult {
  const { refused } = holds;
  if (refused.length === 0) return linearizable;
  const certain = coveredBefore(certainChanges(timeline, holds));
  const possible = coveredBefore(possibleChanges(timeline, holds));
  const grows = (gaps: Int32Array, op: number): boolean =>
    (gaps[timeline.return[op] ?? 0] ?? 0) > (gaps[timeline.invoke[op] ?? 0] ?? 0);
  const open = refused.filter((op) => !grows(certain, op));
  const impossible = open.find((op) => !grows(possible, op));
  if (impossible !== undefined) {
    const roles = { refused: timeline.row[impossible] ?? 0 };
    // Whoever else could have held it is what the claim is about: nobody did.
    return violation('false-refusal', 'refused-while-free', roles, { standalone: false });
  }
  const first = open[0];
  if (first === undefined) return linearizable;
  const { invokeIndex } = timeline.history.operation(timeline.row[first] ?? 0);
  return notApplicable(
    `whether the acquire of event ${invokeIndex} could be refused depends on the order of others`,
  );
}

/** By gap (the time after an event) how many more holds are certain there than before. */
function certainChanges(timeline: Timeline, holds: Holds): Int32Array {
  const change = new Int32Array(timeline.horizon + 1);
  for (const [hold, op] of holds.acquire.entries()) {
    const end = holdEnd(timeline, holds, hold);
    addSpan(change, timeline.return[op] ?? 0, end);
  }
  return change;
}

/** The same for holds that are possible: from the invocation of an acquire on. */
function possibleChanges(timeline: Timeline, { acquire, release, crashed }: Holds): Int32Array {
  const change = new Int32Array(timeline.horizon + 1);
  for (const [hold, op] of acquire.entries()) {
    const end = release[hold] ?? none;
    const until = end === none ? never : (timeline.return[end] ?? never);
    addSpan(change, timeline.invoke[op] ?? 0, until);
  }
  for (const op of crashed) addSpan(change, timeline.invoke[op] ?? 0, never);
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
