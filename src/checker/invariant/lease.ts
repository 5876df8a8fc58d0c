/**
 * Locks that expire: of leases with a time to live no two last at one time, by the clock.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `acquire` | the owner, or null: the process | anything: it was granted |
 * | `release` | the same | anything |
 *
 * A lease is granted at some instant of its acquire, and over a time to live after that or at
 * some instant of its release. One object's leases have an order in real time or they have
 * none: this is linearizability, of an object that knows the time.
 */
import type { Checker } from '../checker.ts';
import { explainViolation } from '../linearizability/poly/explain.ts';
import { lockCode } from '../linearizability/poly/holds.ts';
import { checkLease } from '../linearizability/poly/lease.ts';
import { timelineOf } from '../linearizability/poly/timeline.ts';
import {
  AnomalyList,
  type Finding,
  invariant,
  type Part,
  tooFew,
  undetermined,
} from './invariant.ts';

/** @param ttlMs after which a lease is over */
export function leases(ttlMs: number): Checker {
  return invariant({
    name: 'lease',
    summary: `no two leases of ${ttlMs} ms last at one time`,
    method: `ok acquires, each granted between its invocation and its return, until its release is invoked or ${ttlMs} ms are over, by the clock of the tester; decided: an order of all leases in which each fits`,
    judge: (part) => judge(part, ttlMs),
  });
}

function judge(part: Part, ttlMs: number): Finding {
  const anomalies = new AnomalyList(part);
  const rows = part.rowsOf('acquire', 'release');
  const grantCount = rows.filter((row) => part.f(row) === 'acquire' && part.isOk(row)).length;
  const details = { grantCount };
  if (grantCount === 0) return { anomalies, details, ...tooFew('no acquire was ok') };
  const timeline = timelineOf(part.history, Int32Array.from(rows), lockCode);
  const result = 'why' in timeline ? timeline : checkLease(timeline, ttlMs);
  if (result.kind === 'linearizable') return { anomalies, details };
  if (result.kind === 'not-applicable') return { anomalies, details, ...undetermined(result.why) };
  anomalies.add(() => ({
    type: result.type,
    model: 'lease',
    operations: result.operations.map((row) => part.invoke(row)),
    explanation: explainViolation(part.history, result),
  }));
  return { anomalies, details };
}
