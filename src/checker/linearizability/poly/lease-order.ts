/**
 * Whether leases can have been granted one after the other: each at some time between the
 * invocation and the return of its acquire, and not before the one granted before it was over.
 *
 * A lease granted later is never over sooner, so of all orders of the same leases only the one
 * that is over first counts; and a lease is granted before another only if it was asked for by
 * the time at which that one had been granted. What is left is one number for each set of leases
 * that are concurrent with the next one due: exponential in how many clients ask at one time,
 * linear in the length of the history.
 */

export interface LeaseTimes {
  /** Of its acquire. */
  readonly invokeNs: number;
  readonly returnNs: number;
  /** When its release was invoked; Infinity if it never was. */
  readonly releasedNs: number;
}

/** When a lease granted at a certain time is over. */
export function leaseEndNs({ releasedNs }: LeaseTimes, grantedNs: number, ttlNs: number): number {
  return Math.min(Math.max(releasedNs, grantedNs), grantedNs + ttlNs);
}

/** Sets of leases looked at before giving up. */
const setsMax = 500_000;

/** Some leases granted already: all before `next`, and some after it. */
interface Granted {
  readonly next: number;
  readonly ahead: readonly number[];
  /** When the last of them is over, at the earliest. */
  freeNs: number;
}

/**
 * @param leases in the order in which their acquires returned
 * @returns undefined if there are too many orders to try
 */
export function leasesFit(leases: readonly LeaseTimes[], ttlNs: number): boolean | undefined {
  const firstAsked = firstAskedFrom(leases);
  let sets: readonly Granted[] = [{ next: 0, ahead: [], freeNs: Number.NEGATIVE_INFINITY }];
  let looked = 0;
  // Each round grants one more.
  for (const _ of leases) {
    const later = new Map<string, Granted>();
    for (const granted of sets) {
      const dueNs = leases[granted.next]?.returnNs ?? 0;
      for (let at = granted.next; (firstAsked[at] ?? Infinity) <= dueNs; at += 1) {
        const lease = leases[at];
        if (lease === undefined || lease.invokeNs > dueNs || granted.ahead.includes(at)) continue;
        const grantedNs = Math.max(lease.invokeNs, granted.freeNs);
        if (grantedNs > lease.returnNs) continue;
        keep(later, granted, at, leaseEndNs(lease, grantedNs, ttlNs));
      }
    }
    looked += later.size;
    if (looked > setsMax) return undefined;
    if (later.size === 0) return false;
    sets = [...later.values()];
  }
  return true;
}

function keep(sets: Map<string, Granted>, before: Granted, at: number, freeNs: number): void {
  let { next } = before;
  let ahead = at === next ? before.ahead : [...before.ahead, at].toSorted((a, b) => a - b);
  if (at === next) next += 1;
  while (ahead[0] === next) {
    ahead = ahead.slice(1);
    next += 1;
  }
  const name = `${next} ${ahead.join(' ')}`;
  const known = sets.get(name);
  if (known === undefined) sets.set(name, { next, ahead, freeNs });
  else known.freeNs = Math.min(known.freeNs, freeNs);
}

/** By position the first time at which one from there on was asked for. */
function firstAskedFrom(leases: readonly LeaseTimes[]): Float64Array {
  const first = new Float64Array(leases.length);
  let least = Number.POSITIVE_INFINITY;
  for (let at = leases.length - 1; at >= 0; at -= 1) {
    least = Math.min(least, leases[at]?.invokeNs ?? least);
    first[at] = least;
  }
  return first;
}
