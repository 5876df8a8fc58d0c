/**
 * The operations on one object where they are, in the columns of the history, with times that
 * leave no great gaps: for the quick deciders, which make no columns of their own.
 */
import type { History } from '../../../history/history.ts';

export interface QuickPart {
  readonly history: History;
  /** Rows of `history.operations`, in order of invocation. */
  readonly rows: Int32Array;
  /** By row; as in `OperationColumns`, but maybe counted among fewer events. */
  readonly invoke: Int32Array;
  readonly complete: Int32Array;
  /** All times are less. */
  readonly horizon: number;
}

/** A part with so many events or fewer for each of its operations is taken as it stands. */
const eventsPerOperationMax = 8;

/** Undefined if the part's events lie far apart even among those of its key. */
export function quickPart(history: History, rows: Int32Array): QuickPart | undefined {
  const eventsMax = eventsPerOperationMax * rows.length;
  if (history.eventCount <= eventsMax) {
    const { invoke, complete } = history.operations;
    return { history, rows, invoke, complete, horizon: history.eventCount };
  }
  const { invoke, complete } = history.keyTimes;
  let last = 0;
  for (const row of rows) {
    last = Math.max(last, invoke[row] ?? 0, complete[row] ?? 0);
  }
  return last < eventsMax ? { history, rows, invoke, complete, horizon: last + 1 } : undefined;
}
