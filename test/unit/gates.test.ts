import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { HistoryEvent } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';
import { figureKinds, parseGates } from '../../src/plan/gate.ts';
import { type GateFacts, gateResults } from '../../src/report/gates.ts';

const ms = 1_000_000;
/** Reads that took 10, 20, … 100 ms, one failed write, one write of unknown outcome. */
const history = timed([
  ...Array.from({ length: 10 }, (_, i) => [
    { type: 'invoke' as const, process: 0, f: 'read', value: null, time: 200 * i * ms },
    { type: 'ok' as const, process: 0, f: 'read', value: 1, time: (200 * i + 10 * (i + 1)) * ms },
  ]).flat(),
  { type: 'invoke', process: 1, f: 'write', value: 2, time: 2000 * ms },
  { type: 'fail', process: 1, f: 'write', value: 2, time: 2001 * ms },
  { type: 'invoke', process: 1, f: 'write', value: 3, time: 2002 * ms },
  { type: 'info', process: 1, f: 'write', value: 3, time: 2900 * ms },
]);
function timed(events: readonly Omit<HistoryEvent, 'index'>[]): History {
  const builder = new HistoryBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}

const setVerdict: Verdict = {
  checker: 'set-full',
  method: '',
  operationCount: 12,
  valid: true,
  details: {
    lostCount: 3,
    staleCount: 0,
    stableLatenciesMs: { '0': 0, '0.5': 410, '0.95': 500, '0.99': 590, '1': 600 },
  },
};
const facts: GateFacts = {
  history,
  verdicts: [setVerdict],
  faults: [],
  messages: { allPerOperation: 12.5, serversPerOperation: 10, sent: 1, received: 1, dropped: 0 },
  timeLimitMs: 2000,
};

const result = (text: string, more: Partial<GateFacts> = {}) =>
  gateResults(parseGates(text), { ...facts, ...more })[0];

describe('a gate', () => {
  test.each([
    ['latency.p50<=50ms', 'p50 of ok operations was 50 ms'],
    ['latency.read.max<0.2s', 'max of ok reads was 100 ms'],
    ['latency.mean<=55ms', 'mean of ok operations was 55 ms'],
    ['stable-latency.p50<1s', 'p50 of stable latencies was 410 ms'],
    ['msgs-per-op<30', 'the number of messages per operation was 12.5'],
    ['server-msgs-per-op=10', 'the number of messages between servers per operation was 10'],
    ['availability>=83%', 'the share of operations that succeeded was 83.333 %'],
    ['ok-rate.read = 1', 'the share of reads that succeeded was 100 %'],
    ['availability.write<=0', 'the share of writes that succeeded was 0 %'],
    ['throughput>=5/s', 'throughput was 5 a second'],
    ['lost≤3', 'the number of lost elements was 3'],
  ])('%s is met', (text, figure) => {
    expect(result(text)).toEqual({ gate: text, passed: true, figure });
  });

  test.each([
    ['latency.p50<50ms', 'p50 of ok operations was 50 ms, and must be less than that'],
    [
      'stable-latency.p50<400ms',
      'p50 of stable latencies was 410 ms, 10 ms (2.5 %) above the limit of 400 ms',
    ],
    [
      'msgs-per-op<10',
      'the number of messages per operation was 12.5, 2.5 (25 %) above the limit of 10',
    ],
    [
      'throughput>10',
      'throughput was 5 a second, 5 a second (50 %) below the limit of 10 a second',
    ],
    ['lost=0', 'the number of lost elements was 3, 3 above the limit of 0'],
  ])('%s is missed, and says by how much', (text, figure) => {
    expect(result(text)).toEqual({ gate: text, passed: false, figure });
  });

  test.each([
    ['recovery<1s', 'no fault ended'],
    ['latency.cas.p50<1s', 'there were no ok cass'],
    ['duplicated=0', 'no checker of this workload counts elements that came more than once'],
    ['stable-latency.mean<1s', 'of stable latencies mean is not kept'],
  ])('%s is missed if it was not measured', (text, why) => {
    expect(result(text)).toMatchObject({ passed: false, figure: `not measured: ${why}` });
  });

  test('messages that nobody saw meet no goal', () => {
    expect(result('msgs-per-op<1000', { messages: null })?.passed).toBe(false);
  });
});

describe('an expression that is no gate is refused with what there is', () => {
  test.each([
    ['latency', /takes a figure, a comparison and a limit/],
    ['latncy.p50<1s', /there is no figure "latncy". Did you mean "latency"\?/],
    ['latency<1s', /latency needs one of p50, p95/],
    ['latency.p90<1s', /latency needs one of p50, p95/],
    ['latency.p50<1', /a time with its unit/],
    ['availability>99', /a fraction from 0 to 1/],
    ['availability>1s', /a fraction from 0 to 1/],
    ['lost.read<1', /cannot read "read" after lost/],
    ['latency.a.b.p50<1s', /cannot read "a.b" after latency/],
    ['msgs-per-op<-3', /a number, as in 30/],
  ])('%s', (text, reason) => {
    expect(() => parseGates(text)).toThrow(reason);
  });

  test('the figures are listed, every one', () => {
    for (const name of Object.keys(figureKinds)) expect(() => parseGates('x<1')).toThrow(name);
  });
});
