/**
 * Counting semaphores whose processes release what they acquired themselves. A permit is
 * certainly held from the return of its acquire to the invocation of its release; the history is
 * linearizable if and only if no more are certainly held at any time than there are. Let each
 * acquire take effect just before it returns and each release as soon as it is invoked. A crashed
 * acquire can be left out, a crashed release may have taken effect at once. Linear time.
 */
import { noValue } from '../../../history/values.ts';
import { lockCode } from './holds.ts';
import {
  linearizable,
  type NotApplicable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { eventsOf, never, type Timeline } from './timeline.ts';

/** More operations than this are not listed: the violation is then not `standalone`. */
const listedMax = 24;

interface Permits {
  /** By operation how many it asks for or gives back. */
  readonly amount: Int32Array;
  /** Acquires that were refused: 1. */
  readonly isRefused: Uint8Array;
  readonly hasRefused: boolean;
}

export function checkSemaphore(timeline: Timeline, permits: number): PolyResult {
  const read = permitsOf(timeline);
  if ('why' in read) return read;
  const unpaired = unpairedRelease(timeline, read);
  if (unpaired !== undefined) return unpaired;
  const { code } = timeline;
  let held = 0;
  for (const event of eventsOf(timeline)) {
    const op = event > 0 ? event - 1 : -event - 1;
    if (event === 0 || read.isRefused[op] === 1) continue;
    const isAcquire = code[op] === lockCode.acquire;
    if (event < 0 && isAcquire) held += read.amount[op] ?? 0;
    if (event > 0 && !isAcquire) held -= read.amount[op] ?? 0;
    if (held > permits) return explainTooMany(timeline, read, { last: op, held, permits });
  }
  return read.hasRefused ? checkRefused(timeline, read, permits) : linearizable;
}

function permitsOf(timeline: Timeline): Permits | NotApplicable {
  const { history, count, row, code } = timeline;
  const { input, output } = history.operations;
  const no = history.values.find(false);
  const amount = new Int32Array(count);
  const isRefused = new Uint8Array(count);
  let hasRefused = false;
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    const given = history.values.value(input[id] ?? noValue) ?? 1;
    if (typeof given !== 'number' || !Number.isInteger(given) || given < 1)
      return notApplicable(`permits are counted from 1, found ${JSON.stringify(given)}`);
    amount[op] = given;
    const result = output[id] ?? noValue;
    if (code[op] === lockCode.release || timeline.return[op] === never) continue;
    if (result === noValue || result !== no) continue;
    isRefused[op] = 1;
    hasRefused = true;
  }
  return { amount, isRefused, hasRefused };
}

/** A release by a process of what it does not hold: somebody else's, which cannot be told apart. */
function unpairedRelease(
  timeline: Timeline,
  { amount, isRefused }: Permits,
): NotApplicable | undefined {
  const { history, count, row, code } = timeline;
  const { process, invoke } = history.operations;
  const eventOf = (id: number): number => invoke[id] ?? 0;
  const held = new Map<number, number>();
  const ended = new Set<number>();
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    const who = process[id] ?? 0;
    if (ended.has(who))
      return notApplicable(
        `process ${who} goes on (event ${eventOf(id)}) after an operation of unknown outcome`,
      );
    const isUnknown = timeline.return[op] === never;
    if (isUnknown) ended.add(who);
    if (isRefused[op] === 1) continue;
    const mine = held.get(who) ?? 0;
    const own = amount[op] ?? 0;
    if (code[op] === lockCode.acquire) {
      if (!isUnknown) held.set(who, mine + own);
    } else if (mine < own)
      return notApplicable(
        `process ${who} releases ${own} at event ${eventOf(id)} and holds ${mine}`,
      );
    else held.set(who, mine - own);
  }
  return undefined;
}

function explainTooMany(
  timeline: Timeline,
  { amount, isRefused }: Permits,
  found: { readonly last: number; readonly held: number; readonly permits: number },
): Violation {
  const { history, count, row, code } = timeline;
  const { process } = history.operations;
  const time = timeline.return[found.last] ?? 0;
  // By process what it did since it last held nothing, and its first release after that.
  const since = new Map<number, { held: number; rows: number[] }>();
  for (let op = 0; op < count; op += 1) {
    if (isRefused[op] === 1) continue;
    const id = row[op] ?? 0;
    const mine = since.get(process[id] ?? 0) ?? { held: 0, rows: [] };
    since.set(process[id] ?? 0, mine);
    const isAcquire = code[op] === lockCode.acquire;
    const counts = isAcquire
      ? (timeline.return[op] ?? never) <= time
      : (timeline.invoke[op] ?? 0) < time;
    if (counts) {
      mine.held += (isAcquire ? 1 : -1) * (amount[op] ?? 0);
      mine.rows.push(id);
      if (mine.held === 0) mine.rows = [];
    } else if (mine.held > 0) mine.rows.push(id);
  }
  const rows = [...since.values()].filter(({ held }) => held > 0).flatMap((each) => each.rows);
  const isWhole = rows.length <= listedMax;
  const last = row[found.last] ?? 0;
  const roles = { last, first: rows.find((id) => id !== last) ?? last };
  return violation('too-many-permits', 'too-many-permits', roles, {
    facts: { held: found.held, permits: found.permits },
    also: rows.slice(0, listedMax),
    standalone: isWhole,
  });
}

/** Acquires that were refused need an instant at which fewer permits are free than they asked for. */
function checkRefused(timeline: Timeline, permitsRead: Permits, permits: number): PolyResult {
  const { amount, isRefused } = permitsRead;
  const [certain, possible] = heldByGap(timeline, permitsRead);
  let undecided = -1;
  for (let op = 0; op < timeline.count; op += 1) {
    if (isRefused[op] !== 1) continue;
    const free = permits - (amount[op] ?? 0);
    const [begin, end] = [timeline.invoke[op] ?? 0, timeline.return[op] ?? 0];
    if (certain.subarray(begin, end).some((held) => held > free)) continue;
    const held = Math.min(
      permits,
      possible.subarray(begin, end).reduce((a, b) => Math.max(a, b), 0),
    );
    if (held <= free)
      return violation(
        'false-refusal',
        'permits-refused',
        { refused: timeline.row[op] ?? 0 },
        {
          facts: { held, permits, count: amount[op] ?? 0 },
          standalone: false,
        },
      );
    undecided = op;
  }
  if (undecided === -1) return linearizable;
  const { invokeIndex } = timeline.history.operation(timeline.row[undecided] ?? 0);
  return notApplicable(
    `whether the acquire of event ${invokeIndex} could be refused depends on the order of others`,
  );
}

/** By gap (the time after an event) how many permits are certainly and possibly held. */
function heldByGap(
  timeline: Timeline,
  { amount, isRefused }: Permits,
): readonly [Int32Array, Int32Array] {
  const certain = new Int32Array(timeline.horizon);
  const possible = new Int32Array(timeline.horizon);
  let [least, most] = [0, 0];
  for (const [time, event] of eventsOf(timeline).entries()) {
    const op = event > 0 ? event - 1 : -event - 1;
    if (event !== 0 && isRefused[op] !== 1) {
      const count = amount[op] ?? 0;
      if (timeline.code[op] === lockCode.acquire) {
        if (event > 0) most += count;
        else least += count;
      } else if (event > 0) least -= count;
      else most -= count;
    }
    certain[time] = least;
    possible[time] = most;
  }
  return [certain, possible];
}
