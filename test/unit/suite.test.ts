import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChildResult } from '../../src/cli/child-test.ts';
import { parseSuite } from '../../src/cli/suite-file.ts';
import { judge, notRun, outcomeCode } from '../../src/cli/suite-run.ts';
import { digestOf, expandSuite, inShard, parseShard, seedOf } from '../../src/plan/suite.ts';
import { plainPaint } from '../../src/report/paint.ts';
import { renderSuiteGithub } from '../../src/report/suite/github.ts';
import { renderSuiteJunit } from '../../src/report/suite/junit.ts';
import { renderSuiteMarkdown } from '../../src/report/suite/markdown.ts';
import {
  mergeShards,
  type Outcome,
  type SuiteReport,
  suiteReportFrom,
} from '../../src/report/suite/suite.ts';
import { renderSuiteTerminal } from '../../src/report/suite/terminal.ts';

const testsOf = (source: string) => expandSuite(parseSuite('suite.yaml', source).entries, null);
const namesOf = (source: string) => testsOf(source).map(({ name }) => name);

describe('a matrix', () => {
  const source = `
defaults: {time-limit: 5, options: {values: small}}
tests:
  - target: raft
    matrix:
      nemesis: [partition, [partition, kill]]
      seed: [1, 2]
    exclude:
      - {nemesis: partition, seed: 2}
    options: {cas: no}
`;

  test('is every combination but the excluded ones, each under a name of its own', () => {
    expect(namesOf(source)).toEqual([
      'register on raft, partition, seed 1',
      'register on raft, partition,kill, seed 1',
      'register on raft, partition,kill, seed 2',
    ]);
  });

  test('adds to the settings of its entry, and those to the defaults', () => {
    const [first] = testsOf(source);
    expect(first?.settings).toEqual({
      ...{ 'time-limit': 5, target: 'raft', nemesis: 'partition' },
      options: { values: 'small', cas: 'no' },
    });
    expect(first?.seed).toBe(1);
  });

  test('may have settings that go together, with an expectation of their own', () => {
    const tests = testsOf(`
tests:
  - name: raft
    matrix:
      build:
        - {variant: correct}
        - {name: hasty, variant: stale-reads, expect: [stale-read, lost-update], tries: 3}
`);
    expect(tests.map(({ name, expect: wanted, tries }) => [name, wanted.kind, tries])).toEqual([
      ['raft (correct)', 'valid', 1],
      ['raft (hasty)', 'named', 3],
    ]);
  });

  test('repeated runs have different seeds, and the same ones each time', () => {
    const tests = testsOf('tests: [{target: raft, repeat: 4}]');
    const seeds = tests.map((one) => seedOf(one, 7, 0));
    expect(new Set(seeds).size).toBe(4);
    expect(testsOf('tests: [{target: raft, repeat: 4}]').map((one) => seedOf(one, 7, 0))).toEqual(
      seeds,
    );
    expect(new Set(tests.map(({ name }) => name)).size).toBe(4);
  });

  test('a test added before another does not change the seed of the other', () => {
    const alone = testsOf('tests: [{target: raft}]');
    const both = testsOf('tests: [{target: single}, {target: raft}]');
    expect(both.map((one) => seedOf(one, 3, 0))).toContain(
      alone.map((one) => seedOf(one, 3, 0))[0],
    );
  });

  test('two tests with the same settings have different names', () => {
    expect(new Set(namesOf('tests: [{target: raft}, {target: raft}]')).size).toBe(2);
  });
});

