/**
 * Whatever comes out of a queue went in before: an unordered, linear pass (Jepsen's
 * `checker/queue` with an unordered queue). Neither order nor loss is judged; for order use a
 * linearizable queue model, for loss `total-queue`. Op shapes: see `queue-ops.ts`.
 */
import { canonical } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import type { Anomaly } from '../verdict.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';
import { type Passage, type QueueFunctions, queueOps, withDefaults } from './queue-ops.ts';

export function queueSources(functions: QueueFunctions = {}): Checker {
  const names = withDefaults(functions);
  return invariant({
    name: 'queue',
    summary: 'every element that comes out was put in before, as often as it comes out',
    method: `each ok ${names.dequeue} is matched with an ${names.enqueue} of the same element, invoked before the ${names.dequeue} ended, that did not fail; neither order nor loss is judged`,
    judge: (part) => judge(part, names),
  });
}

function judge(part: Part, names: Required<QueueFunctions>): Finding {
  const anomalies = new AnomalyList(part);
  const { passages, enqueueCount, dequeueCount } = queueOps(part, names);
  let leftCount = 0;
  for (const passage of passages.values()) {
    const { enqueued, dequeued } = passage;
    leftCount += Math.max(0, enqueued.length - dequeued.length);
    // Both in order: the n-th to come out needs n that had begun to go in.
    dequeued.forEach((row, n) => {
      const source = enqueued[n];
      if (source !== undefined && part.invoke(source) < part.returned(row)) return;
      anomalies.add(() => without(part, passage, n, names));
    });
  }
  const details = { enqueueCount, dequeueCount, leftCount };
  if (dequeueCount > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew(`no ${names.dequeue} answered an element`) };
}

function without(
  part: Part,
  passage: Passage,
  n: number,
  names: Required<QueueFunctions>,
): Omit<Anomaly, 'key'> {
  const { value, enqueued, failed, dequeued } = passage;
  const row = dequeued[n] ?? 0;
  const sources = enqueued.filter((source) => part.invoke(source) < part.returned(row));
  const why =
    sources.length > 0
      ? `until then it had come out ${n + 1} times and been put in at most ${sources.length} times`
      : failed.length > 0 && enqueued.length === 0
        ? `its only ${names.enqueue} (event ${part.invoke(failed[0] ?? 0)}) failed, which says that it did not happen`
        : 'no attempt to put it in had begun by then';
  const involved = [...dequeued.slice(0, n + 1), ...sources, ...failed];
  return {
    type: sources.length > 0 ? 'duplicate' : 'phantom',
    model: 'unordered-queue',
    operations: involved.map((each) => part.invoke(each)),
    explanation: `The ${part.f(row)} of event ${part.invoke(row)} (ok at ${part.returned(row)}) took out ${canonical(value)}, but ${why}.`,
    evidence: { element: value },
  };
}
