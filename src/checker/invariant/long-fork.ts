/**
 * Two readers may not see two writes in opposite orders (Jepsen's `tests.long-fork`): what
 * parallel snapshot isolation allows and snapshot isolation forbids.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `txn` (or `read`, `write`) | `[["w", key, value]]` | the same |
 * | `txn` (or `read`, `write`) | `[["r", key, null], …]` | `[["r", key, value or null], …]` |
 *
 * Each key is written once, so that a read sees a write or does not. Reads of the same group of
 * keys are compared: of any two, one must have seen all that the other saw.
 */
import { canonical, isArray, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import {
  AnomalyList,
  elementKey,
  type Finding,
  invariant,
  type Part,
  tooFew,
  undetermined,
} from './invariant.ts';

/** What reads of one group saw, with the first read that saw just that. */
interface Group {
  readonly keys: readonly Json[];
  readonly seen: Map<string, { readonly mask: readonly boolean[]; readonly row: number }>;
}

export function longFork(functions: readonly string[] = ['txn', 'read', 'write']): Checker {
  return invariant({
    name: 'long-fork',
    summary: 'no two reads saw two writes in opposite orders',
    method: 'ok reads of the same group of keys, each key written once, compared in pairs',
    whole: true,
    judge: (part) => judge(part, functions),
  });
}

function judge(part: Part, functions: readonly string[]): Finding {
  const anomalies = new AnomalyList(part);
  const groups = new Map<string, Group>();
  const writers = new Map<number | string, number>();
  let twice: { readonly key: Json; readonly rows: readonly number[] } | undefined;
  let [readsCount, earlyReadCount, lateReadCount] = [0, 0, 0];
  for (const row of part.rowsOf(...functions)) {
    const reads: [key: Json, seen: boolean][] = [];
    const written = part.failed(row) ? [] : microOps(part.input(row));
    for (const [f, key] of written) {
      if (f !== 'w') continue;
      const first = writers.get(elementKey(key));
      if (first === undefined) writers.set(elementKey(key), row);
      else twice ??= { key, rows: [first, row] };
    }
    if (!part.isOk(row)) continue;
    for (const [f, key, value] of microOps(part.output(row)))
      if (f === 'r') reads.push([key, value !== null]);
    if (reads.length < 2) continue;
    readsCount += 1;
    const mask = record(groups, reads, row);
    if (!mask.includes(true)) earlyReadCount += 1;
    if (!mask.includes(false)) lateReadCount += 1;
  }
  const details = { readsCount, earlyReadCount, lateReadCount, groupCount: groups.size };
  if (twice !== undefined) {
    const events = twice.rows.map((row) => part.invoke(row));
    const message = `key ${canonical(twice.key)} is written twice (events ${events.join(' and ')}); with more than one write of a key, what a read saw says too little`;
    return { anomalies, details, ...undetermined(message) };
  }
  for (const group of groups.values()) findForks(part, group, anomalies);
  if (readsCount > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew('no read of two or more keys succeeded') };
}

function microOps(value: Json): readonly (readonly [f: Json, key: Json, value: Json])[] {
  if (!isArray(value)) return [];
  return value.filter(isArray).map(([f = null, key = null, result = null]) => [f, key, result]);
}

/** Returns which keys of the group were seen, in the group's order. */
function record(
  groups: Map<string, Group>,
  reads: [Json, boolean][],
  row: number,
): readonly boolean[] {
  const sorted = reads
    .map(([key, seen]) => ({ key, seen, text: canonical(key) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1));
  const name = sorted.map(({ text }) => text).join(' ');
  const group = groups.get(name) ?? { keys: sorted.map(({ key }) => key), seen: new Map() };
  groups.set(name, group);
  const mask = sorted.map(({ seen }) => seen);
  const signature = mask.map(Number).join('');
  if (!group.seen.has(signature)) group.seen.set(signature, { mask, row });
  return mask;
}

function findForks(part: Part, { keys, seen }: Group, anomalies: AnomalyList): void {
  const kinds = [...seen.values()];
  for (const [i, a] of kinds.entries())
    for (const b of kinds.slice(i + 1)) {
      const onlyA = keys.findIndex((_, k) => a.mask[k] === true && b.mask[k] === false);
      const onlyB = keys.findIndex((_, k) => a.mask[k] === false && b.mask[k] === true);
      if (onlyA < 0 || onlyB < 0) continue;
      const [x, y] = [canonical(keys[onlyA] ?? null), canonical(keys[onlyB] ?? null)];
      anomalies.add(() => ({
        type: 'long-fork',
        model: 'snapshot-isolation',
        operations: [part.invoke(a.row), part.invoke(b.row)],
        explanation: `The read of event ${part.invoke(a.row)} saw the write of ${x} and not that of ${y}: so ${x} was written first. The read of event ${part.invoke(b.row)} saw the write of ${y} and not that of ${x}: so ${y} was.`,
      }));
    }
}
