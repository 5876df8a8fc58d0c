/**
 * A value that only grows is never read going back: versions, offsets, terms, clocks.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `read` | null | a number |
 *
 * `process`: successive reads of one process (the session guarantee monotonic reads). `realtime`:
 * a read that begins after another returned, whoever made them.
 */
import type { Checker } from '../checker.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';

export interface MonotonicOptions {
  readonly read?: string;
  /** Default `process`. */
  readonly scope?: 'process' | 'realtime';
}

export function monotonic(options: MonotonicOptions = {}): Checker {
  const { read = 'read', scope = 'process' } = options;
  const who = scope === 'process' ? 'of one process' : 'of anybody that began after it ended';
  return invariant({
    name: 'monotonic',
    summary: `what only grows is not read going back by later reads ${who}`,
    method: `each ok ${read} against the greatest value of earlier ok ${read}s ${scope === 'process' ? 'of the same process' : 'that had returned before it began'}`,
    judge: (part) => judge(part, read, scope),
  });
}

function judge(part: Part, read: string, scope: 'process' | 'realtime'): Finding {
  const anomalies = new AnomalyList(part);
  const reads = part
    .rowsOf(read)
    .filter((row) => part.isOk(row) && typeof part.output(row) === 'number');
  const greatest = new Map<number, number>();
  const before = new Map<number, number>();
  let compared = 0;
  for (const { row, begins } of part.moments(reads)) {
    const session = scope === 'process' ? part.process(row) : 0;
    const value = Number(part.output(row));
    const top = greatest.get(session);
    if (begins) {
      if (top !== undefined) before.set(row, top);
      continue;
    }
    if (top === undefined || Number(part.output(top)) < value) greatest.set(session, row);
    const earlier = before.get(row);
    if (earlier === undefined) continue;
    compared += 1;
    const known = Number(part.output(earlier));
    if (value >= known) continue;
    anomalies.add(() => ({
      type: 'non-monotonic-read',
      model: scope === 'process' ? 'monotonic-reads' : 'linearizable',
      operations: [part.invoke(earlier), part.invoke(row)],
      explanation: `Process ${part.process(earlier)} read ${known} (event ${part.invoke(earlier)}, ok at ${part.returned(earlier)}); then process ${part.process(row)} began a ${read} at event ${part.invoke(row)} and got ${value}.`,
    }));
  }
  const details = { readCount: reads.length, comparedCount: compared };
  if (compared > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew(`no two ${read}s of a number came one after the other`) };
}
