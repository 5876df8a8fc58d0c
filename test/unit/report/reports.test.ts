import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Anomaly, anomaliesOf, type Verdict } from '../../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../../src/history/builder.ts';
import { checkJson } from '../../../src/report/check-json.ts';
import { checkText } from '../../../src/report/check-text.ts';
import { renderGithub, renderStepSummary } from '../../../src/report/github.ts';
import { renderJson, verdictFormat } from '../../../src/report/json.ts';
import { renderJunit, renderJunitSuites } from '../../../src/report/junit.ts';
import { latencies, okFraction } from '../../../src/report/latency.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { plainPaint } from '../../../src/report/paint.ts';
import type { RunReport } from '../../../src/report/report.ts';
import { renderTerminal } from '../../../src/report/terminal.ts';
import { headline, operationText, valueText, verdictLine } from '../../../src/report/words.ts';
import { drawn } from '../../support/notation.ts';
import {
  invalidVerdict,
  loadedHistory,
  lostElements,
  readSkew,
  reportOf,
  samplePlan,
  staleAnomaly,
  staleRead,
  validVerdict,
} from './sample-runs.ts';

const small = drawn('0: [w1] [r1]');

function validRun(): RunReport {
  const history = loadedHistory(300);
  return reportOf(history, [validVerdict(history)]);
}

function unknownRun(): RunReport {
  const verdict: Verdict = {
    checker: 'linearizability',
    operationCount: 2,
    method: 'search',
    valid: 'unknown',
    reason: { kind: 'timeout', limitMs: 60_000, proved: 'the first 1,200 operations are fine' },
  };
  return reportOf(small, [verdict]);
}

describe('the headline', () => {
  test('says what is not, and on which key', () => {
    expect(headline(staleRead().summary).text).toBe('not linearizable: stale read on key 3');
    expect(headline(readSkew().summary).text).toBe(
      'violates snapshot-isolation: G-single (read skew); read-committed held',
    );
    expect(headline(lostElements().summary).text).toBe(
      'not a correct set: lost element, and 1 more anomaly',
    );
  });

  test('of a valid run says what held, and in how much', () => {
    const objects = { ...validVerdict(small), model: 'cas-register' };
    const enough: Verdict = {
      ...{ checker: 'enough', operationCount: 2, method: 'each function succeeded at least once' },
      valid: true,
    };
    const { text } = headline(reportOf(small, [objects, enough]).summary);
    expect(text).toBe('valid: linearizable held in 2 operations');
  });

  test('names the element that was lost, and counts what the checker did not keep', () => {
    const { history, summary } = lostElements();
    const [anomaly]: readonly Anomaly[] = summary.verdicts.flatMap(anomaliesOf);
    if (anomaly === undefined) throw new Error('no anomaly');
    const kept = invalidVerdict(history, [{ ...anomaly, evidence: { element: 7 } }], 'set');
    const verdict = { ...kept, details: { anomalyCount: 40 } };
    const run = reportOf(history, [verdict]);
    expect(headline(run.summary).text).toBe(
      'not a correct set: lost element 7, and 39 more anomalies',
    );
    expect(verdictLine(verdict)).toContain('40 anomalies in all, of which 1 are kept');
  });

  test('an unknown is never a pass, and says why', () => {
    const { symbol, text } = headline(unknownRun().summary);
    expect(symbol).toBe('?');
    expect(text).toContain('gave up after 1 min; the first 1,200 operations are fine');
  });

  test('nothing checked is not valid', () => {
    expect(headline(reportOf(small, [], { summary: { valid: 'unknown' } }).summary).text).toContain(
      'nothing was checked',
    );
  });

  test('a missed gate is said even where the history is valid', () => {
    const gates = [{ gate: 'latency.p99<20ms', passed: false, figure: 'p99 was 54 ms' }];
    const { symbol, text } = headline(
      reportOf(small, [validVerdict(small)], { summary: { gates } }).summary,
    );
    expect(symbol).toBe('✗');
    expect(text).toBe('valid: linearizable held in 2 operations; 1 gate missed');
  });

  test('an anomaly that was expected is said to be', () => {
    const { summary } = staleRead();
    const plan = { ...samplePlan, expect: 'anomaly' as const };
    expect(headline({ ...summary, plan }).expectation).toContain('here it is');
    expect(headline({ ...summary, plan, valid: true }).expectation).toContain('none was found');
  });
});

