/** The runs of a store as rows: what was tested, and what came of it. */
import { HistoryError, UsageError } from '../base/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../base/json.ts';
import type { RunRow } from '../report/runs/runs-page.ts';
import type { RunStore, StoredRun } from '../store/run-store.ts';

/** The newest first. A run that cannot be read is a row that says so. */
export function runRows(store: RunStore): readonly RunRow[] {
  return store.list().map((id) => runRow(store, id));
}

export function runSymbol({ valid }: RunRow): string {
  if (valid === null) return '-';
  if (valid === 'unknown') return '?';
  return valid ? '✓' : '✗';
}

/** @param id of the list */
export function runRow(store: RunStore, id: string): RunRow {
  try {
    const run = store.read(id);
    const about = run.about();
    const verdict = run.json('verdict.json');
    return rowOf(run, about, isObject(verdict) ? verdict : null);
  } catch (thrown) {
    // Half a folder is no run: made by a dsx that was killed, or by somebody else.
    if (thrown instanceof UsageError)
      return { ...emptyRow(id), text: 'not a run: it has neither run.json nor a history' };
    if (!(thrown instanceof HistoryError)) throw thrown;
    return { ...emptyRow(id), text: `cannot be read: ${thrown.message}` };
  }
}

function emptyRow(id: string): RunRow {
  return {
    ...{ id, startedAt: '', workload: '', system: '', nemeses: '', model: '', seed: 0 },
    ...{ valid: null, anomalies: [], operations: 0, durationMs: 0, text: '', hasReport: false },
    ...{ nodes: 0, clients: 0, timeLimitMs: 0, rateHz: 0, faultCount: 0 },
    ...{ p50Ms: null, p99Ms: null },
  };
}

function rowOf(run: StoredRun, about: JsonObject, verdict: JsonObject | null): RunRow {
  const plan = isObject(about['plan']) ? about['plan'] : {};
  const valid = verdict?.['valid'] ?? null;
  return {
    ...emptyRow(run.id),
    startedAt: textOf(about['startedAt']),
    workload: textOf(plan['workload']),
    system: systemOf(plan['system']),
    nemeses: nemesesOf(plan),
    model: textOf(plan['model']),
    seed: numberOf(plan['seed']),
    valid: valid === true || valid === false || valid === 'unknown' ? valid : null,
    anomalies: anomalyTypes(verdict),
    operations: numberOf(verdict?.['operations']),
    durationMs: numberOf(verdict?.['durationMs']),
    text:
      verdict === null
        ? 'no verdict: it still runs, or was cut short'
        : textOf(verdict['headline']),
    hasReport: run.has('report.html'),
    nodes: lengthOf(plan['nodes']),
    clients: numberOf(plan['concurrency']),
    timeLimitMs: numberOf(plan['timeLimitMs']),
    rateHz: numberOf(plan['rateHz']),
    faultCount: lengthOf(verdict?.['faults']),
    ...latencyOf(verdict),
  };
}

function lengthOf(list: Json | undefined): number {
  return isArray(list) ? list.length : 0;
}

/** The first row of latencies is that of all functions. */
function latencyOf(verdict: JsonObject | null): Pick<RunRow, 'p50Ms' | 'p99Ms'> {
  const rows = verdict?.['latencies'];
  const first = isArray(rows) ? rows[0] : undefined;
  if (!isObject(first)) return { p50Ms: null, p99Ms: null };
  const { p50Ms, p99Ms } = first;
  return {
    p50Ms: typeof p50Ms === 'number' ? p50Ms : null,
    p99Ms: typeof p99Ms === 'number' ? p99Ms : null,
  };
}

function systemOf(system: Json | undefined): string {
  if (!isObject(system)) return '';
  if (system['kind'] === 'bin') return textOf(system['path']).split('/').at(-1) ?? '';
  return `${textOf(system['name'])} (${textOf(system['variant'])})`;
}

function nemesesOf(plan: JsonObject): string {
  const { nemeses, script } = plan;
  const random = isArray(nemeses) ? nemeses : [];
  const scripted = (isArray(script) ? script : []).map((one) =>
    isObject(one) ? (one['nemesis'] ?? null) : null,
  );
  const names = [...random, ...scripted].filter(isObject).map(({ name }) => textOf(name));
  return [...new Set(names)].join(', ');
}

/** Each once, as reports name them. */
export function anomalyTypes(verdict: JsonObject | null): readonly string[] {
  const verdicts = verdict?.['verdicts'];
  if (!isArray(verdicts)) return [];
  const types = verdicts
    .filter(isObject)
    .flatMap(({ anomalies }) =>
      isArray(anomalies) ? anomalies.filter(isObject).map(({ type }) => textOf(type)) : [],
    );
  return [...new Set(types)];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
