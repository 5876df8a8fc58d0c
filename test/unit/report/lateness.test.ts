/** Figures of latency are worth what the simulated network was worth. */
import { expect, test } from 'vitest';
import type { Lateness } from '../../../src/contract/testbed.ts';
import { HistoryBuilder } from '../../../src/history/builder.ts';
import { summarize } from '../../../src/report/summarize.ts';
import { samplePlan } from './sample-runs.ts';

const none = { sendCount: 0, receiveCount: 0, messageCount: 0 };

function warningsOf(lateness: Lateness | undefined): readonly string[] {
  return summarize({
    dsxVersion: '0',
    plan: { ...samplePlan, nemeses: [], script: [] },
    startedAt: '',
    durationMs: 1,
    checkMs: 1,
    verdicts: [],
    history: new HistoryBuilder().build(),
    stats: {
      ...{ all: none, clients: none, servers: none, dropped: 0, duplicated: 0, corrupted: 0 },
      ...(lateness === undefined ? {} : { lateness }),
    },
    troubles: [],
  }).warnings.filter((warning) => warning.includes('network'));
}

test('a network that is late is said to be, with how late', () => {
  const [warning = ''] = warningsOf({ p50Ms: 23, p99Ms: 80 });
  expect(warning).toContain('half of its messages came 23 ms or more after their time');
  expect(warning).toContain('one in a hundred 80 ms');
  expect(warningsOf({ p50Ms: 1, p99Ms: 60 })).toHaveLength(1);
});

test('one that is in time is not mentioned', () => {
  expect(warningsOf({ p50Ms: 1, p99Ms: 9 })).toEqual([]);
  expect(warningsOf(undefined)).toEqual([]);
});
