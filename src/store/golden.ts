/**
 * `histories/golden`: small histories, each with what a checker must say of it and a sentence that
 * says what it shows. `expected.json` has one entry for each `NAME.jsonl`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HistoryError, messageOf } from '../base/errors.ts';
import type { ReadResult } from '../history/format/read-history.ts';
import { readHistoryFile } from './read-file.ts';

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

/** From the built program and from source alike. */
export function goldenFolder(): string {
  for (const up of ['../../', '../../../']) {
    const folder = new URL(`${up}histories/golden/`, import.meta.url);
    if (existsSync(folder)) return fileURLToPath(folder);
  }
  throw new HistoryError('the folder histories/golden is missing from this installation of dsx');
}

export function goldenHistories(): readonly GoldenHistory[] {
  const file = `${goldenFolder()}expected.json`;
  try {
    const table = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      Omit<GoldenHistory, 'name'>
    >;
    return Object.entries(table).map(([name, expected]) => ({ name, ...expected }));
  } catch (thrown) {
    throw new HistoryError(`cannot read ${file}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

export function goldenFile(name: string): string {
  return `${goldenFolder()}${name}.jsonl`;
}

export function readGolden(name: string): ReadResult {
  return readHistoryFile(goldenFile(name), 'jsonl');
}
