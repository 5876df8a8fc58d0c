/**
 * Time is nanoseconds since the run began, on the monotonic clock, as a `number`: exact
 * up to 2^53 ns, which is 104 days of run. `bigint` would cost an allocation per event
 * and does not survive JSON.
 */
export const nsPerMs = 1_000_000;
export const nsPerSecond = 1_000_000_000;

export function secondsToNs(seconds: number): number {
  return Math.round(seconds * nsPerSecond);
}

export function nsToMs(ns: number): number {
  return ns / nsPerMs;
}
