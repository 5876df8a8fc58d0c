/**
 * A history whose observations were made a while before they were: what Δ-atomicity asks to be
 * linearizable (Golab, Li and Shah, "Analyzing consistency properties for fun and profit", 2011).
 * Reads, and compare-and-sets that said no, change nothing; so they alone may look back.
 */
import { HistoryBuilder } from '../history/builder.ts';
import { typeCode } from '../history/columns.ts';
import type { History } from '../history/history.ts';

interface LookedBack {
  readonly history: History;
  /** Event of `history` → event of the history that it was made from. */
  readonly eventOf: Int32Array;
}

/** Each operation gets a process of its own, as the same one may now have several under way. */
export function lookingBack(history: History, backNs: number): LookedBack {
  const { count, invoke, complete, f, outcome, output } = history.operations;
  const { timeNs } = history.events;
  const readId = history.functionId('read');
  const moments: { readonly at: number; readonly row: number; readonly event: number }[] = [];
  for (let row = 0; row < count; row += 1) {
    const [begin, end] = [invoke[row] ?? 0, complete[row] ?? -1];
    const isRefused =
      outcome[row] === typeCode.ok && history.values.value(output[row] ?? -1) === false;
    const looks = f[row] === readId || isRefused;
    moments.push({ at: (timeNs[begin] ?? 0) - (looks ? backNs : 0), row, event: begin });
    if (end >= 0) moments.push({ at: timeNs[end] ?? 0, row, event: end });
  }
  const begins = ({ row, event }: (typeof moments)[number]): boolean => event === invoke[row];
  // What touches overlaps.
  moments.sort((a, b) => a.at - b.at || Number(begins(b)) - Number(begins(a)) || a.event - b.event);
  const builder = new HistoryBuilder();
  for (const { at, row, event } of moments) {
    const { type, f: name, key, value } = history.event(event);
    builder.add({
      ...{ type, process: row, f: name, time: at },
      ...(key === undefined ? {} : { key }),
      ...(value === undefined ? {} : { value }),
    });
  }
  return { history: builder.build(), eventOf: Int32Array.from(moments, ({ event }) => event) };
}
