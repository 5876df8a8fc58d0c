/**
 * Histories that others recorded, in all their formats: each is told apart, read whole, and
 * has as many operations as the list beside them says.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { typeCode } from '../../src/history/columns.ts';
import type { HistoryFormat, ReadResult } from '../../src/history/format/read-history.ts';
import { readHistory } from '../../src/history/format/read-history.ts';

const folder = new URL('../../../shared/data/', import.meta.url).pathname;
const list = join(folder, 'expected.tsv');

interface Row {
  readonly path: string;
  readonly format: HistoryFormat;
  /** NaN if the list gives none. */
  readonly count: number;
}

const formats: readonly (readonly [RegExp, HistoryFormat])[] = [
  [/^jepsen-etcd-log/, 'jepsen-log'],
  [/^porcupine-kv/, 'porcupine-kv'],
  [/^EDN/, 'edn'],
  [/^JSON/, 'elle-json'],
  [/^LiMo/, 'limo'],
  [/^AWDIT/, 'awdit'],
  [/^dbcop/, 'dbcop'],
  [/^PolySI/, 'polysi'],
];

/** Counts in the list that are not of client operations; the files' own invocations count. */
const countedOtherwise: Readonly<Record<string, number>> = { 'elle-cli/jepsen/bank.json': 321 };

function rows(): readonly Row[] {
  return readFileSync(list, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [path = '', kind = '', , count = ''] = line.split('\t');
      const format = formats.find(([pattern]) => pattern.test(kind))?.[1];
      if (format === undefined) throw new Error(`no format for "${kind}" in ${list}`);
      return { path, format, count: countedOtherwise[path] ?? Number(count) };
    });
}

function bytesOf(path: string): Uint8Array {
  const file = join(folder, path);
  return readFileSync(statSync(file).isDirectory() ? join(file, 'history.bincode') : file);
}

/** AWDIT's and PolySI's files are counted by reads and writes, dbcop's by commits. */
function countOf({ format, history }: ReadResult): number {
  const { count, outcome, output } = history.operations;
  if (format === 'dbcop') return outcome.filter((end) => end === typeCode.ok).length;
  if (format !== 'awdit' && format !== 'polysi') return count;
  let accesses = 0;
  for (const id of output) accesses += (history.values.value(id) as readonly unknown[]).length;
  return accesses;
}

describe.skipIf(!existsSync(list))('recorded histories (needs ../shared/data)', () => {
  test.each(existsSync(list) ? rows() : [])('$path', ({ path, format, count }) => {
    const bytes = bytesOf(path);
    // One of the logs is of a cluster that never started.
    const result = readHistory(bytes, bytes.length === 0 ? format : 'auto', path);
    expect(result.format).toBe(format);
    if (!Number.isNaN(count)) expect(countOf(result)).toBe(count);
    else expect(countOf(result)).toBeGreaterThan(0);
    expect(
      result.warnings.filter((text) => !/without "process"|line's end|no events/.test(text)),
    ).toEqual([]);
  });
});

test.runIf(!existsSync(list))('skipped: ../shared/data is not there', ({ skip }) => {
  skip(`${list} is not there: nothing was compared`);
});
