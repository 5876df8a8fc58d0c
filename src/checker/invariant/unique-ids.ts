/**
 * No id is handed out twice (Jepsen's `checker/unique-ids`).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `generate` | null | the id: any JSON value |
 *
 * Ids are equal if they are the same JSON value, whatever the order of fields; ids of different
 * types never are.
 */
import { canonical, type Json } from '../../base/json.ts';
import { listed } from '../../base/text.ts';
import type { Checker } from '../checker.ts';
import {
  AnomalyList,
  elementKey,
  type Finding,
  invariant,
  type Part,
  some,
  tooFew,
} from './invariant.ts';

export function uniqueIds(generate = 'generate'): Checker {
  return invariant({
    name: 'unique-ids',
    summary: 'no id is handed out twice',
    method: `all ids that ok ${generate}s answered, compared as canonical JSON`,
    judge: (part) => judge(part, generate),
  });
}

function judge(part: Part, generate: string): Finding {
  const anomalies = new AnomalyList(part);
  const rows = part.rowsOf(generate);
  const firstRow = new Map<number | string, number>();
  const repeats = new Map<number | string, number[]>();
  let acknowledgedCount = 0;
  for (const row of rows) {
    if (!part.isOk(row)) continue;
    acknowledgedCount += 1;
    const key = elementKey(part.output(row));
    const first = firstRow.get(key);
    if (first === undefined) firstRow.set(key, row);
    else repeats.set(key, [...(repeats.get(key) ?? [first]), row]);
  }
  for (const same of repeats.values())
    anomalies.add(() => {
      const events = same.map((row) => part.invoke(row));
      const who = same
        .slice(0, 5)
        .map(
          (row) =>
            `event ${part.invoke(row)} (process ${part.process(row)}, ok at ${part.returned(row)})`,
        );
      return {
        type: 'duplicate-id',
        model: 'unique-ids',
        operations: events,
        explanation: `The id ${canonical(part.output(same[0] ?? 0))} was handed out ${same.length} times: to the ${generate}s of ${listed(who)}${same.length > 5 ? ' and others' : ''}.`,
      };
    });
  const details = {
    attemptedCount: rows.length,
    acknowledgedCount,
    duplicatedCount: repeats.size,
    duplicated: some([...repeats.values()].map((same) => part.output(same[0] ?? 0))),
    ...rangeOf([...firstRow.values()].map((row) => part.output(row))),
  };
  if (acknowledgedCount > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew(`no ${generate} succeeded`) };
}

/** Lowest and highest, where all ids are numbers or all are texts. */
function rangeOf(ids: readonly Json[]): { readonly range?: readonly Json[] } {
  const type = typeof ids[0];
  if ((type !== 'number' && type !== 'string') || ids.some((id) => typeof id !== type)) return {};
  let [low, high] = [ids[0] as number, ids[0] as number];
  for (const id of ids as readonly number[]) {
    if (id < low) low = id;
    if (id > high) high = id;
  }
  return { range: [low, high] };
}
