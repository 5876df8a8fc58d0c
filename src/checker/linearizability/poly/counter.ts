/**
 * Counters to which every addition adds the same: then the sum goes through its values one by
 * one, and being lazy is exact. An addition is done only when a return forces it, the one that
 * returns first before others, those of unknown outcome last; an addition that says which sum it
 * made is the only one to make that. Time O(n log n). One that says which sum it found
 * (fetch-and-increment) says with it which one it made.
 *
 * With additions of different sizes exact checking is NP-hard (subset sum): `counter-bounds.ts`
 * has the test by intervals.
 */
import type { Json } from '../../../base/json.ts';
import { noValue } from '../../../history/values.ts';
import { checkBounds } from './counter-bounds.ts';
import { ReturnHeap } from './heap.ts';
import {
  linearizable,
  type NotApplicable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { counterCode, type Sums } from './sums.ts';
import { eventsOf, never, type Timeline } from './timeline.ts';

const none = -1;

export function checkCounter(timeline: Timeline, initial: Json): PolyResult {
  if (typeof initial !== 'number' || !Number.isSafeInteger(initial))
    return notApplicable('the initial value must be an integer');
  const sums = sumsOf(timeline, initial);
  if ('why' in sums) return sums;
  if (Number.isNaN(sums.step)) return checkBounds(sums);
  const levels = levelsOf(sums);
  return 'kind' in levels ? levels : (new LazyCounter(sums, levels).run() ?? linearizable);
}

function sumsOf(timeline: Timeline, initial: number): Sums | NotApplicable {
  const { history, count, row, code } = timeline;
  const { input, output } = history.operations;
  const amount = new Float64Array(count);
  const result = new Float64Array(count).fill(Number.NaN);
  let isFetched = false;
  let step = 0;
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    if (code[op] !== counterCode.read) {
      const isFetch = code[op] === counterCode.fetchAndIncrement;
      const given = isFetch ? 1 : (history.values.value(input[id] ?? noValue) ?? 1);
      if (typeof given !== 'number' || !Number.isSafeInteger(given))
        return notApplicable(`additions must be of integers, found ${JSON.stringify(given)}`);
      amount[op] = given;
      if (step === 0) step = given;
      else if (given !== 0 && given !== step) step = Number.NaN;
    }
    if (code[op] === counterCode.add || timeline.return[op] === never) continue;
    const found = history.values.value(output[id] ?? noValue);
    if (typeof found !== 'number') return notApplicable('a result is no number');
    const isBefore = code[op] === counterCode.fetchAndIncrement;
    if (isBefore) isFetched = true;
    result[op] = isBefore ? found + 1 : found;
  }
  return { timeline, initial, amount, result, isFetched, step };
}

interface Levels {
  /** By operation how many additions its result takes, or -1 if it tells of none. */
  readonly level: Int32Array;
  /** By level the addition that says it made it, or -1. */
  readonly claim: Int32Array;
}

function levelsOf(sums: Sums): Levels | Violation {
  const { timeline, initial, amount, result, step } = sums;
  const { count, row, code } = timeline;
  const level = new Int32Array(count).fill(none);
  const claim = new Int32Array(count + 2).fill(none);
  const additions = amount.reduce((total, each) => total + (each === 0 ? 0 : 1), 0);
  for (let op = 0; op < count; op += 1) {
    const value = result[op] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const own = step === 0 ? (value === initial ? 0 : Number.NaN) : (value - initial) / step;
    const isFetch = code[op] === counterCode.fetchAndIncrement;
    const isMaker = (isFetch || code[op] === counterCode.addAndGet) && amount[op] !== 0;
    const role = { reader: row[op] ?? 0 };
    // What an operation says is told as it said it.
    const said = isFetch ? value - 1 : value;
    if (!Number.isInteger(own) || own < (isMaker ? 1 : 0))
      return violation('impossible-sum', isFetch ? 'number-impossible' : 'sum-impossible', role, {
        facts: { value: said, step, initial },
      });
    if (own > additions) {
      const facts = { value: said, most: initial + additions * step + said - value };
      return violation('sum-too-great', 'sum-too-great', role, { facts, standalone: false });
    }
    level[op] = own;
    if (!isMaker) continue;
    const other = claim[own] ?? none;
    if (other !== none) {
      const roles = { first: row[other] ?? 0, second: row[op] ?? 0 };
      const template = isFetch ? 'number-twice' : 'sum-twice';
      return violation('duplicate-sum', template, roles, { facts: { value: said } });
    }
    claim[own] = op;
  }
  return { level, claim };
}

interface LateStart {
  /** The least number of additions that were done, of which … */
  readonly sum: number;
  /** … so many had returned. */
  readonly returned: number;
  readonly forcedBy: number;
}

