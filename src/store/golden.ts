/**
 * `histories/golden`: small histories, each with what a checker must say of it and a sentence that
 * says what it shows. `expected.json` has one entry for each `NAME.jsonl`. dsx brings a folder of
 * them; `dsx promote` makes one of the user's own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HistoryError, messageOf } from '../base/errors.ts';
import type { ReadResult } from '../history/format/read-history.ts';
import { jsonlOf } from '../history/format/write-history.ts';
import type { History } from '../history/history.ts';
import { readHistoryFile } from './read-file.ts';
import { writeAtomic } from './write-atomic.ts';

/** The file of a golden folder that says what is expected. */
export const expectationsFile = 'expected.json';

export interface GoldenHistory {
  readonly name: string;
  /** What was promised: a name that `--model` takes. */
  readonly model: string;
  readonly valid: boolean;
  /** Names of anomalies, the likeliest first: a checker gives at least one of them. */
  readonly anomalies: readonly string[];
  /** What it shows, in a sentence. */
  readonly shows: string;
}

/** That of dsx itself, from the built program and from source alike. */
export function goldenFolder(): string {
  for (const up of ['../../', '../../../']) {
    const folder = new URL(`${up}histories/golden/`, import.meta.url);
    if (existsSync(folder)) return fileURLToPath(folder);
  }
  throw new HistoryError('the folder histories/golden is missing from this installation of dsx');
}

/** True if the folder is one of golden histories. */
export function isGoldenFolder(path: string): boolean {
  return existsSync(join(path, expectationsFile));
}

/** @throws HistoryError if the folder has no table of what is expected, or a broken one */
export function goldenHistories(folder = goldenFolder()): readonly GoldenHistory[] {
  return [...expectationsIn(folder)].map(([name, expected]) => ({ name, ...expected }));
}

export function goldenFile(name: string, folder = goldenFolder()): string {
  return `${folder.endsWith(sep) ? folder : `${folder}${sep}`}${name}.jsonl`;
}

export function readGolden(name: string, folder = goldenFolder()): ReadResult {
  return readHistoryFile(goldenFile(name, folder), 'jsonl');
}

/** Writes the history and its entry, sorted by name; one of the same name is replaced. */
export function writeGolden(
  folder: string,
  { name, ...expected }: GoldenHistory,
  history: History,
): void {
  const table = existsSync(join(folder, expectationsFile))
    ? expectationsIn(folder)
    : new Map<string, Expected>();
  table.set(name, expected);
  writeAtomic(goldenFile(name, folder), jsonlOf(history));
  const lines = [...table]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([each, entry]) => `  ${JSON.stringify(each)}: ${JSON.stringify(entry)}`);
  writeAtomic(join(folder, expectationsFile), [`{\n${lines.join(',\n')}\n}\n`]);
}

type Expected = Omit<GoldenHistory, 'name'>;

function expectationsIn(folder: string): Map<string, Expected> {
  const file = join(folder, expectationsFile);
  try {
    const table = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Expected>;
    return new Map(Object.entries(table));
  } catch (thrown) {
    throw new HistoryError(`cannot read ${file}: ${messageOf(thrown)}`, { cause: thrown });
  }
}
