import { expect, test } from 'vitest';
import { parseSuite } from '../../src/cli/suite-file.ts';
import { notRun } from '../../src/cli/suite-run.ts';
import { expandSuite } from '../../src/plan/suite.ts';
import {
  type FindingRow,
  foldRepetitions,
  renderFindings,
} from '../../src/report/suite/findings.ts';
import type { SuiteResult } from '../../src/report/suite/suite.ts';

const source = `
page: findings
when-missing: skip
tests:
  - name: breaks | here
    finding:
      system: store
      shows: stale reads
      fault: none
      control: holds
      reported: {Somebody: 'https://example.org/a'}
    target: single
    variant: stale-reads
    expect: stale-read
  - name: holds
    finding: {system: store, shows: stale reads}
    target: single
`;

function rowsOf(): readonly FindingRow[] {
  return expandSuite(parseSuite('suite.yaml', source).entries, null)
    .map(notRun)
    .flatMap((result) =>
      result.finding === undefined ? [] : [{ ...result, finding: result.finding }],
    );
}

const page = (rows: readonly FindingRow[]): string => renderFindings(rows, 'dsx suite findings');

test('a row that was not run says so, and counts as no finding', () => {
  const text = page(rowsOf());
  expect(text).toContain('0 findings on 0 targets shown');
  expect(text.match(/not run yet/g)?.length).toBeGreaterThanOrEqual(2);
});

test('a finding shows its anomaly, its evidence, its control and who reported it', () => {
  const [finding, control] = rowsOf();
  if (finding === undefined || control === undefined) throw new Error('two rows were expected');
  const evidence = {
    ...{ type: 'stale-read', summary: 'checker: 1 × stale-read', completeMs: 1500 },
    explanation: 'C saw the value of A',
  };
  const text = page([
    { ...finding, outcome: 'passed', runs: 1, evidence, runMs: 9000, command: 'dsx test -w x' },
    { ...control, outcome: 'passed', operations: 12 },
  ]);
  const [row] = text.split('\n').filter((line) => line.includes('[stale reads]'));
  expect(row).toContain(
    '❌ `stale-read` | 1.5 s (9 s) | ✅ valid | [Somebody](https://example.org/a)',
  );
  expect(row).toContain('(#breaks--here)');
  expect(text).toContain('C saw the value of A');
});

test('a control that is not valid, and a finding that is, stand out', () => {
  const [finding, control] = rowsOf();
  if (finding === undefined || control === undefined) throw new Error('two rows were expected');
  const text = page([
    { ...finding, outcome: 'failed', runs: 3 },
    { ...control, outcome: 'failed', runs: 1, text: 'not linearizable' },
  ]);
  expect(text).toContain('not reproduced in 3 runs');
  expect(text).toContain('**not valid**: not linearizable');
  expect(text).toContain('0 of 1 control valid');
});

/** What three seeds showed of each row. */
function threeSeeds(outcomes: readonly SuiteResult['outcome'][]): readonly FindingRow[] {
  const results = expandSuite(parseSuite('suite.yaml', source).entries, 3).map(
    (test): SuiteResult => {
      const outcome = outcomes[test.repetition] ?? 'not-run';
      const seconds = test.repetition + 1;
      const hits = outcome === 'passed' ? 1 : 0;
      const counts = outcome === 'not-run' ? {} : { runs: 1, hits, runMs: 10_000 * seconds };
      const evidence = {
        ...{ type: 'stale-read', summary: '', explanation: `seed ${seconds}` },
        completeMs: 1_000 * seconds,
      };
      return { ...notRun(test), outcome, seed: seconds, ...counts, evidence };
    },
  );
  return foldRepetitions(results).flatMap((result) =>
    result.finding === undefined ? [] : [{ ...result, finding: result.finding }],
  );
}

test('of several seeds a finding tells how many show it, and its median times', () => {
  const text = page(threeSeeds(['passed', 'passed', 'passed']));
  expect(text).toContain('❌ `stale-read`, 3 of 3 seeds | 2 s (20 s) | ✅ valid, 3 of 3 seeds');
});

test('one seed of three shows a finding, and breaks a control', () => {
  const text = page(threeSeeds(['failed', 'passed', 'failed']));
  expect(text).toContain('❌ `stale-read`, 1 of 3 seeds | 2 s (20 s)');
  expect(text).toContain('**not valid**, 1 of 3 seeds');
  expect(text).toContain('seed 2');
});

test('seeds that were not run count neither way', () => {
  const [finding, control] = threeSeeds(['failed', 'not-run', 'not-run']);
  expect(finding).toMatchObject({ name: 'breaks | here', outcome: 'failed', runs: 1 });
  expect(control).toMatchObject({ name: 'holds', outcome: 'failed' });
  const [untouched] = threeSeeds([]);
  expect(untouched).toMatchObject({ outcome: 'not-run', runs: 0 });
  expect(untouched?.seeds).toBeUndefined();
});

test.each([
  ['tests:\n  - finding: {system: s}', 'finding needs `shows:`'],
  ['tests:\n  - finding: {system: s, shows: t, whom: u}', 'unknown setting "whom" in finding'],
  ['tests:\n  - finding: {system: s, shows: t, reported: {a: b}}', 'a link each'],
  ['when-missing: ignore\ntests: [{target: raft}]', 'when-missing takes skip or fail'],
])('%s is refused', (text, message) => {
  expect(() => parseSuite('suite.yaml', text)).toThrow(message);
});