describe('what is wrong in a suite is said with line, column and the nearest word', () => {
  test.each([
    ['tests:\n  - targt: raft', 'suite.yaml:2:5: unknown setting "targt". Did you mean "target"?'],
    ['tsts: []', 'suite.yaml:1:1: unknown name "tsts" in a suite. Did you mean "tests"?'],
    [
      'workload: register\ntests: [{}]',
      'workload is a setting of a test: write it under `defaults:`',
    ],
    ['tests: []', 'at least one test'],
    ['- a', 'expected a suite'],
    ['tests: [raft]', 'suite.yaml:1:9: expected a test'],
    ['tests:\n  - expect: stale-raed', 'suite.yaml:2:13: expect takes valid, anomaly, or names'],
    ['tests:\n  - expect: stale-raed', 'Did you mean "stale-read"?'],
    ['tests:\n  - matrix: {nemesis: partition}', 'takes a list of values'],
    ['tests:\n  - matrix: {nemsis: [kill]}', 'unknown setting "nemsis". Did you mean "nemesis"?'],
    ['tests:\n  - matrix: {rate: [fast]}', 'rate takes a number, 0 or more; got "fast"'],
    ['tests:\n  - repeat: 0', 'repeat takes a whole number, 1 or more'],
    ['tests:\n  - out: here', 'give it as --out to dsx suite'],
    ['tests:\n  - exclude: {seed: 1}', 'exclude takes a list'],
    ['tests: [', 'suite.yaml'],
  ])('%j', (source, message) => {
    expect(() => parseSuite('suite.yaml', source)).toThrow(message);
  });
});

describe('shards', () => {
  test('share all tests among them, and no test twice', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 9 }), (total, count) => {
        for (let position = 0; position < total; position += 1) {
          const taken = Array.from({ length: count }, (_, i) =>
            inShard(position, { index: i + 1, count }),
          );
          expect(taken.filter(Boolean)).toHaveLength(1);
        }
      }),
    );
  });

  test.each(['0/2', '3/2', '1', 'a/b', '1/0'])('%s is none', (text) => {
    expect(() => parseShard(text)).toThrow('--shard takes which of how many');
  });

  test('joined again are the whole suite, in its order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (n, count) => {
        const whole = reportOf(Array.from({ length: n }, () => 'passed' as const));
        const parts = shardsOf(whole, count);
        const merged = mergeShards(parts.toReversed());
        expect(merged.results).toEqual(whole.results);
        expect(merged.complete).toBe(true);
      }),
    );
  });

  test('of which one is missing are not complete, and say which', () => {
    const parts = shardsOf(reportOf(['passed', 'passed', 'passed']), 3);
    const merged = mergeShards(parts.slice(1));
    expect(merged.complete).toBe(false);
    expect(merged.results[0]?.name).toContain('missing shard 1/3');
    expect(renderSuiteTerminal(merged, plainPaint)).toContain('not all was run');
  });

  test('of different suites, or twice the same, are refused', () => {
    const [one, two] = shardsOf(reportOf(['passed', 'passed']), 2);
    if (one === undefined || two === undefined) throw new Error('two shards were made');
    expect(() => mergeShards([one, one])).toThrow('there already');
    const other = { file: 'other', report: { ...two.report, digest: 'other' } };
    expect(() => mergeShards([one, other])).toThrow('another suite');
    expect(() => mergeShards([])).toThrow('nothing to merge');
  });

  test('of one suite have one digest, and a changed setting another', () => {
    const digest = (source: string) => digestOf(testsOf(source));
    expect(digest('tests: [{rate: 5}]')).toBe(digest('tests: [{"rate": 5}]'));
    expect(digest('tests: [{rate: 5}]')).not.toBe(digest('tests: [{rate: 6}]'));
  });
});

