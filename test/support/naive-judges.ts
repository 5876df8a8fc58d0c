/**
 * Small random histories of any operations, and their comparison with a naive judge: one that
 * looks at every pair, in the words of the definition, and shares nothing with the checker.
 */
import { expect } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import type { Checker } from '../../src/checker/checker.ts';
import { type Anomaly, anomaliesOf } from '../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';

/** An operation as a naive judge sees it. */
export interface Plain {
  readonly process: number;
  readonly f: string;
  readonly node: string;
  readonly input: Json;
  /** Null unless it is ok. */
  readonly output: Json;
  readonly isOk: boolean;
  readonly failed: boolean;
  readonly final: boolean;
  /** Events; `end` is that of the ok, and Infinity if there is none. */
  readonly begin: number;
  readonly end: number;
  readonly beginNs: number;
}

export function plainOperations(history: History): readonly Plain[] {
  return [...history.eachOperation()].map((operation) => {
    const isOk = operation.outcome === 'ok';
    return {
      process: operation.process,
      f: operation.f,
      node: operation.node ?? '',
      input: operation.input,
      output: isOk ? operation.output : null,
      isOk,
      failed: operation.outcome === 'fail',
      final: operation.final,
      begin: operation.invokeIndex,
      end: isOk ? operation.returnIndex : Number.POSITIVE_INFINITY,
      beginNs: operation.invokeNs,
    };
  });
}

/** What a client asks, and what it is answered if all goes well, given all asked before. */
export interface Asked {
  readonly f: string;
  readonly input: Json;
  readonly node?: string;
  readonly key?: Json;
  readonly answer: (before: readonly Asked[]) => Json;
}

export interface SmallPlan {
  /** How many operations at most, and how many of the clients run at once. */
  readonly operations: number;
  readonly clients: number;
  readonly ask: (random: Random, place: number, process: number) => Asked;
  /** Asked one after the other at the end, marked as final. */
  readonly finals?: (random: Random) => readonly Asked[];
  /** Probability that an operation has an unknown outcome, and that it fails. */
  readonly info?: number;
  readonly fail?: number;
  /** Events of the nemesis that may come between others. */
  readonly faults?: (random: Random) => EventBody | undefined;
  /** Nanoseconds between events: up to this. */
  readonly stepNs?: number;
}

export function smallHistory(random: Random, plan: SmallPlan): History {
  const { operations, clients, ask, finals, info = 0.1, fail = 0.1, faults, stepNs = 3e6 } = plan;
  const builder = new HistoryBuilder();
  const asked: Asked[] = [];
  const open = new Map<number, { readonly process: number; readonly asked: Asked }>();
  const processes = Array.from({ length: clients }, (_, client) => client);
  let time = 0;
  const put = (event: EventBody): void => {
    time += random.int(stepNs);
    builder.add({ ...event, time });
  };
  const begin = (process: number, each: Asked, final: boolean): void => {
    asked.push(each);
    const { f, input, node, key } = each;
    const where = {
      ...(node === undefined ? {} : { node }),
      ...(key === undefined ? {} : { key }),
    };
    put({ type: 'invoke', process, f, value: input, ...where, ...(final ? { final } : {}) });
  };
  const answer = (process: number, each: Asked): void => {
    put({ type: 'ok', process, f: each.f, value: each.answer(asked) });
  };
  const count = 1 + random.int(operations);
  for (let begun = 0; begun < count || open.size > 0; ) {
    const fault = random.chance(0.15) ? faults?.(random) : undefined;
    if (fault !== undefined) put(fault);
    const client = random.int(clients);
    const running = open.get(client);
    const process = processes[client] ?? 0;
    if (running === undefined) {
      if (begun === count) continue;
      const each = ask(random, begun, process);
      begun += 1;
      begin(process, each, false);
      open.set(client, { process, asked: each });
      continue;
    }
    open.delete(client);
    const draw = random.unit();
    const { f, input } = running.asked;
    if (draw < info) {
      processes[client] = process + clients;
      put({ type: 'info', process, f, value: input, error: ['timeout', ''] });
    } else if (draw < info + fail)
      put({ type: 'fail', process, f, value: input, error: ['refused', ''] });
    else answer(process, running.asked);
  }
  for (const each of finals?.(random) ?? []) {
    const client = random.int(clients);
    begin(processes[client] ?? 0, each, true);
    answer(processes[client] ?? 0, each);
  }
  return builder.build();
}

