/** Runs made by hand, for looking at their reports and for the tests of them. */
import type { Json } from '../../../src/base/json.ts';
import { prng, Random } from '../../../src/base/prng.ts';
import type { Anomaly, NonEmpty, Verdict } from '../../../src/checker/verdict.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import { HistoryBuilder } from '../../../src/history/builder.ts';
import { typeCode } from '../../../src/history/columns.ts';
import type { HistoryEvent } from '../../../src/history/event.ts';
import type { History } from '../../../src/history/history.ts';
import { noValue } from '../../../src/history/values.ts';
import type { RunPlan } from '../../../src/plan/plan.ts';
import { faultCoverage } from '../../../src/report/coverage.ts';
import type { RunReport, RunSummary } from '../../../src/report/report.ts';
import { errorCounts, functionCounts } from '../../../src/report/statistics.ts';

const ms = 1_000_000;

export const samplePlan: RunPlan = {
  workload: 'register',
  options: {},
  system: { kind: 'target', name: 'raft', variant: 'correct' },
  testbed: 'stdio',
  nodes: ['n1', 'n2', 'n3', 'n4', 'n5'],
  concurrency: 10,
  rateHz: 1000,
  timeLimitMs: 10_000,
  nemeses: [],
  nemesisIntervalMs: 2000,
  script: [],
  recoveryMs: 1000,
  latencyMs: 0,
  latencyDistribution: 'constant',
  operationTimeoutMs: 1000,
  model: 'linearizable',
  availability: null,
  gates: [],
  checkTimeoutMs: 60_000,
  checkMemoryMb: 2048,
  seed: 42,
  expect: 'valid',
  networkLog: 'sample',
  logNetSend: false,
  logNetReceive: false,
  logStderr: false,
};

export interface SampleOptions {
  readonly plan?: Partial<RunPlan>;
  readonly summary?: Partial<RunSummary>;
  readonly folder?: string | null;
}

export function reportOf(
  history: History,
  verdicts: readonly Verdict[],
  options: SampleOptions = {},
): RunReport {
  const valid = verdicts.find((verdict) => verdict.valid !== true)?.valid ?? true;
  return {
    history,
    folder: options.folder === undefined ? 'histories/runs/20261121-register' : options.folder,
    summary: {
      dsxVersion: '0.1.0',
      plan: { ...samplePlan, ...options.plan },
      command: 'dsx test --workload register --target raft --nemesis partition --seed 42',
      startedAt: '2026-11-21T06:00:00.000Z',
      durationMs: Math.max(1, (history.events.timeNs.at(-1) ?? 0) / ms),
      checkMs: 12.5,
      valid,
      verdicts,
      functions: functionCounts(history),
      errors: errorCounts(history),
      faults: faultCoverage(history),
      messages: {
        allPerOperation: 6.25,
        serversPerOperation: 4.25,
        sent: 62_500,
        received: 61_000,
        dropped: 1500,
      },
      warnings: [],
      eventCount: history.eventCount,
      operationCount: history.operationCount,
      ...options.summary,
    },
  };
}

export function validVerdict(history: History): Verdict {
  return {
    checker: 'linearizability',
    model: 'linearizable',
    operationCount: history.operationCount,
    method: 'every key by the register algorithm for distinct values',
    valid: true,
    models: { holds: ['linearizable'], violated: [] },
  };
}

export function invalidVerdict(
  history: History,
  anomalies: NonEmpty<Anomaly>,
  checker = 'linearizability',
): Verdict {
  return {
    checker,
    model: anomalies[0].model,
    operationCount: history.operationCount,
    method: 'every key by the register algorithm for distinct values',
    valid: false,
    anomalies,
  };
}

function fault(kind: string, shape: string, nodes: readonly string[], description: string): Fault {
  return { kind, f: `start-${kind}`, shape, nodes, detail: {}, description };
}

const fourFaults = [
  fault(
    'partition',
    'majority',
    ['n1', 'n2', 'n3', 'n4', 'n5'],
    'n1, n2 | n3, n4, n5 cannot hear each other',
  ),
  fault('pause', 'one', ['n3'], 'n3 is paused'),
  fault('kill', 'minority', ['n1', 'n4'], 'n1 and n4 are killed'),
  fault('clock', 'bump', ['n2'], "n2's clock is 12 s ahead"),
] as const;

/** Something to add to a history at its time. */
interface Moment {
  readonly atNs: number;
  readonly event: Omit<HistoryEvent, 'index' | 'time'>;
}

interface Stretch {
  readonly one: Fault;
  readonly start: number;
  readonly end: number;
}

/** Register operations on eight keys by ten clients, with four kinds of faults. */
export function loadedHistory(milliseconds: number, seed = 7): History {
  const endNs = milliseconds * ms;
  const stretches = fourFaults.map((one, i) => ({
    one,
    start: Math.round((endNs * (1 + 2 * i)) / 9),
    end: Math.round((endNs * (2 + 2 * i)) / 9),
  }));
  const moments = stretches.flatMap(faultMoments);
  const random = new Random(prng(seed));
  let written = 0;
  const values = (wanted: number): number => (written += wanted);
  for (let client = 0; client < 10; client += 1)
    moments.push(...clientMoments({ client, endNs, random, stretches, values }));
  moments.sort((a, b) => a.atNs - b.atNs);
  const builder = new HistoryBuilder();
  for (const { atNs, event } of moments) builder.add({ ...event, time: atNs });
  return builder.build();
}

