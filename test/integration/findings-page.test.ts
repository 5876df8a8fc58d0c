/** The page of findings is kept row by row: of several files, and as the suite has it now. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { joinFindings, withRowsOf, writeFindings } from '../../src/cli/findings-page.ts';
import { parseSuite } from '../../src/cli/suite-file.ts';
import { notRun } from '../../src/cli/suite-run.ts';
import { expandSuite } from '../../src/plan/suite.ts';
import type { SuiteResult } from '../../src/report/suite/suite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsx-findings-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Two rows of a suite; `timeLimit`: a setting of the first. */
function planned(timeLimit: number): readonly SuiteResult[] {
  const source = `
page: findings
tests:
  - {name: one, finding: {system: a, shows: b}, target: single, time-limit: ${timeLimit}}
  - {name: two, finding: {system: c, shows: d}, target: single}
`;
  return expandSuite(parseSuite('suite.yaml', source).entries, null).map(notRun);
}

function passed(result: SuiteResult, operations: number): SuiteResult {
  return { ...result, outcome: 'passed', runs: 1, hits: 1, operations };
}

function rows(path: string): readonly SuiteResult[] {
  return (JSON.parse(readFileSync(`${path}.json`, 'utf8')) as { rows: SuiteResult[] }).rows;
}

const repeat = 'dsx suite findings';

test('a row that was run with other settings counts as not run', () => {
  const path = join(folder, 'findings');
  const all = planned(5);
  writeFindings({ path, all, results: all.map((one) => passed(one, 7)), repeat });
  expect(rows(path).map(({ outcome }) => outcome)).toEqual(['passed', 'passed']);
  writeFindings({ path, all: planned(9), results: [], repeat });
  expect(rows(path).map(({ outcome }) => outcome)).toEqual(['not-run', 'passed']);
});

test('of several files the newer row holds, and no row of another is lost', () => {
  const [own, other] = [join(folder, 'own'), join(folder, 'other')];
  const all = planned(5);
  const [one, two] = all;
  if (one === undefined || two === undefined) throw new Error('two rows were expected');
  writeFindings({ path: own, all, results: [passed(one, 1)], repeat });
  writeFindings({ path: other, all, results: [passed(two, 2)], repeat });
  // As from a run that was a year later.
  const later = readFileSync(`${other}.json`, 'utf8').replaceAll(
    /"ranAt": "\d{4}/g,
    '"ranAt": "2999',
  );
  writeFileSync(`${other}.json`, later);
  joinFindings({ path: own, all, repeat }, [`${other}.json`]);
  expect(rows(own).map(({ operations }) => operations)).toEqual([1, 2]);
});

test('a row that was added while a suite ran, and shown by another run, stays', () => {
  const path = join(folder, 'findings');
  const all = planned(5);
  const [one, two] = all;
  if (one === undefined || two === undefined) throw new Error('two rows were expected');
  writeFindings({ path, all, results: [passed(two, 2)], repeat });
  // As a run writes it that began when the suite had the first row alone.
  const now = withRowsOf([one], () => all);
  writeFindings({ path, all: now, results: [passed(one, 1)], repeat });
  expect(rows(path).map(({ name, operations }) => [name, operations])).toEqual([
    ['one', 1],
    ['two', 2],
  ]);
});

test('what a run has shown stays when its row is taken out, or the file is unreadable', () => {
  const all = planned(5);
  const [one, two] = all;
  if (one === undefined || two === undefined) throw new Error('two rows were expected');
  expect(withRowsOf(all, () => [two])).toEqual([two, one]);
  const unreadable = (): readonly SuiteResult[] => {
    throw new Error('it is being edited');
  };
  expect(withRowsOf(all, unreadable)).toEqual(all);
});