describe('a test of a suite passes only if its run said what was expected', () => {
  const child = (exitCode: number, types: readonly string[] = []): ChildResult => ({
    exitCode,
    verdict: {
      headline: 'the headline',
      verdicts: [{ anomalies: types.map((type) => ({ type })) }],
    },
    said: '',
  });
  const named = { kind: 'named', types: ['stale-read'] } as const;

  test.each([
    [{ kind: 'valid' } as const, child(0), 'passed'],
    [{ kind: 'valid' } as const, child(1, ['stale-read']), 'failed'],
    [{ kind: 'valid' } as const, child(2), 'unknown'],
    [{ kind: 'anomaly' } as const, child(0, ['lost']), 'passed'],
    [{ kind: 'anomaly' } as const, child(1), 'failed'],
    [named, child(0, ['lost-update', 'stale-read']), 'passed'],
    [named, child(0, ['lost-update']), 'failed'],
    [named, child(2), 'unknown'],
    [{ kind: 'valid' } as const, child(255), 'error'],
    [{ kind: 'valid' } as const, child(254), 'error'],
    [{ kind: 'valid' } as const, { exitCode: 0, verdict: null, said: '' }, 'error'],
  ])('%j, %j: %s', (wanted, given, outcome) => {
    expect(judge(wanted, given).outcome).toBe(outcome);
  });
});

describe('reports of a suite', () => {
  const report = reportOf(['passed', 'failed', 'unknown', 'error', 'not-run']);

  test('count what did not pass, whatever the form', () => {
    const junit = renderSuiteJunit(report);
    expect(junit).toContain('tests="6" failures="1" errors="3" skipped="1"');
    expect(junit.match(/<testcase /g)).toHaveLength(6);
    expect(renderSuiteMarkdown(report)).toContain('1 passed, 1 failed, 1 unknown, 1 error');
    expect(renderSuiteTerminal(report, plainPaint)).toContain('1 passed, 1 failed, 1 unknown');
    const lines = renderSuiteGithub(report).split('\n');
    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('::warning'))).toHaveLength(2);
  });

  test('let nothing that a system said become markup', () => {
    const [first] = report.results;
    if (first === undefined) throw new Error('there are results');
    const nasty = { ...first, text: '</failure>\n::error::x\u001b[2J' };
    const all = { ...report, complete: true, results: [{ ...nasty, outcome: 'failed' as const }] };
    expect(renderSuiteJunit(all)).not.toContain('</failure>\n::');
    expect(renderSuiteGithub(all).split('\n')).toHaveLength(2);
    expect(renderSuiteTerminal(all, plainPaint)).not.toContain('\u001b');
  });

  test('survive being written and read, and something else is refused', () => {
    expect(suiteReportFrom(JSON.parse(JSON.stringify(report)), 'f')).toEqual(report);
    expect(() => suiteReportFrom({}, 'f')).toThrow('f is not what dsx suite writes');
    expect(() => suiteReportFrom({ ...report, results: [{ name: 1 }] }, 'f')).toThrow('results');
  });

  test('of a failure, an error or an unknown never exit 0', () => {
    const code = (outcome: Outcome) => outcomeCode({ ...oneResult(0), outcome });
    expect((['passed', 'failed', 'unknown', 'error'] as const).map(code)).toEqual([0, 1, 2, 255]);
  });
});

function oneResult(i: number) {
  const settings = { target: 'raft' };
  const common = { entry: 0, settings, expect: { kind: 'valid' }, seed: null } as const;
  return notRun({
    ...common,
    name: `test ${i}`,
    group: `test ${i}`,
    repetition: 0,
    tries: 1,
    finding: null,
  });
}

function reportOf(wanted: readonly Outcome[]): SuiteReport {
  return {
    ...{ format: 'dsx-suite/1', name: 'nightly', dsxVersion: '0', seed: 1, digest: 'd' },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', durationMs: 5, shard: null },
    testCount: wanted.length,
    complete: !wanted.includes('not-run'),
    results: wanted.map((outcome, i) => ({ ...oneResult(i), outcome, text: `it ${outcome}` })),
  };
}

function shardsOf(whole: SuiteReport, count: number) {
  return Array.from({ length: count }, (_, i) => {
    const shard = { index: i + 1, count };
    const results = whole.results.filter((__, position) => inShard(position, shard));
    return { file: `shard-${i + 1}`, report: { ...whole, shard, results } };
  });
}
