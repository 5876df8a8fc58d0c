/**
 * Keeps a page of findings: the results of the tests that were run now beside those of others
 * that were run before. The page is made from a file of results next to it, so that a part of
 * the suite can be run again alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UsageError } from '../base/errors.ts';
import { canonical, isArray, isObject, type JsonObject } from '../base/json.ts';
import { type FindingRow, foldRepetitions, renderFindings } from '../report/suite/findings.ts';
import type { SuiteResult } from '../report/suite/suite.ts';
import { writeAtomic } from '../store/write-atomic.ts';

const pageFormat = 'dsx-findings/1';

export interface PageRequest {
  /** Path without ending: `.json` and `.md` are written. */
  readonly path: string;
  /** Every test of the suite, in order, run or not. */
  readonly all: readonly SuiteResult[];
  /** Those that were run now, or were passed over. */
  readonly results: readonly SuiteResult[];
  /** The command that makes the page. */
  readonly repeat: string;
}

/** The file that was written; null where there is no folder for it: an installed package has none. */
export function writeFindings({ path, all, results, repeat }: PageRequest): string | null {
  if (!existsSync(dirname(path))) return null;
  const before = byName(readBefore(`${path}.json`));
  const now = byName(foldRepetitions(results));
  const ranAt = new Date().toISOString();
  return writePage({ path, all, repeat }, ({ name }) => {
    const own = now.get(name);
    const isNew = own !== undefined && own.outcome !== 'not-run';
    return chosen(before.get(name), isNew ? { ...own, ranAt } : own);
  });
}

/**
 * The rows of the page while a suite runs for hours: as its file has them by now, for another run
 * may have shown what was added meanwhile, and then those that the run began with and the file has
 * no more. `current` may throw: a file that somebody is editing says nothing.
 */
export function withRowsOf(
  started: readonly SuiteResult[],
  current: () => readonly SuiteResult[],
): readonly SuiteResult[] {
  try {
    const now = current();
    const names = new Set(now.map(({ name }) => name));
    return [...now, ...started.filter(({ name }) => !names.has(name))];
  } catch {
    return started;
  }
}

/** Takes from the files of other runs what is newer there, row by row. */
export function joinFindings(
  page: Omit<PageRequest, 'results'>,
  files: readonly string[],
): string | null {
  const parts = [`${page.path}.json`, ...files].map((file) => byName(readBefore(file)));
  return writePage(page, (planned) => {
    const rows = parts
      .flatMap((part) => part.get(planned.name) ?? [])
      .filter((row) => row.outcome !== 'not-run' && asked(row) === asked(planned));
    return rows.reduce<FindingRow | undefined>(
      (best, row) => ((row.ranAt ?? '') > (best?.ranAt ?? '') ? row : (best ?? row)),
      undefined,
    );
  });
}

function asked({ settings, expect }: SuiteResult): string {
  return canonical([settings, expect]);
}

function byName<T extends SuiteResult>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.name, row]));
}

function writePage(
  { path, all, repeat }: Omit<PageRequest, 'results'>,
  rowOf: (planned: SuiteResult) => SuiteResult | undefined,
): string {
  const rows = foldRepetitions(all).flatMap((planned) => {
    const { finding } = planned;
    if (finding === undefined) return [];
    const row = rowOf(planned);
    // In words it is what the suite says now; what was run otherwise shows nothing of it.
    const isSame = row !== undefined && asked(row) === asked(planned);
    return [{ ...(isSame ? row : planned), finding, folder: null }];
  });
  writeAtomic(`${path}.json`, [`${JSON.stringify({ format: pageFormat, rows }, null, 1)}\n`]);
  writeAtomic(`${path}.md`, [renderFindings(rows, repeat)]);
  return `${path}.md`;
}

/** A test that was not run says less than what it showed before. */
function chosen<T extends SuiteResult>(before: T | undefined, now: T | undefined): T | undefined {
  if (now === undefined) return before;
  const isNothing = now.outcome === 'not-run';
  return isNothing && before !== undefined && before.outcome !== 'not-run' ? before : now;
}

function readBefore(file: string): readonly FindingRow[] {
  if (!existsSync(file)) return [];
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new UsageError(
      `${file} is not JSON: ${messageOf(thrown)}\nremove it, and all rows are made anew`,
    );
  }
  const rows = isObject(value) && value['format'] === pageFormat ? value['rows'] : undefined;
  if (!isArray(rows))
    throw new UsageError(
      `${file} is no file of findings: expected {"format": "${pageFormat}", …}\nremove it, and all rows are made anew`,
    );
  return rows.filter(isRow) as unknown as readonly FindingRow[];
}

function isRow(value: unknown): value is JsonObject {
  return (
    isObject(value) && typeof value['name'] === 'string' && typeof value['outcome'] === 'string'
  );
}
