import { describe, expect, test } from 'vitest';
import type { RunPlan, ScriptedFault } from '../../src/plan/plan.ts';
import { ddmin, smallest } from '../../src/plan/reduce.ts';
import { type Sighting, smallerPlans, type Trial, withTimeLimit } from '../../src/plan/shrink.ts';
import { type ShrinkReport, shrinkText, sizeOf, trialLine } from '../../src/report/shrink.ts';
import { samplePlan } from './report/sample-runs.ts';

/** Runs a search against a law, and remembers what it tried. */
function searched<T, R>(search: Generator<T, R, boolean>, fails: (tried: T) => boolean) {
  const tried: T[] = [];
  let next = search.next();
  while (next.done !== true) {
    tried.push(next.value);
    next = search.next(fails(next.value));
  }
  return { result: next.value, tried };
}

describe('ddmin', () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

  test.each([[''], ['a'], ['h'], ['ce'], ['ah'], ['abcdefgh'], ['bdfh']])(
    'finds exactly what is needed: %j',
    (needed) => {
      const fails = (kept: readonly string[]): boolean =>
        letters.every((letter) => !needed.includes(letter) || kept.includes(letter));
      const { result, tried } = searched(ddmin(letters), fails);
      expect(result.join('')).toBe(needed);
      expect(new Set(tried.map((kept) => kept.join(''))).size, 'no set twice').toBe(tried.length);
    },
  );

  test('every subset of six that can be needed is found', () => {
    const six = letters.slice(0, 6);
    for (let bits = 0; bits < 64; bits += 1) {
      const needed = six.filter((_, i) => (bits >> i) & 1);
      const fails = (kept: readonly string[]) => needed.every((letter) => kept.includes(letter));
      expect(searched(ddmin(six), fails).result).toEqual(needed);
    }
  });

  test('what nothing smaller shows stays whole', () => {
    expect(searched(ddmin(letters), () => false).result).toEqual(letters);
  });

  test('of two ways to fail one is left, whole', () => {
    const fails = (kept: readonly string[]): boolean =>
      (kept.includes('a') && kept.includes('d')) || (kept.includes('e') && kept.includes('h'));
    expect(['ad', 'eh']).toContain(searched(ddmin(letters), fails).result.join(''));
  });

  test('of nothing, nothing is tried', () => {
    expect(searched(ddmin([]), () => true)).toEqual({ result: [], tried: [] });
  });
});

describe('the smallest number', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('%i of 1 to 10 is found', (least) => {
    const { result, tried } = searched(smallest({ least: 1, known: 10 }), (n) => n >= least);
    expect(result).toBe(least);
    expect(tried.length).toBeLessThanOrEqual(5);
    expect(tried).not.toContain(10);
  });

  test('one that cannot be smaller is not tried', () => {
    expect(searched(smallest({ least: 1, known: 1 }), () => true)).toEqual({
      result: 1,
      tried: [],
    });
  });

  test('the guess comes first, and a good one needs few tries', () => {
    const range = { least: 500, known: 10_000, guess: 2130, unit: 100, tolerance: 0.2 };
    const { result, tried } = searched(smallest(range), (ms) => ms >= 1900);
    expect(tried[0]).toBe(2100);
    expect(result).toBeGreaterThanOrEqual(1900);
    expect(result).toBeLessThanOrEqual(2100);
    expect(tried.every((ms) => ms % 100 === 0)).toBe(true);
  });

  test('a guess out of range is none', () => {
    expect(searched(smallest({ least: 2, known: 5, guess: 99 }), () => false).tried[0]).toBe(4);
  });
});

const fault = (atMs: number, forMs: number, nodes: readonly string[]): ScriptedFault => ({
  atMs,
  forMs,
  nemesis: { name: 'pause', shape: null, parameters: {} },
  fault: JSON.stringify({ kind: 'pause', f: 'pause', nodes, description: nodes.join() }),
});

const plan: RunPlan = {
  ...samplePlan,
  options: { 'key-count': '6' },
  system: { kind: 'target', name: 'raft', variant: 'stale-reads' },
  rateHz: 100,
  script: [
    fault(1000, 1500, ['n4']),
    fault(3000, 1500, ['n2']),
    fault(5000, 1000, ['n3']),
    fault(8000, 2000, ['n1']),
  ],
  seed: 7,
  networkLog: 'off',
};

function shrunk(fails: (plan: RunPlan) => boolean, seen: Sighting = { completeMs: 4000 }) {
  const trials: Trial[] = [];
  const search = smallerPlans(plan, seen);
  let next = search.next();
  while (next.done !== true) {
    trials.push(next.value);
    next = search.next(fails(next.value.plan) ? seen : null);
  }
  return { result: next.value, trials };
}

