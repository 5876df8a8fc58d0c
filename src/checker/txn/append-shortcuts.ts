/**
 * Dependencies that follow from several others along the versions of one key, as single edges: who
 * appended 1 comes before who appended 3, where somebody read [1, 2, 3], and before who read that;
 * and who read [] comes before both. For people these are as easy to check as those from one
 * version to the next, and the cycles that they make are shorter.
 *
 * They would be many, so they go through helpers, three for each version: from who made it to
 * later writers (ww), to those who read it or a later version (wr), and from readers of earlier
 * versions to who made it or a later one (rw). The three are apart, as who read an earlier version
 * comes before who read a later one by two steps and not by one.
 */

import { typeCode } from '../../history/columns.ts';
import { EdgeList } from '../digraph.ts';
import { type AppendHistory, longestLength, none, unobservedAppends } from './append-versions.ts';
import type { Shortcuts } from './cycles.ts';
import { relation } from './relations.ts';
import { readKind } from './transactions.ts';

/** So many edges has a transaction of its own, where helpers would lead it back to itself. */
const ownEdgesMax = 32;
/** So many reads of a key are looked at for them. */
const ownReadsMax = 1_000_000;

interface KeyRead {
  readonly reader: number;
  /** How many of the versions it shows. */
  readonly shown: number;
  /** The reader appended to the key, sometime. */
  readonly appends: boolean;
}

/** The versions of a key that somebody inside made. */
interface KeyVersions {
  /** By version, where it is in the longest list, and who made it: two in a row differ. */
  readonly places: readonly number[];
  readonly writers: readonly number[];
  /** Who made versions after all of these, in an order that nobody knows. */
  readonly unread: readonly number[];
  readonly reads: KeyRead[];
  /** Three for each version; then that from readers to `unread`. */
  readonly firstHelper: number;
}

/** @param inside by transaction, 1 for those that are to be linked */
export function shortcutsOf(
  history: AppendHistory,
  inside: Uint8Array,
  firstHelper: number,
): Shortcuts {
  const edges = new EdgeList();
  const unread = unobservedAppends(history);
  const keys = new Map<number, KeyVersions>();
  let helpers = 0;
  for (let k = 0; k < history.transactions.keys.length; k += 1) {
    if (history.ambiguous.has(k)) continue;
    const { places, writers } = versionsOf(history, k, inside);
    const isWhole = history.trusted[k] === longestLength(history, k);
    const later = isWhole ? (unread.get(k) ?? []) : [];
    const tail = later.map((append) => history.transactions.of[append] ?? 0);
    const known = tail.filter((t) => inside[t] === 1);
    if (writers.length + known.length === 0) continue;
    const first = firstHelper + helpers;
    keys.set(k, { places, writers, unread: known, reads: [], firstHelper: first });
    helpers += 3 * writers.length + 1;
  }
  addReads(history, inside, keys);
  for (const versions of keys.values()) {
    linkVersions(edges, versions);
    for (const read of versions.reads) linkRead(edges, read, versions);
  }
  return { edges, helpers };
}

function versionsOf(
  { transactions, start, versions, trusted }: AppendHistory,
  k: number,
  inside: Uint8Array,
): Pick<KeyVersions, 'places' | 'writers'> {
  const { of, outcome } = transactions;
  const [places, writers]: [number[], number[]] = [[], []];
  for (let at = 0; at < (trusted[k] ?? 0); at += 1) {
    const append = versions[(start[k] ?? 0) + at] ?? 0;
    if (append === none) continue;
    const writer = of[append] ?? 0;
    if (inside[writer] !== 1 || outcome[writer] === typeCode.fail) continue;
    if (writers.at(-1) === writer) continue;
    places.push(at);
    writers.push(writer);
  }
  return { places, writers };
}