function faultMoments({ one, start, end }: Stretch): Moment[] {
  const body = { process: 'nemesis', type: 'info' } as const;
  const began = {
    fault: one as unknown as Json,
    evidence: 'seen to hold: 12 of 12 messages were cut',
  };
  const stopped = { stopped: one.kind, evidence: 'seen to have ended' };
  return [
    { atNs: start, event: { ...body, f: one.f, value: began } },
    { atNs: end, event: { ...body, f: `stop-${one.kind}`, value: stopped } },
  ];
}

interface Load {
  readonly client: number;
  readonly endNs: number;
  readonly random: Random;
  readonly stretches: readonly Stretch[];
  /** Takes so many new values; returns the last one taken, over all clients. */
  readonly values: (wanted: number) => number;
}

function* clientMoments({ client, endNs, random, stretches, values }: Load): Generator<Moment> {
  const node = `n${1 + (client % 5)}`;
  const error = ['timeout', `no answer from ${node} in 1000 ms`] as const;
  let process = client;
  let atNs = random.int(5 * ms);
  while (atNs < endNs) {
    const now = atNs;
    const faulty = stretches.some(({ start, end }) => now >= start && now < end);
    const reads = random.chance(0.5);
    const timesOut = faulty && random.chance(0.03);
    const took = random.exponential((faulty ? 18 : 6) * ms) + 0.2 * ms;
    const end = now + (timesOut ? 1000 * ms : Math.round(took));
    const call = { process, f: reads ? 'read' : 'write', key: random.int(8) };
    const value = values(reads ? 0 : 1);
    const argument = reads ? null : value;
    yield { atNs: now, event: { ...call, type: 'invoke', value: argument, node } };
    if (timesOut) {
      yield {
        atNs: end,
        event: { ...call, type: reads ? 'fail' : 'info', value: argument, error },
      };
      if (!reads) process += 10;
    } else yield { atNs: end, event: { ...call, type: 'ok', value } };
    atNs = end + Math.round(random.exponential(3 * ms));
  }
}

interface OpenCall {
  readonly process: number;
  readonly f: number;
  readonly key: number;
  readonly value: number;
  readonly doneNs: number;
}

/** The fast way to a very long history: `clients` at once, distinct writes, now and then an info. */
export function hugeHistory(operationCount: number, clients = 20): History {
  const random = new Random(prng(3));
  const builder = new HistoryBuilder();
  const functions = [builder.functionId('read'), builder.functionId('write')];
  const open: OpenCall[] = [];
  let nowNs = 0;
  let next = clients;
  for (let i = 0; i < operationCount; i += 1) {
    const done = open.length < clients ? undefined : open.shift();
    let process = open.length;
    if (done !== undefined) {
      nowNs = Math.max(nowNs, done.doneNs);
      process = completed(builder, done, nowNs, i) ? done.process : (next += 1) - 1;
    }
    const key = builder.values.id(`k${i % 16}`);
    const f = functions[i % 2] ?? 0;
    nowNs += 1000 + random.int(20_000);
    const doneNs = nowNs + random.int(2 * ms);
    const value = builder.values.id(i);
    builder.addRow(typeCode.invoke, process, f, key, i % 2 === 0 ? noValue : value, nowNs);
    open.push({ process, f, key, value, doneNs });
  }
  return builder.build();
}

/** Ends a call; false if its process is lost with it. */
function completed(builder: HistoryBuilder, call: OpenCall, nowNs: number, i: number): boolean {
  const isInfo = i % 5003 === 0;
  const isFail = !isInfo && i % 997 === 0;
  const type = isInfo ? typeCode.info : isFail ? typeCode.fail : typeCode.ok;
  const row = builder.addRow(type, call.process, call.f, call.key, call.value, nowNs);
  if (type !== typeCode.ok) builder.addExtra(row, { error: ['timeout', 'no answer'] });
  return !isInfo;
}

/** The anomaly of `staleRead`. */
export function staleAnomaly(): Anomaly {
  return {
    type: 'stale-read',
    key: 3,
    model: 'linearizable',
    operations: [0, 3, 4, 6],
    explanation:
      'write 2 of process 1 (events 3 to 5) returned before read → 1 of process 3 (event 6) began.\nSo the read must see 2 or something newer.\nIt saw 1, which write 1 of process 0 (events 0 to 1) wrote, and which ended before write 2 began.',
    evidence: {
      offending: [3, 6],
      longestPrefix: [
        { operation: 0, state: 1 },
        { operation: 3, state: 2 },
      ],
      stuck: [{ operation: 6, state: 2, reason: 'the register holds 2, and it read 1' }],
    },
  };
}