describe('a plan', () => {
  test('shrinks to what the anomaly needs: one fault, two clients, one key, three nodes', () => {
    const needs = (tried: RunPlan): boolean => {
      const needed = tried.script.find(({ fault: text }) => (text ?? '').includes('n2'));
      return (
        needed !== undefined &&
        tried.timeLimitMs >= needed.atMs + 800 &&
        tried.concurrency >= 2 &&
        tried.nodes.length >= 3 &&
        tried.rateHz >= 20
      );
    };
    const { result, trials } = shrunk(needs);
    expect(result.script).toHaveLength(1);
    expect(result.script[0]?.atMs).toBe(500);
    expect(result.concurrency).toBe(2);
    expect(result.nodes).toHaveLength(3);
    expect(result.nodes).toContain('n2');
    expect(result.options['key-count']).toBe('1');
    expect(result.rateHz).toBeLessThan(50);
    expect(result.timeLimitMs).toBeLessThan(2000);
    expect(needs(result)).toBe(true);
    expect(trials.length).toBeLessThan(60);
  });

  test('of which nothing can be left out stays as it was', () => {
    expect(shrunk(() => false).result).toEqual(plan);
  });

  test('that needs no fault loses them all', () => {
    const { result, trials } = shrunk(({ timeLimitMs }) => timeLimitMs >= 3000);
    expect(result.script).toEqual([]);
    expect(result.nodes).toHaveLength(1);
    expect(trials.some(({ words }) => words.startsWith('none of '))).toBe(true);
  });

  test('keeps every node that one of its faults names', () => {
    const { trials } = shrunk((tried) => tried.script.length === plan.script.length);
    for (const { plan: tried } of trials)
      for (const { fault: text } of tried.script)
        for (const node of (JSON.parse(text ?? '') as { nodes: string[] }).nodes)
          expect(tried.nodes).toContain(node);
  });

  test('never grows, and no fault lasts beyond the load', () => {
    const { trials } = shrunk(({ seed, concurrency }) => (seed + concurrency) % 3 > 0);
    for (const { plan: tried } of trials) {
      expect(tried.timeLimitMs).toBeLessThanOrEqual(plan.timeLimitMs);
      expect(tried.concurrency).toBeLessThanOrEqual(plan.concurrency);
      expect(tried.script.length).toBeLessThanOrEqual(plan.script.length);
      for (const { atMs, forMs } of tried.script)
        expect(atMs + forMs).toBeLessThanOrEqual(tried.timeLimitMs);
    }
  });

  test('is first cut off soon after the anomaly; one that shows only at the end, by halves', () => {
    expect(shrunk(() => false).trials[0]?.plan.timeLimitMs).toBe(4700);
    expect(shrunk(() => false, { completeMs: 11_000 }).trials[0]?.plan.timeLimitMs).toBe(5000);
  });

  test('with a shorter time has only the faults that begin in it', () => {
    const cut = withTimeLimit(plan, 3500);
    expect(cut.script.map(({ atMs, forMs }) => [atMs, forMs])).toEqual([
      [1000, 1500],
      [3000, 500],
    ]);
  });
});

describe('what is said of it', () => {
  const report: ShrinkReport = {
    format: 'dsx-shrink/1',
    from: 'a-run',
    anomaly: { checker: 'linearizability', type: 'stale-read', model: 'linearizable' },
    run: 'runs/small',
    command: 'dsx replay runs/small --repeat 10',
    recorded: sizeOf(plan, 1922),
    smallest: sizeOf(withTimeLimit(plan, 2000), 41),
    faults: withTimeLimit(plan, 2000).script,
    trials: [],
    runCount: 34,
    tookMs: 250_000,
    stoppedBy: null,
    hitRate: { runs: 10, hits: 7 },
    tooRare: [],
  };

  test('both sizes, each fault, the hit rate, and last the command', () => {
    const lines = shrinkText(report).split('\n');
    expect(lines[0]).toBe('the smallest that still shows stale-read (linearizability)');
    expect(lines).toContain('  operations     1,922        41');
    expect(lines).toContain('  at 1 s for 1 s: pause (n4)');
    expect(lines).toContain('It showed in 7 of 10 further runs (70 %).');
    expect(lines.at(-1)).toBe('again   dsx replay runs/small --repeat 10');
  });

  test('an end before all was tried is said', () => {
    expect(shrinkText({ ...report, stoppedBy: 'budget' })).toContain('something smaller may do');
    expect(shrinkText({ ...report, stoppedBy: 'interrupt' })).toContain('Stopped by hand');
    expect(shrinkText({ ...report, hitRate: null })).toContain('was not measured');
  });

  test('a plan that was smaller, but failed too seldom, is said with its rate', () => {
    const tooRare = [{ what: 'no faults', runs: 10, hits: 1 }];
    expect(shrinkText({ ...report, tooRare })).toContain(
      'Smaller, but too rare: no faults (1 of 10 runs).',
    );
  });

  test('nothing is promised of what did not show again', () => {
    const text = shrinkText({ ...report, smallest: null, run: null, command: null });
    expect(text).toMatch(/did not show again in 34 runs/);
    expect(text).not.toContain('smallest');
  });

  test.each([
    [{ isShown: true, tries: 1, hits: 1, untold: 0, trouble: null }, '✓ x: shown'],
    [{ isShown: true, tries: 2, hits: 1, untold: 0, trouble: null }, '✓ x: shown in try 2'],
    [{ isShown: true, tries: 3, hits: 2, untold: 0, trouble: null }, '✓ x: shown in 2 of 3 runs'],
    [
      { isShown: false, tries: 4, hits: 1, untold: 0, trouble: null },
      '✗ x: shown in 1 of 4 runs only',
    ],
    [{ isShown: false, tries: 3, hits: 0, untold: 0, trouble: null }, '✗ x: not shown in 3 tries'],
    [
      { isShown: false, tries: 3, hits: 0, untold: 2, trouble: null },
      '✗ x: not shown in 3 tries, of which 2 could not be told',
    ],
    [{ isShown: false, tries: 0, hits: 0, untold: 0, trouble: 'no' }, '- x: not possible: no'],
  ])('a trial is a line: %j', (record, line) => {
    expect(trialLine({ what: 'x', ...record })).toBe(line);
  });
});