function addReads(
  { transactions, trusted, odd }: AppendHistory,
  inside: Uint8Array,
  keys: ReadonlyMap<number, KeyVersions>,
): void {
  const { first, kind, key, value, of } = transactions;
  for (let i = 0; i < kind.length; i += 1) {
    const reader = of[i] ?? 0;
    if (kind[i] !== readKind || inside[reader] !== 1 || odd.has(i)) continue;
    const [k, length] = [key[i] ?? 0, value[i] ?? 0];
    const versions = keys.get(k);
    if (versions === undefined || length > (trusted[k] ?? 0)) continue;
    let appends = false;
    for (let other = first[reader] ?? 0; other < (first[reader + 1] ?? 0); other += 1)
      if (kind[other] !== readKind && key[other] === k) appends = true;
    versions.reads.push({ reader, shown: firstFrom(versions.places, length), appends });
  }
}

function linkVersions(edges: EdgeList, versions: KeyVersions): void {
  const { writers, unread, firstHelper } = versions;
  const { ww } = relation;
  const count = writers.length;
  const [later, seen, missed] = [firstHelper, firstHelper + count, firstHelper + 2 * count];
  /** Where a writer made its next version. */
  const next = new Map<number, number>();
  for (let i = count - 1; i >= 0; i -= 1) {
    const writer = writers[i] ?? 0;
    const again = next.get(writer);
    next.set(writer, i);
    if (again === undefined) edges.add(writer, later + i, ww);
    else
      for (const other of writers.slice(i + 1, Math.min(again, i + 1 + ownEdgesMax)))
        edges.add(writer, other, ww);
    edges.add(missed + i, writer, ww);
    edges.add(missed + i, missed + i + 1, ww);
    if (i === count - 1) continue;
    edges.add(later + i, later + i + 1, ww);
    edges.add(later + i, writers[i + 1] ?? 0, ww);
    edges.add(seen + i, seen + i + 1, ww);
  }
  for (const t of unread) {
    if (count > 0 && !next.has(t)) edges.add(later + count - 1, t, ww);
    edges.add(missed + count, t, ww);
  }
  linkReaders(edges, versions, seen);
}

/** From who made a version to who read it or a later one. */
function linkReaders(edges: EdgeList, { writers, reads }: KeyVersions, seen: number): void {
  /** How many versions a transaction saw. */
  const most = new Map<number, number>();
  for (const { reader, shown } of reads) most.set(reader, Math.max(shown, most.get(reader) ?? 0));
  let left = ownReadsMax;
  for (const [i, writer] of writers.entries()) {
    if ((most.get(writer) ?? 0) <= i) {
      edges.add(writer, seen + i, relation.wr);
      continue;
    }
    const found = left < reads.length ? [] : reads.filter((read) => read.shown > i);
    left -= reads.length;
    for (const { reader } of found.slice(0, ownEdgesMax))
      if (reader !== writer) edges.add(writer, reader, relation.wr);
  }
}

function linkRead(
  edges: EdgeList,
  { reader, shown, appends }: KeyRead,
  { writers, unread, firstHelper }: KeyVersions,
): void {
  const count = writers.length;
  const isOwn = shown > 0 && writers[shown - 1] === reader;
  if (shown > 0 && !isOwn) edges.add(firstHelper + count + shown - 1, reader, relation.ww);
  if (!appends) {
    edges.add(reader, firstHelper + 2 * count + shown, relation.rw);
    return;
  }
  // After its own append it is an earlier writer, and not somebody who missed something.
  if (isOwn) return;
  for (let i = shown; i < Math.min(count, shown + ownEdgesMax); i += 1) {
    if (writers[i] === reader) return;
    edges.add(reader, writers[i] ?? 0, relation.rw);
  }
  for (const t of unread.slice(0, ownEdgesMax)) if (t !== reader) edges.add(reader, t, relation.rw);
}

/** The first version that is not before the place. */
function firstFrom(places: readonly number[], place: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) >= place) high = middle;
    else low = middle + 1;
  }
  return low;
}
