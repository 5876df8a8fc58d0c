/** JUnit XML: what CI systems accept, by a schema in the dialect of Jenkins and GitLab. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../src/checker/verdict.ts';
import { renderJunit, renderJunitSuites } from '../../../src/report/junit.ts';
import type { RunReport } from '../../../src/report/report.ts';
import { renderSuiteJunit } from '../../../src/report/suite/junit.ts';
import {
  type Outcome,
  outcomes,
  type SuiteReport,
  type SuiteResult,
  suiteFormat,
} from '../../../src/report/suite/suite.ts';
import { junitComplaints } from '../../support/junit.ts';
import { drawn } from '../../support/notation.ts';
import {
  loadedHistory,
  lostElements,
  readSkew,
  reportOf,
  staleRead,
  validVerdict,
} from './sample-runs.ts';

const small = drawn('0: [w1] [r1]');
const loaded = loadedHistory(300);

const gaveUp: Verdict = {
  checker: 'linearizability',
  operationCount: 2,
  method: 'search',
  valid: 'unknown',
  reason: { kind: 'timeout', limitMs: 60_000, proved: 'the first 1,200 operations are fine' },
};
const gates = [
  { gate: 'latency.p99<200ms', passed: true, figure: 'it was 12 ms' },
  { gate: 'throughput>100', passed: false, figure: 'it was 3 a second' },
];

const runs: Readonly<Record<string, RunReport>> = {
  'a valid run': reportOf(loaded, [validVerdict(loaded)]),
  'a stale read': staleRead(),
  'read skew': readSkew(),
  'lost elements': lostElements(),
  'what nobody knows': reportOf(small, [gaveUp]),
  'nothing checked': reportOf(small, []),
  'gates, met and missed': reportOf(small, [validVerdict(small)], { summary: { gates } }),
  'an anomaly that was expected and did not come': reportOf(small, [validVerdict(small)], {
    plan: { expect: 'anomaly' },
  }),
};

function resultOf(outcome: Outcome, text: string): SuiteResult {
  return {
    ...{ name: `raft, ${outcome}`, group: 'raft', settings: {}, expect: 'valid', outcome, text },
    ...{ anomalies: [], runs: 1, hits: 0, seed: 1, operations: 5, durationMs: 1234.5678 },
    ...{ folder: 'histories/runs/x', command: 'dsx test --seed 1' },
  };
}

function suiteOf(results: readonly SuiteResult[], isComplete = true): SuiteReport {
  return {
    ...{ format: suiteFormat, name: 'nightly', dsxVersion: '0.1.0', seed: 7, digest: 'd' },
    ...{ startedAt: '2026-11-21T06:00:00.123Z', durationMs: 5000, shard: null },
    ...{ testCount: results.length + (isComplete ? 0 : 1), complete: isComplete, results },
  };
}

describe('JUnit XML is accepted by CI systems', () => {
  test.each(Object.entries(runs))('%s', async (_name, report) => {
    expect(await junitComplaints(renderJunit(report))).toEqual([]);
  });

  test('many runs in one file', async () => {
    expect(await junitComplaints(renderJunitSuites(Object.values(runs)))).toEqual([]);
  });

  test('a suite with every outcome', async () => {
    const all = suiteOf(outcomes.map((outcome) => resultOf(outcome, `it ${outcome}`)));
    expect(await junitComplaints(renderSuiteJunit(all))).toEqual([]);
  });

  test('a suite of which a part is missing has an error in it', async () => {
    const part = suiteOf([resultOf('passed', 'valid')], false);
    const xml = renderSuiteJunit(part);
    expect(await junitComplaints(xml)).toEqual([]);
    expect(xml).toContain('errors="1"');
    expect(xml).toContain('<error');
  });

  test('whatever a system answers', async () => {
    const texts = fc.array(fc.string({ unit: 'binary' }), { minLength: 200, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(texts, async (all) => {
        const results = all.map((text, i) =>
          resultOf(outcomes[i % outcomes.length] ?? 'error', text),
        );
        expect(await junitComplaints(renderSuiteJunit(suiteOf(results)))).toEqual([]);
      }),
      { numRuns: 3 },
    );
  });
});

describe('the schema refuses', () => {
  const good = renderJunit(staleRead());
  test.each([
    ['a count that is not so', good.replace(/ tests="\d+"/, ' tests="77"')],
    ['a case without a name', good.replace(/(<testcase [^>]*) name="[^"]*"/, '$1')],
    [
      'an element that nobody knows',
      good.replace('<failure', '<anomaly').replace('</failure', '</anomaly'),
    ],
    ['a failure that does not say what', good.replace(/<failure message="[^"]*"/, '<failure')],
    ['a time with a zone', good.replace(/timestamp="([^"]*)"/, 'timestamp="$1Z"')],
    ['what is cut off', good.slice(0, -20)],
  ])('%s', async (_name, xml) => {
    expect(xml).not.toBe(good);
    expect(await junitComplaints(xml)).not.toEqual([]);
  });
});
