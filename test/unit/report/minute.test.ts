/** What a report says first, and the map of models. */
import { describe, expect, test } from 'vitest';
import { modelNames, modelsImpliedBy } from '../../../src/checker/txn/models.ts';
import type { Verdict } from '../../../src/checker/verdict.ts';
import { weakModelNames } from '../../../src/checker/weak/lattice.ts';
import { conclusionOf, offendingOf } from '../../../src/report/evidence.ts';
import { mapSvg } from '../../../src/report/html/map-svg.ts';
import { minuteOf } from '../../../src/report/minute.ts';
import { type MapModel, type ModelMap, modelMapOf } from '../../../src/report/model-map.ts';
import type { RunReport } from '../../../src/report/report.ts';
import {
  loadedHistory,
  readSkew,
  reportOf,
  staleAnomaly,
  staleRead,
  validVerdict,
} from './sample-runs.ts';

function linesOf(report: RunReport): ReadonlyMap<string, string> {
  return new Map(minuteOf(report).map(({ name, texts }) => [name, texts.join('\n')]));
}

describe('in a minute', () => {
  test('of an anomaly one reads promise, sight, reason, fault and command', () => {
    const lines = linesOf(staleRead());
    expect([...lines.keys()]).toEqual([
      'Promised',
      'Seen',
      'Why no correct system could have shown it',
      'Fault in force',
      'Shows it again',
    ]);
    expect(lines.get('Promised')).toContain('linearizable: every operation takes effect');
    expect(lines.get('Seen')).toContain('read → 1, by process 3 on n1');
    expect(lines.get('Fault in force')).toMatch(/^partition majority \(n1, n2 \| n3.*from 5 ms/);
    expect(lines.get('Shows it again')).toMatch(/^dsx check /);
  });

  test('a run that was not stored shows how to run it', () => {
    const { summary, history } = staleRead();
    const lines = linesOf({ summary, history, folder: null });
    expect(lines.get('Runs it again')).toBe(summary.command);
  });

  test('an anomaly before every fault is not laid to one', () => {
    expect(linesOf(readSkew()).get('Fault in force')).toBe('None was asked for.');
    const { summary, history } = staleRead();
    const late = summary.faults.map((fault) => ({
      ...fault,
      window: { ...fault.window, startIndex: 1000, endIndex: null },
    }));
    const lines = linesOf({ summary: { ...summary, faults: late }, history, folder: null });
    expect(lines.get('Fault in force')).toBe('None: no fault had begun yet.');
  });

  test('a valid run counts its faults by kind, and an unknown one says why it is', () => {
    const history = loadedHistory(300);
    const valid = linesOf(reportOf(history, [validVerdict(history)]));
    expect(valid.get('Seen')).toBe(
      `Nothing that breaks it, in ${history.operationCount.toLocaleString('en-US')} operations.\n211 succeeded, 1 failed (certainly did not happen), and of 3 nobody knows.`,
    );
    expect(valid.get('Faults in force')).toContain(
      '1 × partition, 1 × pause, 1 × kill and 1 × clock',
    );
    const { checker, operationCount, method } = validVerdict(history);
    const unknown: Verdict = {
      ...{ checker, operationCount, method },
      valid: 'unknown',
      reason: { kind: 'too-few-ok', message: 'no read succeeded' },
    };
    expect(linesOf(reportOf(history, [unknown])).get('Seen')).toContain('no read succeeded');
  });
});

test('a list of orders that were tried belongs to the conclusion', () => {
  const explanation =
    'No order of these:\n  A  write 1\n  B  read → 0\nWhichever order is tried, it gets stuck:\n  After A the state is 1.';
  expect(conclusionOf({ ...staleAnomaly(), explanation })).toBe(
    'Whichever order is tried, it gets stuck:\n  After A the state is 1.',
  );
});

test('the conclusion of an explanation is what follows its list', () => {
  const explanation =
    'No order of these:\n  A  write 1\n  B  read → 0\nA came first.\nBut B (read → 0) did not see it.';
  expect(conclusionOf({ ...staleAnomaly(), explanation })).toBe(
    'A came first.\nBut B (read → 0) did not see it.',
  );
  expect(conclusionOf({ ...staleAnomaly(), explanation: 'One line.' })).toBe('One line.');
});

test('where nothing else does, the letters of the conclusion say which operations are accused', () => {
  const witness = ['A', 'B', 'C', 'D'].map((label, i) => ({
    label,
    invokeIndex: [0, 3, 4, 6][i] ?? 0,
  }));
  const explanation = 'These:\n  A  x\n  B  y\nB (write 2) came before D (read → 1).';
  const accused = offendingOf({ ...staleAnomaly(), explanation, evidence: { witness } });
  expect([...accused]).toEqual([3, 6]);
  const all = 'A (x) B (x) C (x) D (x)';
  expect(offendingOf({ ...staleAnomaly(), explanation: all, evidence: { witness } }).size).toBe(0);
});

function standing(
  holds: readonly string[],
  violated: readonly string[],
  model = 'linearizable',
): ModelMap | undefined {
  const history = loadedHistory(20);
  const verdict = { ...validVerdict(history), models: { holds, violated } };
  return modelMapOf(reportOf(history, [verdict], { plan: { model } }).summary);
}

const modelsOf = (map: ModelMap | undefined): readonly MapModel[] => (map?.levels ?? []).flat();
const stateOf = (map: ModelMap | undefined, name: string): string | undefined =>
  modelsOf(map).find((model) => model.name === name)?.standing;

describe('the map of models', () => {
  test('what a strongest model implies held, what implies a weakest is violated, the rest is open', () => {
    const map = standing(['causal', 'safe'], ['regular']);
    expect(modelsOf(map)).toHaveLength(weakModelNames.length);
    expect(stateOf(map, 'regular')).toBe('violated');
    expect(stateOf(map, 'linearizable')).toBe('violated');
    expect(stateOf(map, 'safe')).toBe('held');
    expect(stateOf(map, 'sequential')).toBe('open');
  });

  test('no model is above one that implies it, and lines are of direct implication only', () => {
    const map = standing(['read-committed'], ['snapshot-isolation'], 'strict-serializable');
    const levels = new Map(modelsOf(map).map(({ name, level }) => [name, level]));
    for (const [stronger, weaker] of map?.implications ?? []) {
      expect(levels.get(stronger)).toBeLessThan(levels.get(weaker) ?? -1);
      for (const between of levels.keys()) {
        if (between === stronger || between === weaker) continue;
        const isBetween =
          modelsImpliedBy(stronger).has(between) && modelsImpliedBy(between).has(weaker);
        expect(isBetween, `${stronger} → ${between} → ${weaker}`).toBe(false);
      }
    }
    expect(stateOf(map, 'strict-serializable')).toBe('violated');
    expect(stateOf(map, 'read-uncommitted')).toBe('held');
  });

  test('every name that is asked, held or violated is on it', () => {
    for (const name of modelNames.filter((one) => !weakModelNames.some((weak) => weak === one)))
      expect(modelsOf(standing([name], [], name)).map((model) => model.name)).toContain(name);
  });

  test('what is on no map has none', () => {
    expect(standing([], [])).toBeUndefined();
    expect(standing(['made-up'], [])).toBeUndefined();
  });

  test('as a picture marks what was asked for and what it came to', () => {
    const map = standing(['sequential'], ['regular']);
    const svg = map === undefined ? '' : mapSvg(map);
    expect(svg).toContain('class="m-violated m-asked"');
    expect(svg).toContain('class="m-held m-edge"');
    expect(svg).toContain('✓ sequential');
    expect(svg).toContain('✗ regular');
  });
});
