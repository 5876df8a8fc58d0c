/**
 * A cell that gives a greater version to each write and says it: etcd's mod revision, a log
 * sequence number. Versions may have gaps; values need not be distinct.
 *
 * Versions put all writes in one order, and each read right after its write: `preorder.ts`. A
 * write of unknown outcome takes part if a read shows its value at a version of no other write.
 */
import { isArray, type Json } from '../../../base/json.ts';
import { noValue } from '../../../history/values.ts';
import { LocalValues } from './local-values.ts';
import { inversion } from './preorder.ts';
import {
  linearizable,
  type NotApplicable,
  notApplicable,
  type PolyResult,
  type Violation,
  violation,
} from './result.ts';
import { never, type Timeline } from './timeline.ts';

export const versionedCode = { read: 1, write: 2, cas: 3 } as const;

const none = -1;

interface VersionedOperations {
  readonly timeline: Timeline;
  readonly values: LocalValues;
  /** By operation the version that it was given or read; NaN if not known, -Infinity for nothing. */
  readonly version: Float64Array;
  /** By operation the value written or read, and what a compare-and-set expected; 0 is null. */
  readonly value: Int32Array;
  readonly expected: Int32Array;
}

export function checkVersionedRegister(timeline: Timeline): PolyResult {
  const cell = versionedOperations(timeline);
  if ('why' in cell) return cell;
  const book = writersByVersion(cell);
  if ('kind' in book) return book;
  const { writers, shownBy } = book;
  const { version } = cell;
  const { row } = timeline;
  const versions = Float64Array.from(writers.keys()).sort();
  const wrongCas = checkExpected(cell, writers, versions);
  if (wrongCas !== undefined) return wrongCas;
  const place = new Map([...versions].map((each, at) => [each, at]));
  const rank = new Float64Array(timeline.count).fill(Number.NaN);
  for (const [each, op] of writers) rank[op] = 2 * (place.get(each) ?? 0) + 2;
  for (let op = 0; op < timeline.count; op += 1) {
    if (timeline.code[op] !== versionedCode.read || timeline.return[op] === never) continue;
    rank[op] = 2 * (place.get(version[op] ?? 0) ?? none) + 3;
  }
  const found = inversion(timeline, rank);
  if (found === undefined) return linearizable;
  const { early, late } = found;
  const nameOf = (op: number): string =>
    rankText(versions[Math.ceil((rank[op] ?? 0) / 2) - 1 - ((rank[op] ?? 0) % 2)]);
  const isStale = timeline.code[late] === versionedCode.read;
  const roles = { early: row[early] ?? 0, late: row[late] ?? 0 };
  const seen = [early, late]
    .filter((op) => timeline.code[op] === versionedCode.read)
    .map((op) => writers.get(version[op] ?? 0));
  const proofs = [early, late, ...seen].map((op) => shownBy.get(op ?? none));
  return violation(isStale ? 'stale-read' : 'version-order', 'order-of-versions', roles, {
    facts: { reasonText: `the one is of ${nameOf(early)}, the other of ${nameOf(late)}` },
    also: [...seen, ...proofs].filter((op) => op !== undefined).map((op) => row[op] ?? 0),
  });
}

function rankText(version: number | undefined): string {
  return version === undefined ? 'the time before all writes' : `version ${version}`;
}

function versionedOperations(timeline: Timeline): VersionedOperations | NotApplicable {
  const { history, count, row, code } = timeline;
  const { input, output } = history.operations;
  const values = new LocalValues(history.values, count);
  values.ofJson(null);
  const version = new Float64Array(count).fill(Number.NaN);
  const value = new Int32Array(count).fill(none);
  const expected = new Int32Array(count).fill(none);
  for (let op = 0; op < count; op += 1) {
    const id = row[op] ?? 0;
    const isUnknown = timeline.return[op] === never;
    const result = isUnknown ? null : (history.values.value(output[id] ?? noValue) ?? null);
    if (code[op] === versionedCode.read) {
      if (isUnknown) continue;
      const read = versionAndValue(result);
      if (read === undefined) return notApplicable('a read answers [version, value] or null');
      version[op] = read[0];
      if (result !== null) value[op] = values.ofJson(read[1]);
      continue;
    }
    if (!isUnknown && typeof result !== 'number')
      return notApplicable('a write or cas must answer its version');
    if (typeof result === 'number') version[op] = result;
    const given = history.values.value(input[id] ?? noValue) ?? null;
    if (code[op] === versionedCode.write) value[op] = values.ofJson(given);
    else {
      if (!isArray(given) || given.length !== 2)
        return notApplicable('a cas needs [from, to] as its value');
      expected[op] = values.ofJson(given[0] ?? null);
      value[op] = values.ofJson(given[1] ?? null);
    }
  }
  return { timeline, values, version, value, expected };
}

