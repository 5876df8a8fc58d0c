/**
 * Mutual exclusion, semaphores and fencing tokens.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `acquire` | the owner, or null: the process | anything but `false` (refused); a number or `{"token": n}` is a fencing token |
 * | `release` | the same | anything but `false` (refused) |
 * | `write` (optional) | `{"token": n, …}` | – : accepted by the resource that the lock guards |
 *
 * An owner certainly holds the lock from the ok of its acquire to the invocation of the first
 * release of its own that may have come after it, whatever became of that release; with a lease
 * at most until the lease, counted from the *invocation* of the acquire, is over. An acquire of
 * unknown outcome holds nothing for certain. A lock that is never released is held to the end:
 * a holder that crashed still holds it, unless there is a lease.
 */
import { canonical, isObject, type Json } from '../../base/json.ts';
import { durationText } from '../../base/text.ts';
import { nsPerMs } from '../../base/units.ts';
import type { Checker } from '../checker.ts';
import type { Anomaly } from '../verdict.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';

export interface LockOptions {
  readonly acquire?: string;
  readonly release?: string;
  /** The function that writes to the guarded resource under a fencing token. Default `write`. */
  readonly fencedWrite?: string;
  /** How many may hold it at once. Default 1. */
  readonly permits?: number;
  /** How long a grant lasts without release; without it, for ever. */
  readonly leaseMs?: number;
}

interface Hold {
  readonly row: number;
  /** Events between which it is certain: after the first, before the second. */
  readonly start: number;
  readonly end: number;
}

export function lockHolds(options: LockOptions = {}): Checker {
  const { permits = 1, leaseMs } = options;
  const lease = leaseMs === undefined ? '' : `, for at most ${durationText(leaseMs)}`;
  return invariant({
    name: 'lock',
    summary: `never more than ${permits} certain ${permits === 1 ? 'holder' : 'holders'}; fencing tokens only grow`,
    method: `holds from the ok of an acquire to the invocation of its release${lease}, tested for overlap; fencing tokens, where given, compared in real time`,
    judge: (part) => judge(part, options),
  });
}

function judge(part: Part, options: LockOptions): Finding {
  const { acquire = 'acquire', release = 'release', fencedWrite = 'write', permits = 1 } = options;
  const anomalies = new AnomalyList(part);
  const acquires = part.rowsOf(acquire);
  const granted = acquires.filter((row) => part.isOk(row) && part.output(row) !== false);
  const releases = part
    .rowsOf(release)
    .filter((row) => !part.failed(row) && !(part.isOk(row) && part.output(row) === false));
  const holds = holdsOf(part, granted, releases, options.leaseMs);
  let active: Hold[] = [];
  for (const hold of holds) {
    active = active.filter((other) => other.end > hold.start);
    active.push(hold);
    if (active.length <= permits) continue;
    const together = [...active];
    anomalies.add(() => doubleGrant(part, together, permits));
  }
  const tokens = granted.filter((row) => tokenOf(part.output(row)) !== undefined);
  judgeTokens(part, tokens, anomalies);
  const writes = part.rowsOf(fencedWrite).filter((row) => part.isOk(row));
  const fenced = writes.filter(
    (row) => isObject(part.input(row)) && tokenOf(part.input(row)) !== undefined,
  );
  judgeFencedWrites(part, fenced, anomalies);
  const details = {
    acquireCount: acquires.length,
    grantedCount: granted.length,
    certainHoldCount: holds.length,
    tokenCount: tokens.length,
    fencedWriteCount: fenced.length,
  };
  if (holds.length > permits || tokens.length > 1 || fenced.length > 1)
    return { anomalies, details };
  const message = `${holds.length} certain holds of a lock for ${permits}: nobody ever competed for it`;
  return { anomalies, details, ...tooFew(message) };
}

/** In order of start. */
function holdsOf(
  part: Part,
  granted: readonly number[],
  releases: readonly number[],
  leaseMs: number | undefined,
): readonly Hold[] {
  const releasesOf = new Map<string, number[]>();
  for (const row of releases) {
    const owner = ownerOf(part, row);
    const known = releasesOf.get(owner);
    if (known === undefined) releasesOf.set(owner, [row]);
    else known.push(row);
  }
  const next = new Map<string, number>();
  const holds: Hold[] = [];
  for (const row of granted) {
    const owner = ownerOf(part, row);
    const own = releasesOf.get(owner) ?? [];
    let at = next.get(owner) ?? 0;
    // Releases that were over before this acquire began cannot end it.
    while (at < own.length && part.returned(own[at] ?? 0) < part.invoke(row)) at += 1;
    next.set(owner, at);
    const ender = own[at];
    const released = ender === undefined ? Infinity : part.invoke(ender);
    const start = part.returned(row);
    const end = Math.min(released, leaseEnd(part, row, leaseMs));
    if (end > start) holds.push({ row, start, end });
  }
  return holds.toSorted((a, b) => a.start - b.start);
}