class LazyCounter {
  readonly #sums: Sums;
  readonly #level: Int32Array;
  readonly #claim: Int32Array;
  readonly #isOpen: Uint8Array;
  readonly #isDone: Uint8Array;
  readonly #open: ReturnHeap;
  /** By level a list of the operations that wait for it. */
  readonly #waiting: Int32Array;
  readonly #next: Int32Array;
  #crashed = 0;
  /** How many additions are done. */
  #sum = 0;
  /** How many have returned, and the operation whose result last forced more. */
  #returned = 0;
  #forcedBy: number = none;
  /** By operation that came too late for its result: how things stood when it was invoked. */
  readonly #late = new Map<number, LateStart>();

  constructor(sums: Sums, { level, claim }: Levels) {
    this.#sums = sums;
    this.#level = level;
    this.#claim = claim;
    const { count } = sums.timeline;
    this.#isOpen = new Uint8Array(count);
    this.#isDone = new Uint8Array(count);
    this.#open = new ReturnHeap(sums.timeline.return);
    this.#waiting = new Int32Array(count + 2).fill(none);
    this.#next = new Int32Array(count);
  }

  run(): Violation | undefined {
    const { timeline, amount } = this.#sums;
    for (const event of eventsOf(timeline)) {
      if (event > 0) this.#invoke(event - 1);
      else if (event < 0) {
        const op = -event - 1;
        if (!this.#return(op)) return this.#explain(op);
        if (amount[op] !== 0) this.#returned += 1;
      }
    }
    return undefined;
  }

  #invoke(op: number): void {
    const { timeline, amount } = this.#sums;
    this.#isOpen[op] = 1;
    const level = this.#level[op] ?? none;
    if (amount[op] !== 0) {
      if (timeline.return[op] === never) this.#crashed += 1;
      else if (level === none) this.#open.push(op);
      return;
    }
    if (level === none || level === this.#sum) this.#isDone[op] = 1;
    else if (level < this.#sum)
      this.#late.set(op, { sum: this.#sum, returned: this.#returned, forcedBy: this.#forcedBy });
    else {
      this.#next[op] = this.#waiting[level] ?? none;
      this.#waiting[level] = op;
    }
  }

  /** @returns false if the operation cannot be done at any time up to now */
  #return(op: number): boolean {
    const level = this.#level[op] ?? none;
    while (this.#isDone[op] === 0) {
      if (level !== none && this.#sum >= level) return false;
      if (!this.#add()) return false;
      if (level !== none) this.#forcedBy = op;
    }
    return true;
  }

  /** Does one more addition, if one is open. */
  #add(): boolean {
    const claimant = this.#claim[this.#sum + 1] ?? none;
    if (claimant !== none) {
      if (this.#isOpen[claimant] === 0) return false;
      this.#isDone[claimant] = 1;
    } else {
      const first = this.#open.pop();
      if (first !== undefined) this.#isDone[first] = 1;
      else if (this.#crashed > 0) this.#crashed -= 1;
      else return false;
    }
    this.#sum += 1;
    for (let op = this.#waiting[this.#sum] ?? none; op !== none; op = this.#next[op] ?? none)
      this.#isDone[op] = 1;
    return true;
  }

  #explain(op: number): Violation {
    const { timeline, initial, step, result, isFetched } = this.#sums;
    const { row } = timeline;
    const level = this.#level[op] ?? none;
    const sumOf = (additions: number): number => initial + additions * step;
    const claimant = this.#claim[this.#sum + 1] ?? none;
    if (level === none || this.#sum < level) {
      if (claimant !== none && claimant !== op && this.#isOpen[claimant] === 0) {
        const roles = { blocked: row[op] ?? 0, claimant: row[claimant] ?? 0 };
        return isFetched
          ? violation('sum-out-of-order', 'number-taken', roles, {
              facts: { number: sumOf(this.#sum) },
              standalone: false,
            })
          : violation('sum-out-of-order', 'sum-taken', roles, {
              facts: { sum: sumOf(this.#sum + 1) },
              standalone: false,
            });
      }
      const facts = {
        sum: sumOf(this.#sum),
        needed: sumOf(level === none ? this.#sum + 1 : level),
      };
      return violation(
        'sum-too-great',
        'sum-blocked',
        { blocked: row[op] ?? 0 },
        { facts, standalone: false },
      );
    }
    const late = this.#late.get(op) ?? { sum: this.#sum, returned: this.#returned, forcedBy: none };
    const facts = { value: result[op] ?? 0, least: sumOf(late.sum), count: late.returned };
    const reader = row[op] ?? 0;
    if (late.forcedBy === none)
      return violation('stale-read', 'sum-too-small', { reader }, { facts, standalone: false });
    const roles = { reader, earlier: row[late.forcedBy] ?? 0 };
    return violation('stale-read', 'sum-too-small-after', roles, { facts, standalone: false });
  }
}
