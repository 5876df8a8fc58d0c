/**
 * Lists as registers whose versions show their past: who reads a list reads from who appended its
 * last element, and in which order versions were made is known.
 */
import { typeCode } from '../../history/columns.ts';
import {
  type AppendHistory,
  lastAppend,
  none,
  observedTransactions,
  unobservedAppends,
} from './append-versions.ts';
import {
  externalReads,
  initial,
  type RegisterHistory,
  readersOf,
  unknownSource,
  unwritten,
} from './register-versions.ts';
import { readKind } from './transactions.ts';

/** The lists as registers: a read shows the append of its last element. */
export function registersOf(lists: AppendHistory): RegisterHistory {
  const { transactions, ambiguous, final } = lists;
  const { kind, key, value, outcome, count } = transactions;
  const source = new Int32Array(kind.length).fill(unknownSource);
  for (let i = 0; i < kind.length; i += 1) {
    if (kind[i] !== readKind || ambiguous.has(key[i] ?? 0)) continue;
    const last = lastAppend(lists, i);
    source[i] = value[i] === 0 ? initial : last === none ? unwritten : last;
  }
  const seen = observedTransactions(lists);
  const committed = new Uint8Array(count);
  for (let t = 0; t < count; t += 1)
    committed[t] =
      outcome[t] === typeCode.ok || (outcome[t] === typeCode.info && seen[t] === 1) ? 1 : 0;
  return {
    transactions,
    source,
    external: externalReads(transactions),
    final,
    committed,
    ...readersOf(source),
    ambiguous,
    versionOrder: versionOrder(lists, committed),
  };
}

/** Who overwrote whom, in the longest list of each key, and after it. */
function versionOrder(
  lists: AppendHistory,
  committed: Uint8Array,
): readonly (readonly [number, number])[] {
  const { transactions, start, versions, ambiguous } = lists;
  const { of, keys } = transactions;
  const unread = unobservedAppends(lists);
  const pairs: [number, number][] = [];
  for (const k of keys.keys()) {
    if (ambiguous.has(k)) continue;
    let before: number = none;
    for (let at = start[k] ?? 0; at < (start[k + 1] ?? 0); at += 1) {
      const append = versions[at] ?? none;
      const writer = append === none ? none : (of[append] ?? 0);
      if (writer === none || writer === before || committed[writer] === 0) continue;
      if (before !== none) pairs.push([before, writer]);
      before = writer;
    }
    if (before === none) continue;
    for (const append of unread.get(k) ?? []) {
      const writer = of[append] ?? 0;
      if (writer !== before) pairs.push([before, writer]);
    }
  }
  return pairs;
}
