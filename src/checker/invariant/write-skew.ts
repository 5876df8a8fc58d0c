/**
 * Of the inserts on one key at most one may succeed (Jepsen's `tests.adya` G2): each inserts
 * only if it finds no row of that key, so two that both succeed missed each other.
 *
 * | op | key | value |
 * |---|---|---|
 * | `insert` | the key | `[a-id, null]` or `[null, b-id]` |
 *
 * Without a key column the value may be `[key, [a-id, b-id]]`.
 */
import { canonical, isArray, type Json } from '../../base/json.ts';
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

export function writeSkew(insert = 'insert'): Checker {
  return invariant({
    name: 'write-skew',
    summary: 'of the guarded inserts on one key at most one succeeds',
    method: `ok ${insert}s counted by key; keys on which fewer than two were attempted prove nothing`,
    whole: true,
    judge: (part) => judge(part, insert),
  });
}

function judge(part: Part, insert: string): Finding {
  const anomalies = new AnomalyList(part);
  const keys = new Map<
    number | string,
    { readonly key: Json; readonly oks: number[]; attempts: number }
  >();
  const { key: keyIds } = part.history.operations;
  for (const row of part.rowsOf(insert)) {
    const input = part.input(row);
    const inside = isArray(input) ? input[0] : undefined;
    const key = part.history.values.value(keyIds[row] ?? -1) ?? inside ?? null;
    const entry = keys.get(elementKey(key)) ?? { key, oks: [], attempts: 0 };
    keys.set(elementKey(key), entry);
    entry.attempts += 1;
    if (part.isOk(row)) entry.oks.push(row);
  }
  let [contended, legal] = [0, 0];
  const illegal: Json[] = [];
  for (const { key, oks, attempts } of keys.values()) {
    if (attempts > 1) contended += 1;
    if (oks.length === 1) legal += 1;
    if (oks.length < 2) continue;
    illegal.push(key);
    anomalies.add(() => ({
      type: 'G2',
      model: 'serializable',
      operations: oks.map((row) => part.invoke(row)),
      explanation: `${oks.length} inserts on key ${canonical(key)} succeeded: ${listed(oks.map((row) => `event ${part.invoke(row)} (ok at ${part.returned(row)})`))}. Each inserts only if it finds no row of that key; in any serial order the second would have found the first one's.`,
    }));
  }
  const details = {
    keyCount: keys.size,
    contendedCount: contended,
    legalCount: legal,
    illegalCount: illegal.length,
    illegal: some(illegal),
  };
  const judged = contended > 0 && legal + illegal.length > 0;
  if (judged) return { anomalies, details };
  return {
    anomalies,
    details,
    ...tooFew(`no key on which two ${insert}s were attempted and one succeeded`),
  };
}
