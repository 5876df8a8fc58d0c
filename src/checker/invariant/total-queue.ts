/**
 * What goes into a queue comes out of it (Jepsen's `checker/total-queue`). Op shapes: see
 * `queue-ops.ts`. Order is not judged.
 *
 * An acknowledged element that never came out is lost only if the queue was seen empty later:
 * by a drain, or by a dequeue that found nothing. A dequeue of unknown outcome may have taken
 * one element away, a drain of unknown outcome any number: as many losses are excused.
 */
import { canonical, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import type { Anomaly } from '../verdict.ts';
import {
  AnomalyList,
  type Finding,
  invariant,
  type Part,
  some,
  tooFew,
  undetermined,
} from './invariant.ts';
import {
  type Passage,
  type QueueFunctions,
  type QueueOps,
  queueOps,
  withDefaults,
} from './queue-ops.ts';

export interface TotalQueueOptions extends QueueFunctions {
  /** Whether an element may come out more often than it went in. Default `allow`, as in Jepsen. */
  readonly duplicates?: 'allow' | 'fail';
  /** True: the workload drains the queue in ways that the history does not show. */
  readonly drained?: boolean;
}

export function totalQueue(options: TotalQueueOptions = {}): Checker {
  const { duplicates = 'allow', drained = false } = options;
  const names = withDefaults(options);
  return invariant({
    name: 'total-queue',
    summary: 'every acknowledged element comes out, and nothing else does',
    method: `multisets of elements put in and taken out; a loss counts once the queue was ${drained ? 'drained' : 'seen empty'}, and each ${names.dequeue} of unknown outcome excuses one; duplicates ${duplicates}; order is not judged`,
    judge: (part) => judge(part, names, duplicates, drained),
  });
}

interface Lists {
  readonly lost: { readonly passage: Passage; readonly row: number }[];
  /** Acknowledged, not taken out, and the queue was not seen empty since. */
  readonly left: Json[];
  readonly unexpected: Json[];
  readonly duplicated: Json[];
  readonly recovered: Json[];
}

function judge(
  part: Part,
  names: Required<QueueFunctions>,
  duplicates: 'allow' | 'fail',
  drained: boolean,
): Finding {
  const anomalies = new AnomalyList(part);
  const ops = queueOps(part, names);
  const lists: Lists = { lost: [], left: [], unexpected: [], duplicated: [], recovered: [] };
  const lastEmpty = drained ? Infinity : Math.max(-1, ...lastOf(part, ops.empties));
  let [acknowledgedCount, okCount] = [0, 0];
  for (const passage of ops.passages.values()) {
    const { value, enqueued, dequeued } = passage;
    const acknowledged = enqueued.filter((row) => part.isOk(row));
    acknowledgedCount += acknowledged.length;
    okCount += Math.min(dequeued.length, enqueued.length);
    // Only failed attempts, and none came out.
    if (enqueued.length + dequeued.length === 0) continue;
    if (enqueued.length === 0) {
      lists.unexpected.push(value);
      anomalies.add(() => unexpected(part, passage, names));
      continue;
    }
    if (dequeued.length > enqueued.length) {
      lists.duplicated.push(value);
      if (duplicates === 'fail') anomalies.add(() => duplicated(part, passage));
    }
    for (let n = acknowledged.length; n < dequeued.length && n < enqueued.length; n += 1)
      lists.recovered.push(value);
    // Equal elements: whatever came out may have been any of those that were there.
    const settled = acknowledged.filter((row) => part.returned(row) < lastEmpty);
    const missing = settled.slice(Math.min(dequeued.length, settled.length));
    for (const row of missing) lists.lost.push({ passage, row });
    for (let n = dequeued.length + missing.length; n < acknowledged.length; n += 1)
      lists.left.push(value);
  }
  const excused = ops.crashedDrains.length > 0 ? Infinity : ops.crashedDequeues.length;
  if (lists.lost.length > excused)
    for (const { passage, row } of lists.lost)
      anomalies.add(() =>
        lost(part, passage, row, { ops, count: lists.lost.length, names, drained }),
      );
  const details = {
    attemptCount: ops.enqueueCount,
    acknowledgedCount,
    okCount,
    lostCount: lists.lost.length,
    leftCount: lists.left.length,
    unexpectedCount: lists.unexpected.length,
    duplicatedCount: lists.duplicated.length,
    recoveredCount: lists.recovered.length,
    crashedDequeueCount: ops.crashedDequeues.length + ops.crashedDrains.length,
    lost: some(lists.lost.map(({ passage }) => passage.value)),
    unexpected: some(lists.unexpected),
    duplicated: some(lists.duplicated),
    recovered: some(lists.recovered),
  };
  return { anomalies, details, ...openQuestion(lists, ops, acknowledgedCount, names) };
}

/** Event of the invocation of the last that found the queue empty. */
function lastOf(part: Part, rows: readonly number[]): readonly number[] {
  return rows.reduce<readonly number[]>(
    (last, row) => (part.invoke(row) > (last[0] ?? -1) ? [part.invoke(row)] : last),
    [],
  );
}

function openQuestion(
  lists: Lists,
  ops: QueueOps,
  acknowledgedCount: number,
  names: Required<QueueFunctions>,
): Partial<Finding> {
  if (acknowledgedCount === 0) return tooFew(`no ${names.enqueue} was acknowledged`);
  if (lists.lost.length > 0)
    return undetermined(
      `${lists.lost.length} acknowledged elements never came out, but ${names.dequeue}s of unknown outcome (${ops.crashedDequeues.length + ops.crashedDrains.length}) may have taken them`,
    );
  if (lists.left.length > 0)
    return undetermined(
      `${lists.left.length} acknowledged elements never came out, and nothing shows that the queue was empty afterwards; end the workload with ${names.drain}, or with ${names.dequeue}s until one finds nothing`,
    );
  return ops.dequeueCount === 0 ? tooFew(`no ${names.dequeue} answered an element`) : {};
}

type Found = Omit<Anomaly, 'key'>;

function unexpected(part: Part, passage: Passage, names: Required<QueueFunctions>): Found {
  const { value, failed, dequeued } = passage;
  const [row = 0] = dequeued;
  const why =
    failed.length === 0
      ? 'nobody ever tried to put it in'
      : `its only ${names.enqueue} (event ${part.invoke(failed[0] ?? 0)}) failed, which says that it did not happen`;
  return {
    type: 'unexpected',
    model: 'queue',
    operations: [row, ...failed].map((each) => part.invoke(each)),
    explanation: `The ${part.f(row)} of event ${part.invoke(row)} (ok at ${part.returned(row)}) took out ${canonical(value)}, but ${why}.`,
    evidence: { element: value },
  };
}

function duplicated(part: Part, { value, enqueued, dequeued }: Passage): Found {
  const events = dequeued.map((row) => part.invoke(row));
  return {
    type: 'duplicate',
    model: 'queue',
    operations: [...events, ...enqueued.map((row) => part.invoke(row))],
    explanation: `${canonical(value)} was put in at most ${enqueued.length} times and came out ${dequeued.length} times (events ${events.slice(0, 8).join(', ')}).`,
    evidence: { element: value },
  };
}

interface Loss {
  readonly ops: QueueOps;
  readonly count: number;
  readonly names: Required<QueueFunctions>;
  readonly drained: boolean;
}

function lost(part: Part, passage: Passage, row: number, loss: Loss): Found {
  const { ops, count, names, drained } = loss;
  const [begun, ended] = [part.invoke(row), part.returned(row)];
  const empty = drained ? [] : lastOf(part, ops.empties);
  const crashed = ops.crashedDequeues.length;
  const seen = drained
    ? 'never came out, though the queue was drained'
    : `never came out, though the queue was found empty by an operation that began later (event ${empty[0] ?? -1})`;
  const excuse =
    crashed === 0
      ? ''
      : ` ${crashed} ${names.dequeue}s of unknown outcome may have taken as many elements, but ${count} are missing.`;
  return {
    type: 'lost',
    model: 'queue',
    operations: [begun, ...empty],
    explanation: `The ${names.enqueue} of ${canonical(passage.value)} (event ${begun}) was acknowledged at event ${ended}, but it ${seen}.${excuse}`,
    evidence: { element: passage.value },
  };
}