/** Before all writes there is no version. */
function versionAndValue(result: Json): readonly [number, Json] | undefined {
  if (result === null) return [Number.NEGATIVE_INFINITY, null];
  const [version, value] = isArray(result) && result.length === 2 ? result : [];
  return typeof version === 'number' ? [version, value ?? null] : undefined;
}

interface VersionBook {
  /** By version its write: those that said it, and those that a read tells of. */
  readonly writers: Map<number, number>;
  /** By write of unknown outcome the read that tells of it. */
  readonly shownBy: Map<number, number>;
}

function writersByVersion(cell: VersionedOperations): VersionBook | Violation | NotApplicable {
  const { timeline, version, value } = cell;
  const { row, code } = timeline;
  const writers = new Map<number, number>();
  const crashed: number[] = [];
  for (let op = 0; op < timeline.count; op += 1) {
    if (code[op] === versionedCode.read) continue;
    const own = version[op] ?? Number.NaN;
    if (Number.isNaN(own)) {
      crashed.push(op);
      continue;
    }
    const other = writers.get(own);
    if (other !== undefined) {
      const roles = { first: row[other] ?? 0, second: row[op] ?? 0 };
      return violation('duplicate-version', 'version-twice', roles, { facts: { version: own } });
    }
    writers.set(own, op);
  }
  const book = { writers, shownBy: new Map<number, number>() };
  const crashedByValue = new Map<number, number[]>();
  for (const op of crashed) {
    const own = value[op] ?? none;
    crashedByValue.set(own, [...(crashedByValue.get(own) ?? []), op]);
  }
  for (let op = 0; op < timeline.count; op += 1) {
    if (code[op] !== versionedCode.read || !Number.isFinite(version[op] ?? Number.NaN)) continue;
    const wrong = enterRead(cell, book, crashedByValue, op);
    if (wrong !== undefined) return wrong;
  }
  return book;
}

/** A read must show the value of its version's write: one that said so, or one that crashed. */
function enterRead(
  cell: VersionedOperations,
  { writers, shownBy }: VersionBook,
  crashedByValue: ReadonlyMap<number, number[]>,
  op: number,
): Violation | NotApplicable | undefined {
  const { timeline, version, value, values } = cell;
  const { row } = timeline;
  const own = version[op] ?? 0;
  const writer = writers.get(own);
  const facts = { found: values.value(value[op] ?? 0), version: own };
  const reader = row[op] ?? 0;
  if (writer !== undefined) {
    if (value[writer] === value[op]) return undefined;
    const roles = { reader, writer: row[writer] ?? 0 };
    const standalone = version[writer] === own;
    return violation('wrong-value', 'version-of-another', roles, { facts, standalone });
  }
  const candidates = crashedByValue.get(value[op] ?? none) ?? [];
  const only = candidates.pop();
  if (only === undefined)
    return violation(
      'thin-air-read',
      'version-of-nobody',
      { reader },
      { facts, standalone: false },
    );
  if (candidates.length > 0)
    return notApplicable(
      `several writes of ${JSON.stringify(facts.found)} have an unknown outcome`,
    );
  writers.set(own, only);
  shownBy.set(only, op);
  return undefined;
}

/** Each compare-and-set must have found what the version before it left. */
function checkExpected(
  cell: VersionedOperations,
  writers: ReadonlyMap<number, number>,
  versions: Float64Array,
): Violation | NotApplicable | undefined {
  const { timeline, values, value, expected } = cell;
  const { row } = timeline;
  const used = new Set(writers.values());
  for (let at = 0; at < versions.length; at += 1) {
    const version = versions[at] ?? 0;
    const op = writers.get(version) ?? 0;
    if (timeline.code[op] !== versionedCode.cas) continue;
    const before = at === 0 ? none : (writers.get(versions[at - 1] ?? 0) ?? none);
    const found = before === none ? 0 : (value[before] ?? 0);
    if (found === expected[op]) continue;
    for (let other = 0; other < timeline.count; other += 1)
      if (
        timeline.code[other] !== versionedCode.read &&
        !used.has(other) &&
        value[other] === expected[op]
      )
        return notApplicable('a cas may have found what a write of unknown outcome left');
    const roles = { writer: row[op] ?? 0 };
    const facts = { expected: values.value(expected[op] ?? 0), version };
    return before === none
      ? violation('lost-update', 'expected-initial', roles, { facts, standalone: false })
      : violation(
          'lost-update',
          'expected-another',
          { ...roles, before: row[before] ?? 0 },
          { facts, standalone: false },
        );
  }
  return undefined;
}
