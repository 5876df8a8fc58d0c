/** Which plan a search ends with, over systems that fail as often as the test says. */
import { describe, expect, test } from 'vitest';
import { Search, type TrialRuns } from '../../src/cli/shrink-search.ts';
import type { HitRate, Shown } from '../../src/cli/shrink-session.ts';
import type { RunPlan } from '../../src/plan/plan.ts';
import type { TrialRecord } from '../../src/report/shrink.ts';
import { samplePlan } from './report/sample-runs.ts';

const start = { plan: { ...samplePlan, timeLimitMs: 16_000 }, what: 'the run as it was' };
const effort = { tries: 3, endMs: Infinity };
const final = { tries: 10, endMs: Infinity };

/** Every plan shows it; of further runs as many as `hitsOf` says. Knows which runs were let go. */
class MadeUp implements TrialRuns {
  readonly kept = new Set<Shown>();
  readonly wanted: number[] = [];
  readonly measured: RunPlan[] = [];
  readonly #hitsOf: (plan: RunPlan) => HitRate;

  constructor(hitsOf: (plan: RunPlan) => HitRate) {
    this.#hitsOf = hitsOf;
  }

  attempt: TrialRuns['attempt'] = (plan, { hits = 1 }) => {
    this.wanted.push(hits);
    const report = { summary: { plan } };
    const shown = { report, sighting: { completeMs: 500 } } as unknown as Shown;
    this.kept.add(shown);
    return Promise.resolve({ kind: 'shown', shown, tries: hits + 1, hits });
  };

  measure: TrialRuns['measure'] = (plan) => {
    this.measured.push(plan);
    return Promise.resolve(this.#hitsOf(plan));
  };

  forget: TrialRuns['forget'] = (shown) => {
    expect(this.kept.delete(shown), 'no run is let go twice').toBe(true);
  };
}

async function searched(hitsOf: (plan: RunPlan) => HitRate) {
  const runs = new MadeUp(hitsOf);
  const records: TrialRecord[] = [];
  const search = new Search(runs, effort, (record) => records.push(record));
  const first = await search.first(start, 9);
  if (first !== null) await search.rest(start.plan, first);
  const settled = await search.settle(final);
  return { runs, records, settled, smallest: runs.measured[0] };
}

describe('a search for the smallest plan', () => {
  test('asks of a smaller plan that it fails twice, and only of the first that it fails', async () => {
    const { runs, records } = await searched(() => ({ runs: 10, hits: 9 }));
    const [first, ...smaller] = runs.wanted;
    expect(first).toBe(1);
    expect(smaller.length).toBeGreaterThan(2);
    expect(smaller.every((hits) => hits === 2)).toBe(true);
    expect(records.length).toBe(runs.wanted.length);
  });

  test('ends with the smallest if that fails often, measured, and lets go all others', async () => {
    const { runs, settled, smallest } = await searched(() => ({ runs: 10, hits: 4 }));
    expect(settled?.hitRate).toEqual({ runs: 10, hits: 4 });
    expect(settled?.tooRare).toEqual([]);
    expect(settled?.shown.report.summary.plan).toBe(smallest);
    expect([...runs.kept]).toEqual([settled?.shown]);
  });

  test('falls back on the last plan that can be relied on', async () => {
    let calls = 0;
    const rates = [
      { runs: 10, hits: 1 },
      { runs: 10, hits: 3 },
      { runs: 10, hits: 8 },
    ];
    const { runs, settled } = await searched(() => rates[calls++] ?? { runs: 10, hits: 0 });
    expect(settled?.hitRate).toEqual({ runs: 10, hits: 8 });
    expect(settled?.tooRare.map(({ hits }) => hits)).toEqual([1, 3]);
    expect(settled?.shown.report.summary.plan).toBe(runs.measured[2]);
    expect([...runs.kept]).toEqual([settled?.shown]);
  });

  test('if all are rare, ends with the one that fails most often', async () => {
    let calls = 0;
    const hits = [1, 3, 2, 0];
    const { runs, settled } = await searched(() => ({ runs: 10, hits: hits[calls++] ?? 0 }));
    expect(settled?.hitRate).toEqual({ runs: 10, hits: 3 });
    expect(settled?.tooRare.map((plan) => plan.hits)).toEqual([1]);
    expect(settled?.shown.report.summary.plan).toBe(runs.measured[1]);
  });

  test('without time to measure, ends with the smallest, and says no rate', async () => {
    const { settled, runs } = await searched(() => ({ runs: 0, hits: 0 }));
    expect(settled?.hitRate).toBeNull();
    expect(settled?.shown.report.summary.plan).toBe(runs.measured[0]);
    expect(runs.measured).toHaveLength(1);
  });

  test('of two further runs nothing is concluded', async () => {
    const { settled, runs } = await searched(() => ({ runs: 2, hits: 0 }));
    expect(settled?.hitRate).toEqual({ runs: 2, hits: 0 });
    expect(runs.measured).toHaveLength(1);
  });
});
