/**
 * A write that was acknowledged before another began may not be missing where that other is
 * seen (Jepsen's `tests.causal-reverse`): strict serializability forbids it.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `write` | the element; each is written once | – |
 * | `read` | null | the list of elements |
 */
import { canonical } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import {
  AnomalyList,
  elementKey,
  elementsOf,
  type Finding,
  invariant,
  type Part,
  tooFew,
} from './invariant.ts';

export interface CausalReverseOptions {
  readonly write?: string;
  readonly read?: string;
}

export function causalReverse(options: CausalReverseOptions = {}): Checker {
  const { write = 'write', read = 'read' } = options;
  return invariant({
    name: 'causal-reverse',
    summary: 'where a write is seen, all acknowledged before it began are seen',
    method: `each ok ${read}: of the elements it shows the one whose ${write} began last, and all ${write}s acknowledged before that moment`,
    judge: (part) => judge(part, write, read),
  });
}

function judge(part: Part, write: string, read: string): Finding {
  const anomalies = new AnomalyList(part);
  const writes = part.rowsOf(write).filter((row) => !part.failed(row));
  const byElement = new Map(writes.map((row) => [elementKey(part.input(row)), row]));
  const acknowledged = writes
    .filter((row) => part.isOk(row))
    .toSorted((a, b) => part.returned(a) - part.returned(b));
  let readCount = 0;
  for (const row of part.rowsOf(read)) {
    const shown = part.isOk(row) ? elementsOf(part.output(row)) : undefined;
    if (shown === undefined) continue;
    readCount += 1;
    const seen = new Set(shown.map(elementKey));
    let last = -1;
    for (const key of seen) {
      const writer = byElement.get(key);
      if (writer !== undefined && (last < 0 || part.invoke(writer) > part.invoke(last)))
        last = writer;
    }
    if (last < 0) continue;
    const expected = countBefore(part, acknowledged, part.invoke(last));
    const missing = acknowledged
      .slice(0, expected)
      .filter((writer) => !seen.has(elementKey(part.input(writer))));
    const [lost] = missing;
    if (lost === undefined) continue;
    const found = last;
    anomalies.add(() => ({
      type: 'lost-write',
      model: 'strict-serializable',
      operations: [...missing.slice(0, 8), found, row].map((each) => part.invoke(each)),
      explanation: `The ${read} of event ${part.invoke(row)} (ok at ${part.returned(row)}) shows ${canonical(part.input(found))}, whose ${write} began at event ${part.invoke(found)}. It lacks ${missing.length} of ${expected} elements acknowledged before that, such as ${canonical(part.input(lost))} (event ${part.invoke(lost)}, ok at ${part.returned(lost)}).`,
    }));
  }
  const details = { writeCount: writes.length, readCount, errorCount: anomalies.count };
  if (readCount > 0 && acknowledged.length > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew(`no ${readCount > 0 ? write : read} succeeded`) };
}

/** How many of these rows, in order of their ok, returned before that event. */
function countBefore(part: Part, rows: readonly number[], event: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (part.returned(rows[middle] ?? 0) < event) low = middle + 1;
    else high = middle;
  }
  return low;
}
