/**
 * When each transaction on registers seems to have begun and committed, to have an order from
 * which a search can set out: a commit comes before the first return of the transaction itself
 * and of those that read from it, and a snapshot lies after the commits that it shows and before
 * those that overwrote them. Nothing is shown by that, and nothing wrong follows from it.
 */
import { noEvent, typeCode } from '../../history/columns.ts';
import { initial, type RegisterHistory } from './register-versions.ts';
import { readKind } from './transactions.ts';

export interface LikelyMoments {
  /** By transaction, as event indices, and some between them. */
  readonly begun: Float64Array;
  readonly committed: Float64Array;
}

const never = Number.POSITIVE_INFINITY;
/** Less than the time between two events, and divided among those that stand in a row. */
const moment = 0.25;

export function likelyMoments(history: RegisterHistory, members: Int32Array): LikelyMoments {
  const { count, invoke } = history.transactions;
  const committed = new Float64Array(count);
  for (const t of members) committed[t] = likelyCommit(history, t);
  const versions = versionsBy(history, members, committed);
  const begun = new Float64Array(count);
  for (const t of members) {
    const [since, until] = snapshotOf(history, t, committed, versions);
    const within = Math.min(Math.max(since + moment, invoke[t] ?? 0), until - moment);
    begun[t] = Math.max(within, since + moment / 2);
  }
  return { begun, committed };
}

/** Just before it, or somebody that read its writes, returned first. */
function likelyCommit({ transactions, readersStart, readers }: RegisterHistory, t: number): number {
  const { first, complete, invoke, of, outcome } = transactions;
  const returned = (who: number): number => {
    const at = complete[who] ?? noEvent;
    return outcome[who] === typeCode.ok && at !== noEvent ? at : never;
  };
  let by = returned(t);
  for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
    for (let at = readersStart[i] ?? 0; at < (readersStart[i + 1] ?? 0); at += 1)
      by = Math.min(by, returned(of[readers[at] ?? 0] ?? 0) - moment * 2);
  return by === never ? (invoke[t] ?? 0) : Math.max(by, invoke[t] ?? 0);
}

interface Versions {
  /** Per write that of the next version of its key, and of the one before, or -1. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly firstOfKey: Int32Array;
}

/** Final writes of each key in the order of their commits. */
function versionsBy(
  { transactions, final }: RegisterHistory,
  members: Int32Array,
  committed: Float64Array,
): Versions {
  const { first, key, of, kind, keys } = transactions;
  const writes: number[] = [];
  for (const t of members)
    for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) if (final[i] === 1) writes.push(i);
  writes.sort((a, b) => (committed[of[a] ?? 0] ?? 0) - (committed[of[b] ?? 0] ?? 0));
  const next = new Int32Array(kind.length).fill(-1);
  const previous = new Int32Array(kind.length).fill(-1);
  const firstOfKey = new Int32Array(keys.length).fill(-1);
  const lastOfKey = new Int32Array(keys.length).fill(-1);
  for (const write of writes) {
    const k = key[write] ?? 0;
    const before = lastOfKey[k] ?? -1;
    previous[write] = before;
    if (before === -1) firstOfKey[k] = write;
    else next[before] = write;
    lastOfKey[k] = write;
  }
  return { next, previous, firstOfKey };
}

/** After what and before what a transaction seems to have begun. */
function snapshotOf(
  { transactions, final, source, external }: RegisterHistory,
  t: number,
  committed: Float64Array,
  { next, previous, firstOfKey }: Versions,
): readonly [since: number, until: number] {
  const { first, kind, key, of } = transactions;
  const commitOf = (write: number, otherwise: number): number =>
    write < 0 || of[write] === t ? otherwise : (committed[of[write] ?? 0] ?? 0);
  let since = -1;
  let until = committed[t] ?? 0;
  for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
    // Of two that wrote a key one began when the other had committed.
    if (final[i] === 1) since = Math.max(since, commitOf(previous[i] ?? -1, -1));
    if (kind[i] !== readKind || external[i] === 0) continue;
    const shown = source[i] ?? -1;
    since = Math.max(since, commitOf(shown, -1));
    const after = shown === initial ? firstOfKey[key[i] ?? 0] : next[shown];
    until = Math.min(until, commitOf(after ?? -1, never));
  }
  return [since, until];
}
