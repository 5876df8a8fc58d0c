/** Whether a run met its numeric goals, and if not, by how much it missed them. */
import { isObject, type Json } from '../base/json.ts';
import { durationText } from '../base/text.ts';
import { nsPerMs } from '../base/units.ts';
import type { Verdict } from '../checker/verdict.ts';
import { typeCode } from '../history/columns.ts';
import type { History } from '../history/history.ts';
import { figureKinds, type Gate, type GateUnit, type Quantile } from '../plan/gate.ts';
import { type LatencySummary, latencies } from './latency.ts';
import type { FaultCoverage, GateResult, MessageSummary } from './report.ts';

export interface GateFacts {
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  readonly faults: readonly FaultCoverage[];
  readonly messages: MessageSummary | null;
  readonly timeLimitMs: number;
}

/** A figure, in the unit of its kind; or why there is none. */
type Measured =
  | { readonly value: number; readonly what: string }
  | { readonly value: null; readonly why: string };

/** Why a figure cannot be had of a recorded history at all; undefined: it can. */
export function gateObstacle(
  { figure }: Gate,
  { history, messages }: Pick<GateFacts, 'history' | 'messages'>,
): string | undefined {
  const { unit } = figureKinds[figure];
  if (!history.isTimed && (unit === 'time' || unit === 'rate')) return 'the history has no times';
  if (messages === null && (figure === 'msgs-per-op' || figure === 'server-msgs-per-op'))
    return 'a history holds no messages; they are counted while a test runs, and kept in its run folder';
  return undefined;
}

/** A goal whose figure was not measured is missed: nobody saw that it was met. */
export function gateResults(gates: readonly Gate[], facts: GateFacts): readonly GateResult[] {
  return gates.map((gate) => {
    const measured = measure(gate, facts);
    if (measured.value === null)
      return { gate: gate.text, passed: false, figure: `not measured: ${measured.why}` };
    const { value, what } = measured;
    const passed = holds(gate, value);
    const figure = `${what} was ${amountText(gate, value)}`;
    return {
      gate: gate.text,
      passed,
      figure: passed ? figure : `${figure}, ${missText(gate, value)}`,
    };
  });
}

/** What was measured, without a goal. */
export function figureText(gate: Gate, facts: GateFacts): string {
  const measured = measure(gate, facts);
  if (measured.value === null) return `${gate.figure} was not measured: ${measured.why}`;
  return `${measured.what} was ${amountText(gate, measured.value)}`;
}

function holds({ comparison, limit }: Gate, value: number): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    default:
      return value === limit;
  }
}

/** `12 ms (3 %) above the limit of 400 ms`. */
function missText(gate: Gate, value: number): string {
  const { limit, comparison } = gate;
  const limitText = amountText(gate, limit);
  if (value === limit) return `and must be ${comparison === '<' ? 'less' : 'more'} than that`;
  if (!Number.isFinite(value)) return `and the limit is ${limitText}`;
  const distance = Math.abs(value - limit);
  const share = limit === 0 ? '' : ` (${rounded((distance / limit) * 100, 1)} %)`;
  const side = value > limit ? 'above' : 'below';
  return `${amountText(gate, distance)}${share} ${side} the limit of ${limitText}`;
}

function amountText({ figure }: Gate, value: number): string {
  const { unit } = figureKinds[figure];
  if (!Number.isFinite(value)) return 'endless';
  const texts: Readonly<Record<GateUnit, () => string>> = {
    time: () => durationText(value),
    fraction: () => `${rounded(value * 100, 3)} %`,
    rate: () => `${rounded(value, 1)} a second`,
    count: () => rounded(value, 2),
  };
  return texts[unit]();
}