/** What a naive judge says: the names of all anomalies, and whether it leaves the case open. */
export interface Judged {
  readonly types: ReadonlySet<string>;
  readonly open: boolean;
  /** Names that may be told beside those, or in their place. */
  readonly also?: ReadonlySet<string>;
  /** How many anomalies there are, if that is to be compared too. */
  readonly count?: number;
}

const limits = { timeoutMs: 5_000, memoryMb: 200, nowMs: () => 0 };

interface Comparison {
  readonly runs: number;
  /** Anomalies that must come. */
  readonly types: readonly string[];
  /** Anomalies whose operations do not show them without others: what is missing, say. */
  readonly notAlone?: readonly string[];
}

/** Fails unless the operations that an anomaly names show it without the rest of the history. */
function expectAlone(checker: Checker, history: History, anomaly: Anomaly, seed: number): void {
  const { invoke } = history.operations;
  const rows = [...invoke.keys()].filter((row) => anomaly.operations.includes(invoke[row] ?? -1));
  const again = anomaliesOf(checker.check(history.picked(rows), limits)).map(({ type }) => type);
  if (again.includes(anomaly.type)) return;
  const events = [...history.eachEvent()].map((event) => JSON.stringify(event));
  const where = [`seed ${seed}, the evidence alone:`, JSON.stringify(anomaly), ...events];
  expect(again, where.join('\n')).toContain(anomaly.type);
}

/**
 * Fails at the first history on which the two do not agree, or where an anomaly is not shown by
 * its own evidence; and if one of the three verdicts, or one of the anomalies that are listed,
 * never came.
 */
export function agree(
  checker: Checker,
  plan: (random: Random) => SmallPlan,
  naive: (operations: readonly Plain[], history: History) => Judged,
  { runs, types, notAlone = [] }: Comparison,
): void {
  const firstSeed = Number(process.env['DSX_SEED'] ?? 1);
  const met = new Map<string, number>();
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const random = new Random(prng(seed));
    const history = smallHistory(random, plan(random));
    const expected = naive(plainOperations(history), history);
    const verdict = checker.check(history, limits);
    const found = new Set(anomaliesOf(verdict).map(({ type }) => type));
    const sure = (names: ReadonlySet<string>): readonly string[] =>
      [...names].filter((name) => expected.also?.has(name) !== true).toSorted();
    const valid = expected.types.size > 0 ? false : expected.open ? 'unknown' : true;
    const count = expected.count ?? verdict.details?.['anomalyCount'];
    const said = [sure(found), verdict.valid, verdict.details?.['anomalyCount']];
    const due = [sure(expected.types), valid, count];
    if (JSON.stringify(said) !== JSON.stringify(due)) {
      const events = [...history.eachEvent()].map((event) => JSON.stringify(event));
      expect(said, [`seed ${seed}:`, JSON.stringify(verdict), ...events].join('\n')).toEqual(due);
    }
    for (const anomaly of anomaliesOf(verdict))
      if (!notAlone.includes(anomaly.type)) expectAlone(checker, history, anomaly, seed);
    for (const name of [String(valid), ...found]) met.set(name, (met.get(name) ?? 0) + 1);
  }
  // Other seeds, or fewer, may miss what is rare.
  if (process.env['DSX_SEED'] !== undefined || process.env['DSX_RUNS'] !== undefined) return;
  const never = ['true', 'false', ...types].filter((name) => !met.has(name));
  expect(never, `verdicts and anomalies that never came; met: ${[...met].join(' ')}`).toEqual([]);
}

/** Drawn from the list. */
export function one<T>(random: Random, items: readonly T[]): T {
  return items[random.int(items.length)] as T;
}

/** A random order. */
export function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: random.unit() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