describe('on a terminal', () => {
  test('the verdict is the first line and the command to repeat it the last', () => {
    const lines = renderTerminal(staleRead(), plainPaint, 80).split('\n');
    expect(lines[0]).toBe('✗ not linearizable: stale read on key 3');
    expect(lines.at(-1)).toBe(
      'repeat  dsx test --workload register --target raft --nemesis partition --seed 42',
    );
  });

  test('valid is said of exactly what was checked', () => {
    const report = validRun();
    const text = renderTerminal(report, plainPaint, 200);
    expect(text).toContain(
      `linearizability (linearizable): ${report.history.operationCount.toLocaleString('en-US')} operations checked; every key by the register algorithm for distinct values`,
    );
  });

  test('all that people must know is there', () => {
    const text = renderTerminal(staleRead(), plainPaint, 200);
    for (const part of [
      'A read returned a value that had already been overwritten before the read began.',
      '├─write 2─┤',
      'which ended before write 2 began.',
      'stuck: read → 1: the register holds 2, and it read 1',
      'operations during it: 2 ok, 0 fail, 1 info',
      '6.25 messages per operation, 4.25 of them between servers',
      '! fault kill was asked for and never injected',
      '1 × cas info timeout',
      'dsx check histories/runs/20261121-register/history.jsonl --model linearizable',
    ])
      expect(text).toContain(part);
  });

  test('a cycle is told edge by edge', () => {
    const text = renderTerminal(readSkew(), plainPaint, 100);
    expect(text).toContain('T1 ─rw→ T2  T1 read x = []');
    expect(text).toContain('T2 = append(x, 1)  append(y, 1)');
  });

  test('many anomalies are counted, not printed', () => {
    const anomaly = staleAnomaly();
    const many = Array.from({ length: 50 }, () => anomaly);
    const { history } = staleRead();
    const report = reportOf(history, [invalidVerdict(history, [anomaly, ...many])]);
    expect(renderTerminal(report, plainPaint, 100)).toContain('… and 48 more anomalies');
  });
});

describe('as JSON', () => {
  test('a run has a stable shape', () => {
    const parsed = JSON.parse(renderJson(staleRead())) as Record<string, unknown>;
    expect(parsed).toMatchObject({
      format: verdictFormat,
      valid: false,
      headline: 'not linearizable: stale read on key 3',
      seed: 42,
      operations: 4,
      events: 10,
      verdicts: [
        { checker: 'linearizability', valid: false, anomalies: [{ type: 'stale-read', key: 3 }] },
      ],
      faults: [{ kind: 'partition', startNs: 5_000_000, overlapping: { ok: 2, fail: 0, info: 1 } }],
    });
    expect(Object.keys(parsed).toSorted()).toMatchInlineSnapshot(`
      [
        "checkCommand",
        "checkMs",
        "command",
        "commands",
        "dsxVersion",
        "durationMs",
        "errors",
        "events",
        "expect",
        "faults",
        "folder",
        "format",
        "functions",
        "gates",
        "headline",
        "latencies",
        "messages",
        "operations",
        "plan",
        "seed",
        "startedAt",
        "valid",
        "verdicts",
        "warnings",
      ]
    `);
  });

  const checked = {
    history: small,
    model: 'register',
    checkMs: 3,
    file: 'a.jsonl',
    format: 'jsonl',
    warnings: [],
    gates: [],
  };

  test('a check says valid, model, anomalies, operations and time', () => {
    const { history, summary } = staleRead();
    expect(checkJson({ ...checked, history, verdicts: summary.verdicts })).toMatchObject({
      valid: false,
      model: 'register',
      anomalies: [{ type: 'stale-read', key: 3, operations: [0, 3, 4, 6] }],
      operations: 4,
      checkMs: 3,
    });
    expect(checkJson({ ...checked, verdicts: unknownRun().summary.verdicts })).toMatchObject({
      valid: 'unknown',
      anomalies: [],
      reasons: [expect.stringContaining('gave up')],
    });
    expect(checkJson({ ...checked, verdicts: [] }).valid).toBe('unknown');
    expect(checkJson({ ...checked, verdicts: [validVerdict(small)] }).valid).toBe(true);
  });

  test('the same check as text: verdict first, command last on a failure', () => {
    const { history, summary } = staleRead();
    const text = checkText({ ...checked, history, verdicts: summary.verdicts }, plainPaint, 90);
    expect(text.split('\n')[0]).toBe('✗ a.jsonl: not linearizable: stale read on key 3');
    expect(text.split('\n').at(-1)).toBe('repeat  dsx check a.jsonl --model register');
    expect(checkText({ ...checked, verdicts: [validVerdict(small)] }, plainPaint, 90)).toContain(
      '✓ a.jsonl: valid: linearizable',
    );
  });

  test('a check that holds and misses a gate says both', () => {
    const gates = [{ gate: 'ok-rate>=99%', passed: false, figure: 'the share was 50 %' }];
    const held = { ...checked, gates, verdicts: [validVerdict(small)] };
    const lines = checkText(held, plainPaint, 90).split('\n');
    expect(lines[0]).toBe('✗ a.jsonl: valid: linearizable; 1 gate missed');
    expect(lines).toContain('  ✗ gate ok-rate>=99%: the share was 50 %');
    expect(checkJson(held)).toMatchObject({ valid: true, gates });
  });
});