/** The first event at which the lease may be over. */
function leaseEnd(part: Part, row: number, leaseMs: number | undefined): number {
  if (leaseMs === undefined) return Infinity;
  const overNs = part.timeNs(part.invoke(row)) + leaseMs * nsPerMs;
  let [low, high] = [part.invoke(row), part.history.eventCount];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (part.timeNs(middle) < overNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ownerOf(part: Part, row: number): string {
  const owner = part.input(row);
  return owner === null ? `process ${part.process(row)}` : canonical(owner);
}

function tokenOf(value: Json): number | undefined {
  const token = isObject(value) ? value['token'] : value;
  return typeof token === 'number' ? token : undefined;
}

type Found = Omit<Anomaly, 'key'>;

function doubleGrant(part: Part, together: readonly Hold[], permits: number): Found {
  const lines = together.map(
    ({ row, start, end }) =>
      `${ownerOf(part, row)} holds it from event ${start} (ok of its acquire, event ${part.invoke(row)}) ${end === Infinity ? 'to the end: it never released it' : `to event ${end} (before that it neither released it nor had its lease run out)`}.`,
  );
  const start = together.at(-1)?.start ?? 0;
  return {
    type: 'double-grant',
    model: permits === 1 ? 'mutex' : 'semaphore',
    operations: together.map(({ row }) => part.invoke(row)),
    explanation: [`At event ${start}, ${together.length} hold what ${permits} may:`, ...lines].join(
      '\n',
    ),
  };
}

function judgeTokens(part: Part, rows: readonly number[], anomalies: AnomalyList): void {
  const first = new Map<number, number>();
  for (const row of rows) {
    const token = tokenOf(part.output(row)) ?? 0;
    const earlier = first.get(token);
    if (earlier === undefined) first.set(token, row);
    else
      anomalies.add(() => ({
        type: 'duplicate',
        model: 'fenced-mutex',
        operations: [part.invoke(earlier), part.invoke(row)],
        explanation: `The fencing token ${token} was given to the acquires of event ${part.invoke(earlier)} and of event ${part.invoke(row)}.`,
      }));
  }
  growing(
    part,
    rows,
    (row) => tokenOf(part.output(row)) ?? 0,
    (earlier, row) => {
      const [before, after] = [tokenOf(part.output(earlier)) ?? 0, tokenOf(part.output(row)) ?? 0];
      anomalies.add(() => ({
        type: 'non-monotonic-token',
        model: 'fenced-mutex',
        operations: [part.invoke(earlier), part.invoke(row)],
        explanation: `The acquire of event ${part.invoke(earlier)} got the fencing token ${before} (ok at ${part.returned(earlier)}); the acquire of event ${part.invoke(row)}, which began after that, got ${after}, which is not greater.`,
      }));
    },
  );
}

function judgeFencedWrites(part: Part, rows: readonly number[], anomalies: AnomalyList): void {
  growing(
    part,
    rows,
    (row) => tokenOf(part.input(row)) ?? 0,
    (earlier, row) => {
      const [before, after] = [tokenOf(part.input(earlier)) ?? 0, tokenOf(part.input(row)) ?? 0];
      anomalies.add(() => ({
        type: 'stale-token-accepted',
        model: 'fenced-mutex',
        operations: [part.invoke(earlier), part.invoke(row)],
        explanation: `A write under token ${before} was accepted (event ${part.invoke(earlier)}, ok at ${part.returned(earlier)}), and so was one that began later, at event ${part.invoke(row)}, under the older token ${after}.`,
      }));
    },
  );
}

/** Calls back for each row whose number is less than that of one that returned before it began. */
function growing(
  part: Part,
  rows: readonly number[],
  numberOf: (row: number) => number,
  fell: (earlier: number, row: number) => void,
): void {
  let greatest: number | undefined;
  const isLess = (a: number, b: number): boolean => numberOf(a) < numberOf(b);
  for (const { row, begins } of part.moments(rows)) {
    if (begins) {
      if (greatest !== undefined && isLess(row, greatest)) fell(greatest, row);
    } else if (greatest === undefined || isLess(greatest, row)) greatest = row;
  }
}
