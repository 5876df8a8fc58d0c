import { expect, test } from 'vitest';
import { parseSuite } from '../../src/cli/suite-file.ts';
import { notRun } from '../../src/cli/suite-run.ts';
import { expandSuite } from '../../src/plan/suite.ts';
import { type FindingRow, renderFindings } from '../../src/report/suite/findings.ts';

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

test.each([
  ['tests:\n  - finding: {system: s}', 'finding needs `shows:`'],
  ['tests:\n  - finding: {system: s, shows: t, whom: u}', 'unknown setting "whom" in finding'],
  ['tests:\n  - finding: {system: s, shows: t, reported: {a: b}}', 'a link each'],
  ['when-missing: ignore\ntests: [{target: raft}]', 'when-missing takes skip or fail'],
])('%s is refused', (text, message) => {
  expect(() => parseSuite('suite.yaml', text)).toThrow(message);
});
