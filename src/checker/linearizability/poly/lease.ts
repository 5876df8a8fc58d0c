/**
 * Locks that expire: a lease granted at some time of its acquire lasts until it is released or
 * its time to live is over. Since it was granted after its acquire was invoked, it may be over a
 * time to live after that; until then, from the return of its acquire, it is certain.
 *
 * Two certain leases at one time are a violation. If granting each as soon as possible, in the
 * order in which the acquires returned, works out, the history is linearizable. In between this
 * is a scheduling problem, which `lease-order.ts` decides by trying orders, as many as there
 * are leases asked for at one time. Compares times of the clock, not events.
 */
import { canonical } from '../../../base/json.ts';
import { nsPerMs, nsToMs } from '../../../base/units.ts';
import { noValue } from '../../../history/values.ts';
import { lockCode } from './holds.ts';
import { type LeaseTimes, leaseEndNs, leasesFit } from './lease-order.ts';
import {
  linearizable,
  type NotApplicable,
  notApplicable,
  type PolyResult,
  violation,
} from './result.ts';
import { never, type Timeline } from './timeline.ts';

const none = -1;

interface Lease extends LeaseTimes {
  readonly acquire: number;
  release: number;
  releasedNs: number;
}

export function checkLease(timeline: Timeline, ttlMs: number): PolyResult {
  const leases = leasesOf(timeline);
  if ('why' in leases) return leases;
  const ttlNs = ttlMs * nsPerMs;
  const { row } = timeline;
  const endNs = (lease: Lease): number => Math.min(lease.releasedNs, lease.invokeNs + ttlNs);
  let longest: Lease | undefined;
  let freeNs = Number.NEGATIVE_INFINITY;
  let isFeasible = true;
  for (const lease of leases) {
    const isCertain = endNs(lease) > lease.returnNs;
    if (isCertain && longest !== undefined && endNs(longest) > lease.returnNs) {
      const roles = { first: row[longest.acquire] ?? 0, second: row[lease.acquire] ?? 0 };
      const releases = [longest.release, lease.release].filter((op) => op !== none);
      return violation('two-holders', 'lease-overlap', roles, {
        facts: {
          firstMs: nsToMs(longest.returnNs),
          secondMs: nsToMs(lease.returnNs),
          endMs: nsToMs(endNs(longest)),
        },
        also: releases.map((op) => row[op] ?? 0),
      });
    }
    if (isCertain && (longest === undefined || endNs(lease) > endNs(longest))) longest = lease;
    const grantedNs = Math.max(lease.invokeNs, freeNs);
    if (grantedNs > lease.returnNs) isFeasible = false;
    freeNs = leaseEndNs(lease, grantedNs, ttlNs);
  }
  if (isFeasible) return linearizable;
  const fits = leasesFit(leases, ttlNs);
  if (fits === undefined) return notApplicable('too many orders of leases to try');
  return fits ? linearizable : noOrder(timeline, leases, ttlNs);
}

/** As few leases as still have no order: without a lease the others only get easier to place. */
function noOrder(timeline: Timeline, leases: readonly Lease[], ttlNs: number): PolyResult {
  const has = (some: readonly Lease[]): boolean => leasesFit(some, ttlNs) === false;
  // The shortest prefix without an order ends with a lease that is needed.
  let [low, high] = [1, leases.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (has(leases.slice(0, middle))) high = middle;
    else low = middle + 1;
  }
  let needed = leases.slice(0, high);
  for (const lease of needed.toReversed()) {
    const without = needed.filter((other) => other !== lease);
    if (has(without)) needed = without;
  }
  const { row } = timeline;
  const [first, last] = [needed[0]?.acquire ?? 0, needed.at(-1)?.acquire ?? 0];
  const rows = needed.flatMap(({ acquire, release }) =>
    release === none ? [row[acquire] ?? 0] : [row[acquire] ?? 0, row[release] ?? 0],
  );
  const timesText = needed
    .map((lease) => {
      const { returnNs, invokeNs, releasedNs } = lease;
      const end = releasedNs === Number.POSITIVE_INFINITY ? 'never' : `at ${nsToMs(releasedNs)} ms`;
      return `asked for at ${nsToMs(invokeNs)} ms, granted by ${nsToMs(returnNs)} ms, released ${end}`;
    })
    .join('; ');
  return violation(
    'two-holders',
    'leases-without-order',
    { first: row[first] ?? 0, last: row[last] ?? 0 },
    { facts: { count: needed.length, ttlMs: nsToMs(ttlNs), timesText }, also: rows },
  );
}

/** Leases in the order in which their acquires returned. */
function leasesOf(timeline: Timeline): readonly Lease[] | NotApplicable {
  const { history, count, row } = timeline;
  const { process, input } = history.operations;
  const leases: Lease[] = [];
  const owners = new Map<number | string, LeaseOwner>();
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    const name = history.values.value(input[id] ?? noValue) ?? null;
    const key = name === null ? (process[id] ?? 0) : canonical(name);
    const owner = owners.get(key) ?? { free: -1, held: undefined };
    owners.set(key, owner);
    const why = enter(timeline, owner, leases, op);
    if (why !== undefined) return notApplicable(why);
  }
  return leases.toSorted((a, b) => a.returnNs - b.returnNs);
}

interface LeaseOwner {
  /** When its last operation returned. */
  free: number;
  held: Lease | undefined;
}

/** @returns why not, if what the owner does is beyond this algorithm */
function enter(timeline: Timeline, by: LeaseOwner, all: Lease[], op: number): string | undefined {
  const [owner, leases] = [by, all];
  const { history, row, code } = timeline;
  const { output, invoke, complete } = history.operations;
  const { timeNs } = history.events;
  const id = row[op] ?? 0;
  if (owner.free > (timeline.invoke[op] ?? 0))
    return 'an owner goes on before it is known how its last operation ended';
  owner.free = timeline.return[op] ?? never;
  const isUnknown = owner.free === never;
  if (!isUnknown && history.values.value(output[id] ?? noValue) === false)
    return 'a refused acquire or release must end in fail';
  const invokeNs = timeNs[invoke[id] ?? 0] ?? 0;
  const { held } = owner;
  if (code[op] === lockCode.release) {
    if (held === undefined) return 'a release without an acquire before it';
    held.release = op;
    held.releasedNs = invokeNs;
    owner.held = undefined;
    return undefined;
  }
  if (isUnknown) return undefined;
  if (held !== undefined) return 'an acquire by an owner that did not release';
  const returnNs = timeNs[complete[id] ?? 0] ?? 0;
  const releasedNs = Number.POSITIVE_INFINITY;
  owner.held = { acquire: op, release: none, invokeNs, returnNs, releasedNs };
  leases.push(owner.held);
  return undefined;
}