/** A stale read after a partition began: three operations among a few. */
export function staleRead(): RunReport {
  const builder = new HistoryBuilder();
  const at = (time: number): number => time * ms;
  const key = 3;
  builder.add({ process: 0, f: 'write', key, type: 'invoke', time: at(1), value: 1, node: 'n1' });
  builder.add({ process: 0, f: 'write', key, type: 'ok', time: at(4), value: 1 });
  const cut = { fault: fourFaults[0] as unknown as Json, evidence: 'seen to cut' };
  builder.add({ process: 'nemesis', f: 'start-partition', type: 'info', time: at(5), value: cut });
  builder.add({ process: 1, f: 'write', key, type: 'invoke', time: at(6), value: 2, node: 'n3' });
  builder.add({
    process: 2,
    f: 'cas',
    key,
    type: 'invoke',
    time: at(7),
    value: [1, 9],
    node: 'n2',
  });
  builder.add({ process: 1, f: 'write', key, type: 'ok', time: at(9), value: 2 });
  builder.add({
    process: 3,
    f: 'read',
    key,
    type: 'invoke',
    time: at(12),
    value: null,
    node: 'n1',
  });
  builder.add({ process: 3, f: 'read', key, type: 'ok', time: at(13), value: 1 });
  const timeout = ['timeout', 'no answer from n2 in 1000 ms'] as const;
  builder.add({
    process: 2,
    f: 'cas',
    key,
    type: 'info',
    time: at(1007),
    value: [1, 9],
    error: timeout,
  });
  builder.add({
    process: 'nemesis',
    f: 'stop-partition',
    type: 'info',
    time: at(1100),
    value: { stopped: 'partition', evidence: 'healed' },
  });
  const history = builder.build();
  const anomaly = staleAnomaly();
  return reportOf(history, [invalidVerdict(history, [anomaly])], {
    plan: { system: { kind: 'target', name: 'raft', variant: 'stale-reads' } },
    summary: { warnings: ['fault kill was asked for and never injected'] },
  });
}

/** Read skew: T1 sees one of T2's two writes and misses the other. */
export function readSkew(): RunReport {
  const builder = new HistoryBuilder();
  const add = (process: number, type: 'invoke' | 'ok', time: number, value: Json): void => {
    builder.add({ process, f: 'txn', type, time: time * ms, value });
  };
  add(0, 'invoke', 0, [
    ['append', 'x', 1],
    ['append', 'y', 1],
  ]);
  add(1, 'invoke', 1, [
    ['r', 'x', null],
    ['r', 'y', null],
  ]);
  add(1, 'ok', 6, [
    ['r', 'x', []],
    ['r', 'y', [1]],
  ]);
  add(0, 'ok', 7, [
    ['append', 'x', 1],
    ['append', 'y', 1],
  ]);
  add(2, 'invoke', 8, [['r', 'x', null]]);
  add(2, 'ok', 9, [['r', 'x', [1]]]);
  const history = builder.build();
  const anomaly: Anomaly = {
    type: 'G-single',
    model: 'snapshot-isolation',
    operations: [0, 1],
    explanation:
      'Let T1 = #1, T2 = #0.\nT1 < T2, because T1 read x = [] and T2 appended 1 to it.\nHowever, T2 < T1, because T1 read y = [1], and T2 appended that 1: a contradiction.',
    evidence: {
      cycle: [
        {
          operation: 1,
          edge: 'rw',
          key: 'x',
          why: 'T1 read x = [], which T2 had not yet appended 1 to',
        },
        { operation: 0, edge: 'wr', key: 'y', value: 1, why: 'T1 read y = [1], which T2 appended' },
      ],
    },
  };
  return reportOf(
    history,
    [
      {
        ...invalidVerdict(history, [anomaly], 'list-append'),
        models: { holds: ['read-committed'], violated: ['consistent-view'] },
      },
    ],
    { plan: { workload: 'list-append', model: 'snapshot-isolation' } },
  );
}

/** A set that lost two acknowledged elements. */
export function lostElements(): RunReport {
  const builder = new HistoryBuilder();
  const kept: number[] = [];
  for (let i = 0; i < 30; i += 1) {
    const process = i % 5;
    const event = { process, f: 'add', value: i };
    builder.add({ ...event, type: 'invoke', time: 2 * i * ms });
    if (i === 11) {
      builder.add({
        ...event,
        type: 'fail',
        time: (2 * i + 1) * ms,
        error: ['full', 'the disk is full'],
      });
      continue;
    }
    builder.add({ ...event, type: 'ok', time: (2 * i + 1) * ms });
    if (i !== 7 && i !== 19) kept.push(i);
  }
  builder.add({ process: 0, f: 'read', type: 'invoke', time: 70 * ms, value: null, final: true });
  builder.add({ process: 0, f: 'read', type: 'ok', time: 72 * ms, value: kept, final: true });
  const history = builder.build();
  const lost = (element: number): Anomaly => ({
    type: 'lost',
    model: 'set',
    operations: [2 * element, 60],
    explanation: `add ${element} was acknowledged, and the final read at event 60 does not have it.`,
  });
  return reportOf(history, [invalidVerdict(history, [lost(7), lost(19)], 'set')], {
    plan: { workload: 'set', model: 'set' },
    folder: null,
  });
}