/** Start tags, end tags and texts in order; complains where XML would. */
function xmlTags(xml: string): readonly string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const body = xml.replace(/^<\?xml [^?]*\?>\n/, '');
  const token = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let at = 0;
  for (const match of body.matchAll(token)) {
    expect(match.index, 'no garbage between tags').toBe(at);
    at += match[0].length;
    const [, closes, name = '', , empty, text] = match;
    if (text !== undefined)
      expect(text.replaceAll(/&(?:amp|lt|gt|quot|#\d+);/g, '')).not.toMatch(/[&<>]/);
    else if (closes === '/') expect(open.pop()).toBe(name);
    else {
      seen.push(name);
      if (empty !== '/') open.push(name);
    }
  }
  expect(at).toBe(body.length);
  expect(open).toEqual([]);
  return seen;
}

describe('as JUnit XML', () => {
  test('one suite a test, one case a checker and a gate', () => {
    const gates = [{ gate: 'latency.p99<20ms', passed: false, figure: 'p99 was 54 ms' }];
    const xml = renderJunit(reportOf(small, [validVerdict(small)], { summary: { gates } }));
    expect(xmlTags(xml).filter((tag) => tag === 'testcase')).toHaveLength(2);
    expect(xml).toContain('tests="2" failures="1" errors="0"');
    const both = renderJunitSuites([validRun(), staleRead()]);
    expect(xmlTags(both).filter((tag) => tag === 'testsuite')).toHaveLength(2);
  });

  test('an unknown verdict is an error, never a pass and never a skip', () => {
    const xml = renderJunit(unknownRun());
    expect(xml).toContain('errors="1"');
    expect(xml).toContain('<error message="unknown: gave up');
    expect(renderJunit(reportOf(small, [], { summary: { valid: 'unknown' } }))).toContain(
      'errors="1"',
    );
  });

  test('an expected anomaly passes, and its absence fails', () => {
    const plan = { expect: 'anomaly' as const };
    const found = staleRead();
    const expected = { ...found, summary: { ...found.summary, plan: { ...samplePlan, ...plan } } };
    expect(renderJunit(expected)).toContain('failures="0" errors="0"');
    expect(renderJunit(reportOf(small, [validVerdict(small)], { plan }))).toContain('failures="1"');
  });

  test('whatever a system answers, the XML is well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        xmlTags(renderJunit(nastyRun(text)));
      }),
      { numRuns: 50 },
    );
  });
});