function rounded(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function measure(gate: Gate, facts: GateFacts): Measured {
  const { history, faults, messages, verdicts } = facts;
  switch (gate.figure) {
    case 'latency':
      return latencyOf(gate, latencies(history));
    case 'stable-latency':
      return stableLatencyOf(gate, verdicts);
    case 'msgs-per-op':
      return messagesOf(messages, 'allPerOperation', 'messages per operation');
    case 'server-msgs-per-op':
      return messagesOf(messages, 'serversPerOperation', 'messages between servers per operation');
    case 'availability':
    case 'ok-rate':
      return okShareOf(gate, history);
    case 'throughput':
      return throughputOf(history, facts.timeLimitMs);
    case 'recovery':
      return recoveryOf(faults);
    case 'lost':
      return countOf(verdicts, 'lostCount', 'lost elements');
    case 'stale':
      return countOf(verdicts, 'staleCount', 'stale elements');
    default:
      return countOf(verdicts, 'duplicatedCount', 'elements that came more than once');
  }
}

const latencyFields: Readonly<Record<Quantile, keyof LatencySummary>> = {
  p50: 'p50Ms',
  p95: 'p95Ms',
  p99: 'p99Ms',
  p999: 'p999Ms',
  max: 'maxMs',
  mean: 'meanMs',
  min: 'minMs',
};

function latencyOf({ f, quantile }: Gate, rows: readonly LatencySummary[]): Measured {
  // The first row is that of all functions, or of the only one.
  const row = f === null ? rows[0] : rows.find((one) => one.f === f);
  const what = f === null ? 'ok operations' : `ok ${f}s`;
  if (row === undefined || quantile === null) return { value: null, why: `there were no ${what}` };
  return { value: Number(row[latencyFields[quantile]]), what: `${quantile} of ${what}` };
}

/** Names in the details of verdicts, as Jepsen has them. */
const sampleNames: Readonly<Partial<Record<Quantile, string>>> = {
  min: '0',
  p50: '0.5',
  p95: '0.95',
  p99: '0.99',
  max: '1',
};

function stableLatencyOf({ quantile }: Gate, verdicts: readonly Verdict[]): Measured {
  const name = quantile === null ? undefined : sampleNames[quantile];
  if (name === undefined)
    return { value: null, why: `of stable latencies ${quantile ?? 'that'} is not kept` };
  const value = detail(verdicts, 'stableLatenciesMs').find(isObject)?.[name];
  if (typeof value === 'number') return { value, what: `${quantile ?? ''} of stable latencies` };
  return {
    value: null,
    why: 'no checker of this workload followed elements until they were stable',
  };
}

function messagesOf(
  messages: MessageSummary | null,
  field: 'allPerOperation' | 'serversPerOperation',
  what: string,
): Measured {
  if (messages === null) return { value: null, why: 'this testbed does not see messages' };
  return { value: messages[field], what: `the number of ${what}` };
}

function okShareOf({ f }: Gate, history: History): Measured {
  const { operations, functions } = history;
  let [ok, all] = [0, 0];
  for (let row = 0; row < operations.count; row += 1) {
    if (f !== null && functions[operations.f[row] ?? 0] !== f) continue;
    all += 1;
    if (operations.outcome[row] === typeCode.ok) ok += 1;
  }
  const what = f === null ? 'operations' : `${f}s`;
  if (all === 0) return { value: null, why: `there were no ${what}` };
  return { value: ok / all, what: `the share of ${what} that succeeded` };
}

/** What was invoked after the load, to see how it ended, does not count. */
function throughputOf({ operations, events }: History, timeLimitMs: number): Measured {
  const startNs = events.timeNs[operations.invoke[0] ?? 0] ?? 0;
  let ok = 0;
  for (let row = 0; row < operations.count; row += 1) {
    const begunNs = events.timeNs[operations.invoke[row] ?? 0] ?? 0;
    if (begunNs > startNs + timeLimitMs * nsPerMs) break;
    if (operations.outcome[row] === typeCode.ok) ok += 1;
  }
  return { value: ok / (timeLimitMs / 1000), what: 'throughput' };
}

function recoveryOf(faults: readonly FaultCoverage[]): Measured {
  const ended = faults.filter(({ window }) => window.endIndex !== null);
  if (ended.length === 0) return { value: null, why: 'no fault ended' };
  const times = ended.map(({ recoveryMs }) => recoveryMs ?? Infinity);
  return { value: Math.max(...times), what: 'the longest time to the first ok after a fault' };
}

function countOf(verdicts: readonly Verdict[], name: string, what: string): Measured {
  const counts = detail(verdicts, name).filter((value) => typeof value === 'number');
  if (counts.length === 0)
    return { value: null, why: `no checker of this workload counts ${what}` };
  return { value: counts.reduce((sum, count) => sum + count, 0), what: `the number of ${what}` };
}

function detail(verdicts: readonly Verdict[], name: string): readonly Json[] {
  return verdicts.flatMap(({ details }) => {
    const value = details?.[name];
    return value === undefined ? [] : [value];
  });
}
