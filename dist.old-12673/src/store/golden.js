/**
 * `histories/golden`: small histories, each with what a checker must say of it and a sentence that
 * says what it shows. `expected.json` has one entry for each `NAME.jsonl`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HistoryError, messageOf } from '../base/errors.js';
import { readHistoryFile } from './read-file.js';
/** From the built program and from source alike. */
export function goldenFolder() {
  for (const up of ['../../', '../../../']) {
    const folder = new URL(`${up}histories/golden/`, import.meta.url);
    if (existsSync(folder)) return fileURLToPath(folder);
  }
  throw new HistoryError('the folder histories/golden is missing from this installation of dsx');
}
export function goldenHistories() {
  const file = `${goldenFolder()}expected.json`;
  try {
    const table = JSON.parse(readFileSync(file, 'utf8'));
    return Object.entries(table).map(([name, expected]) => ({ name, ...expected }));
  } catch (thrown) {
    throw new HistoryError(`cannot read ${file}: ${messageOf(thrown)}`, { cause: thrown });
  }
}
export function goldenFile(name) {
  return `${goldenFolder()}${name}.jsonl`;
}
export function readGolden(name) {
  return readHistoryFile(goldenFile(name), 'jsonl');
}