/** A run in which every text that comes from outside is `text`. */
function nastyRun(text: string): RunReport {
  const builder = new HistoryBuilder();
  const call = { process: 0, f: text, key: text, value: text };
  builder.add({ ...call, type: 'invoke', time: 0, node: text });
  builder.add({ ...call, type: 'fail', time: 1, error: [text, text] });
  const history = builder.build();
  const anomaly: Anomaly = {
    type: text,
    key: text,
    model: text,
    operations: [0],
    explanation: text,
    evidence: { stuck: [{ operation: 0, state: text, reason: text }] },
  };
  return reportOf(
    history,
    [{ ...invalidVerdict(history, [anomaly]), checker: text, method: text }],
    {
      plan: { workload: text },
      summary: { command: text, warnings: [text] },
    },
  );
}

describe('for GitHub', () => {
  test('each anomaly is an error, each warning a warning, with the command to repeat', () => {
    const lines = renderGithub(staleRead()).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^::error title=register on raft \(stale-reads\)%3A stale read on key 3::write 2/,
    );
    expect(lines[0]).toMatch(/%0Arepeat: dsx test [^\n]+$/);
    expect(lines[1]).toMatch(/^::warning title=.*::fault kill was asked for/);
    expect(renderGithub(validRun())).toBe('');
  });

  test('whatever a system answers, no line is anything but one annotation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const line of renderGithub(nastyRun(text)).split('\n').slice(0, -1))
          expect(line).toMatch(/^::(?:error|warning|notice) title=[^:,\r]*::[^\r]*$/);
      }),
      { numRuns: 100 },
    );
  });

  test('the step summary is the Markdown report', () => {
    const text = renderStepSummary(staleRead());
    expect(text).toBe(renderMarkdown(staleRead()));
    expect(text).toContain('## ❌ not linearizable: stale read on key 3');
    expect(text).toContain('| `read` | 1 | 0 | 0 |');
    expect(text).toContain('dsx test --workload register');
  });
});

describe('words', () => {
  test.each([
    ['0: [w5]', 'write 5'],
    ['0: [r5]', 'read → 5'],
    ['0: [r_]', 'read → null'],
    ['0: [c1>2]', 'cas 1 → 2'],
    ['0: [w5?]', 'write 5 ?'],
    ['0: [w5!]', 'write 5 ✗'],
  ])('%s reads %s', (picture, words) => {
    expect(operationText(drawn(picture).operation(0))).toBe(words);
  });

  test('a long value is cut where one can see it, and never inside a character', () => {
    expect(valueText('x'.repeat(100), 10)).toBe('xxxxxxxxx…');
    const cut = valueText('😀'.repeat(100), 10);
    expect(Buffer.from(cut).toString()).toBe(cut);
  });
});

describe('latency', () => {
  test('quantiles are those of the sorted sample, by function and of all', () => {
    const builder = new HistoryBuilder();
    for (let i = 1; i <= 100; i += 1) {
      const call = { process: 0, f: i % 2 === 0 ? 'a' : 'b' };
      builder.add({ ...call, type: 'invoke', time: i * 1e9 });
      builder.add({ ...call, type: 'ok', time: i * 1e9 + i * 1e6 });
    }
    const [all, b, a] = latencies(builder.build());
    expect(all).toMatchObject({
      f: null,
      count: 100,
      p50Ms: 50,
      p95Ms: 95,
      p99Ms: 99,
      maxMs: 100,
      minMs: 1,
      meanMs: 50.5,
    });
    expect(a).toMatchObject({ f: 'a', count: 50, p50Ms: 50, maxMs: 100 });
    expect(b).toMatchObject({ f: 'b', count: 50, p50Ms: 49, maxMs: 99 });
  });

  test('only ok operations count', () => {
    expect(latencies(drawn('0: [w1?] \n1: [w2!]'))).toEqual([]);
    expect(okFraction(drawn('0: [w1?] \n1: [w2]'))).toBe(0.5);
    expect(okFraction(new HistoryBuilder().build())).toBeNull();
  });
});
