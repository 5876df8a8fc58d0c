/** Runs made by hand, for looking at their reports and for the tests of them. */
import type { Json } from '../../../src/base/json.ts';
import { prng, Random } from '../../../src/base/prng.ts';
import type { Anomaly, NonEmpty, Verdict } from '../../../src/checker/verdict.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import { HistoryBuilder } from '../../../src/history/builder.ts';
import { typeCode } from '../../../src/history/columns.ts';
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

/** Register operations on eight keys by ten clients, with four kinds of faults. */
export function loadedHistory(operationCount: number, seed = 7): History {
  const random = new Random(prng(seed));
  const builder = new HistoryBuilder();
  const rows: { atNs: number; add: () => void }[] = [];
  const endNs = operationCount * ms;
  const clients = 10;
  const process = Array.from({ length: clients }, (_, i) => i);
  const windows = fourFaults.map((one, i) => ({
    one,
    start: (endNs * (1 + 2 * i)) / 9,
    end: (endNs * (2 + 2 * i)) / 9,
  }));
  for (const { one, start, end } of windows) {
    const body = { process: 'nemesis' as const, type: 'info' as const };
    const stopped = { stopped: one.kind, evidence: 'seen to have ended' };
    const began = {
      fault: one as unknown as Json,
      evidence: 'seen to hold: 12 of 12 messages were cut',
    };
    rows.push(
      { atNs: start, add: () => builder.add({ ...body, f: one.f, time: start, value: began }) },
      {
        atNs: end,
        add: () => builder.add({ ...body, f: `stop-${one.kind}`, time: end, value: stopped }),
      },
    );
  }
  let value = 0;
  for (let client = 0; client < clients; client += 1) {
    let atNs = random.int(5 * ms);
    while (atNs < endNs) {
      const faulty = windows.some(({ start, end }) => atNs >= start && atNs < end);
      const reads = random.chance(0.5);
      const timesOut = faulty && random.chance(0.03);
      const took = timesOut ? 1000 * ms : random.exponential((faulty ? 18 : 6) * ms) + 0.2 * ms;
      const self = process[client] ?? client;
      const call = { process: self, f: reads ? 'read' : 'write', key: random.int(8) };
      const end = atNs + took;
      const node = `n${1 + (client % 5)}`;
      const argument = reads ? null : (value += 1);
      const begun = atNs;
      rows.push({
        atNs: begun,
        add: () => builder.add({ ...call, type: 'invoke', time: begun, value: argument, node }),
      });
      if (timesOut) {
        const type = reads ? 'fail' : 'info';
        const error = ['timeout', `no answer from ${node} in 1000 ms`] as const;
        rows.push({
          atNs: end,
          add: () => builder.add({ ...call, type, time: end, value: argument, error }),
        });
        if (!reads) process[client] = self + clients;
      } else {
        const result = argument ?? value;
        rows.push({
          atNs: end,
          add: () => builder.add({ ...call, type: 'ok', time: end, value: result }),
        });
      }
      atNs = end + random.exponential(3 * ms);
    }
  }
  rows.sort((a, b) => a.atNs - b.atNs);
  for (const row of rows) row.add();
  return builder.build();
}

/** The fast way to a very long history: `clients` at once, distinct writes, now and then an info. */
export function hugeHistory(operationCount: number, clients = 20): History {
  const random = new Random(prng(3));
  const builder = new HistoryBuilder();
  const functions = [builder.functionId('read'), builder.functionId('write')];
  const busy: { process: number; f: number; key: number; value: number; doneNs: number }[] = [];
  let nowNs = 0;
  let next = clients;
  for (let i = 0; i < operationCount; i += 1) {
    const open = busy.length < clients ? undefined : busy.shift();
    let process = busy.length;
    if (open !== undefined) {
      nowNs = Math.max(nowNs, open.doneNs);
      const isInfo = i % 5003 === 0;
      const type = isInfo ? typeCode.info : i % 997 === 0 ? typeCode.fail : typeCode.ok;
      const row = builder.addRow(type, open.process, open.f, open.key, open.value, nowNs);
      if (type !== typeCode.ok) builder.addExtra(row, { error: ['timeout', 'no answer'] });
      process = isInfo ? next : open.process;
      if (isInfo) next += 1;
    }
    const f = functions[i % 2] ?? 0;
    const key = builder.values.id(`k${i % 16}`);
    const value = i % 2 === 0 ? noValue : builder.values.id(i);
    nowNs += 1000 + random.int(20_000);
    builder.addRow(typeCode.invoke, process, f, key, value, nowNs);
    busy.push({
      process,
      f,
      key,
      value: value === noValue ? builder.values.id(i - 1) : value,
      doneNs: nowNs + random.int(2 * ms),
    });
  }
  return builder.build();
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
  const anomaly: Anomaly = {
    type: 'stale-read',
    key,
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
