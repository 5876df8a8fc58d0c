/**
 * A token bucket lets no more through than its burst and its rate allow, in any window of time.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `request` | anything | anything but `false` (refused): it was let through |
 *
 * When within its interval a request was let through is not known, so a window counts only those
 * that begin and end inside it. In every window [s, e] they may be at most burst + rate · (e − s).
 * The worst window starts with an invocation and ends with an ok; a tree over the starts finds
 * it in O(n log n).
 */
import { nsPerSecond, nsToMs } from '../../base/units.ts';
import type { Checker } from '../checker.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';

export interface RateLimitOptions {
  readonly request?: string;
  readonly ratePerSecond: number;
  /** Requests that may pass at once. */
  readonly burst: number;
}

export function rateLimit(options: RateLimitOptions): Checker {
  const { request = 'request', ratePerSecond, burst } = options;
  return invariant({
    name: 'rate-limit',
    summary: `at most ${burst} at once and ${ratePerSecond} a second pass`,
    method: `for every window of time, ok ${request}s wholly inside it against ${burst} + ${ratePerSecond} a second; whether too many are refused is not judged`,
    judge: (part) => judge(part, request, options),
  });
}

function judge(part: Part, request: string, { ratePerSecond, burst }: RateLimitOptions): Finding {
  const anomalies = new AnomalyList(part);
  const rows = part.rowsOf(request);
  const passed = rows.filter((row) => part.isOk(row) && part.output(row) !== false);
  const starts = Float64Array.from(passed, (row) => part.timeNs(part.invoke(row)));
  const order = passed
    .map((_, i) => i)
    .toSorted((a, b) => endNs(part, passed, a) - endNs(part, passed, b));
  const perNs = ratePerSecond / nsPerSecond;
  // At place i: how many that begin at or after start i have ended, plus rate · start i.
  const tree = new MaxTree(Float64Array.from(starts, (start) => start * perNs));
  let worst:
    | { readonly excess: number; readonly startNs: number; readonly endNs: number }
    | undefined;
  for (const i of order) {
    // Starts are in order of invocation: a window from any start up to this one holds it.
    tree.addUpTo(i, 1);
    const end = endNs(part, passed, i);
    // A window starts before it ends.
    const { value, place } = tree.maxUpTo(countUpTo(starts, end) - 1);
    const excess = value - end * perNs - burst;
    if (worst === undefined || excess > worst.excess)
      worst = { excess, startNs: starts[place] ?? 0, endNs: end };
  }
  const details = {
    requestCount: rows.length,
    passedCount: passed.length,
    refusedCount: rows.filter((row) => part.failed(row)).length,
    ...(worst === undefined ? {} : { worstExcess: worst.excess }),
  };
  if (worst === undefined)
    return { anomalies, details, ...tooFew(`no ${request} was let through`) };
  const { startNs, endNs: stopNs, excess } = worst;
  // The sums of fractions are off by less than this.
  if (excess <= 1e-6) return { anomalies, details };
  const inside = passed.filter(
    (row, i) => (starts[i] ?? 0) >= startNs && part.timeNs(part.returned(row)) <= stopNs,
  );
  const windowMs = nsToMs(stopNs - startNs);
  const allowed = burst + (ratePerSecond * windowMs) / 1000;
  anomalies.add(() => ({
    type: 'rate-exceeded',
    model: 'token-bucket',
    operations: inside.map((row) => part.invoke(row)),
    explanation: `Between ${nsToMs(startNs)} ms and ${nsToMs(stopNs)} ms, ${inside.length} ${request}s began and were let through; ${burst} + ${ratePerSecond} a second · ${windowMs} ms allows ${Number(allowed.toFixed(6))}.`,
  }));
  return { anomalies, details };
}

function endNs(part: Part, rows: readonly number[], i: number): number {
  return part.timeNs(part.returned(rows[i] ?? 0));
}

/** How many of these ascending numbers are at most `bound`. */
function countUpTo(ascending: Float64Array, bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers to whose first places one may add, and whose greatest one may ask for. */
class MaxTree {
  readonly #size: number;
  /** The greatest below each node, without what is added at nodes above it. */
  readonly #max: Float64Array;
  readonly #added: Float64Array;

  constructor(values: Float64Array) {
    this.#size = 1;
    while (this.#size < values.length) this.#size *= 2;
    this.#max = new Float64Array(2 * this.#size).fill(Number.NEGATIVE_INFINITY);
    this.#added = new Float64Array(2 * this.#size);
    this.#max.set(values, this.#size);
    for (let node = this.#size - 1; node > 0; node -= 1) this.#renew(node);
  }

  /** Adds to places 0 to `last`. */
  addUpTo(last: number, amount: number): void {
    let node = last + this.#size;
    this.#add(node, amount);
    while (node > 1) {
      if (node % 2 === 1) this.#add(node - 1, amount);
      node >>= 1;
      this.#renew(node);
    }
  }

  /** The greatest of places 0 to `last`, and where it is. */
  maxUpTo(last: number): { readonly value: number; readonly place: number } {
    let node = last + this.#size;
    let value = this.#max[node] ?? 0;
    let best = node;
    while (node > 1) {
      const left = node % 2 === 1 ? (this.#max[node - 1] ?? 0) : Number.NEGATIVE_INFINITY;
      if (left > value) [value, best] = [left, node - 1];
      node >>= 1;
      value += this.#added[node] ?? 0;
    }
    while (best < this.#size) {
      const [left, right] = [this.#max[2 * best] ?? 0, this.#max[2 * best + 1] ?? 0];
      best = left >= right ? 2 * best : 2 * best + 1;
    }
    return { value, place: best - this.#size };
  }

  #add(node: number, amount: number): void {
    this.#max[node] = (this.#max[node] ?? 0) + amount;
    this.#added[node] = (this.#added[node] ?? 0) + amount;
  }

  #renew(node: number): void {
    const children = Math.max(this.#max[2 * node] ?? 0, this.#max[2 * node + 1] ?? 0);
    this.#max[node] = children + (this.#added[node] ?? 0);
  }
}
