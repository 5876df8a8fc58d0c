/**
 * What invariant checkers share: a history is split by key, each part is judged alone, and the
 * findings make one verdict. Figures of parts add up; samples become quantiles.
 *
 * `valid` is said if at least one part could be judged and none showed an anomaly or stayed
 * open; parts with nothing to judge are counted in `details.keysNotJudged`.
 */
import type { Json, JsonObject } from '../../base/json.ts';
import { canonical, isArray, isObject } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import type { History } from '../../history/history.ts';
import { noValue } from '../../history/values.ts';
import type { Checker } from '../checker.ts';
import type { Anomaly, NonEmpty, UnknownReason, Verdict } from '../verdict.ts';

/** Anomalies that are explained, per part and in all; the rest is counted. */
export const anomaliesMax = 32;
/** Values that are listed in details. */
const listedMax = 48;

export interface Finding {
  readonly anomalies: AnomalyList;
  /** Counts, and short lists of values. */
  readonly details: JsonObject;
  /** Numbers whose quantiles (0, 0.5, 0.95, 0.99, 1) are shown under these names. */
  readonly samples?: Readonly<Record<string, readonly number[]>>;
  /** `too-few-ok`: there was nothing to judge. Any other reason makes the verdict `unknown`. */
  readonly unknown?: UnknownReason;
}

export interface InvariantOptions {
  readonly name: string;
  readonly summary: string;
  /** How it was checked, and of what exactly `valid` is said. One line. */
  readonly method: string;
  /** All keys together: for invariants that span objects. */
  readonly whole?: boolean;
  readonly judge: (part: Part) => Finding;
}

export function invariant(options: InvariantOptions): Checker {
  const { name, summary, method, judge } = options;
  return {
    name,
    summary,
    // The split is made here, so that a key without reads does not hide those that had some.
    perKey: false,
    check(history): Verdict {
      const parts = options.whole === true ? [wholeOf(history)] : partsOf(history);
      const findings = parts.map(judge);
      const base = {
        checker: name,
        method,
        operationCount: parts.reduce((sum, part) => sum + part.lookedAt, 0),
        details: detailsOf(findings),
      };
      const anomalies = findings
        .flatMap((finding) => finding.anomalies.list)
        .toSorted((a, b) => (a.operations.at(-1) ?? 0) - (b.operations.at(-1) ?? 0))
        .slice(0, anomaliesMax);
      if (anomalies.length > 0)
        return { ...base, valid: false, anomalies: anomalies as unknown as NonEmpty<Anomaly> };
      const reasons = findings.map((finding) => finding.unknown).filter((r) => r !== undefined);
      const open = reasons.find((reason) => reason.kind !== 'too-few-ok');
      if (open !== undefined) return { ...base, valid: 'unknown', reason: open };
      const [first] = reasons;
      if (first !== undefined && reasons.length === findings.length)
        return { ...base, valid: 'unknown', reason: first };
      return { ...base, valid: true };
    },
  };
}

/** Counts all, makes the explanations of the first few. */
export class AnomalyList {
  count = 0;
  readonly list: Anomaly[] = [];
  readonly #key: Json | undefined;

  constructor(part: Part) {
    this.#key = part.key;
  }

  add(make: () => Omit<Anomaly, 'key'>): void {
    this.count += 1;
    if (this.list.length >= anomaliesMax) return;
    const anomaly = make();
    const operations = [...new Set(anomaly.operations)].toSorted((a, b) => a - b);
    this.list.push({
      ...anomaly,
      operations,
      ...(this.#key === undefined ? {} : { key: this.#key }),
    });
  }
}

/** The operations on one object, by row of `History.operations`. */
export class Part {
  readonly history: History;
  readonly key: Json | undefined;
  readonly rows: readonly number[];
  /** Operations of the functions that were asked for. */
  lookedAt = 0;

  constructor(history: History, key: Json | undefined, rows: readonly number[]) {
    this.history = history;
    this.key = key;
    this.rows = rows;
  }

  /** Rows of these functions, in order of invocation. Each row is to be asked for once. */
  rowsOf(...names: readonly string[]): number[] {
    const ids = new Set(names.map((name) => this.history.functionId(name)));
    const { f } = this.history.operations;
    const rows = this.rows.filter((row) => ids.has(f[row] ?? noValue));
    this.lookedAt += rows.length;
    return rows;
  }

  f(row: number): string {
    return this.history.functions[this.history.operations.f[row] ?? 0] ?? '';
  }

  isOk(row: number): boolean {
    return this.history.operations.outcome[row] === typeCode.ok;
  }

  /** True if it certainly did not happen. */
  failed(row: number): boolean {
    return this.history.operations.outcome[row] === typeCode.fail;
  }

  /** Event index of the invocation. */
  invoke(row: number): number {
    return this.history.operations.invoke[row] ?? 0;
  }

  /** Event index of the ok; Infinity if there is none. */
  returned(row: number): number {
    return this.isOk(row) ? (this.history.operations.complete[row] ?? 0) : Number.POSITIVE_INFINITY;
  }

  input(row: number): Json {
    return this.history.values.value(this.history.operations.input[row] ?? noValue) ?? null;
  }

  output(row: number): Json {
    return this.history.values.value(this.history.operations.output[row] ?? noValue) ?? null;
  }

  process(row: number): number {
    return this.history.operations.process[row] ?? 0;
  }

  node(row: number): string | undefined {
    return this.history.extra(this.invoke(row))?.node;
  }

  /** True for a read made after the system was healed and given time to recover. */
  isFinal(row: number): boolean {
    return this.history.extra(this.invoke(row))?.final === true;
  }

  errorCode(row: number): string | undefined {
    return this.history.extra(this.history.operations.complete[row] ?? noValue)?.error?.[0];
  }

  timeNs(event: number): number {
    return this.history.events.timeNs[event] ?? 0;
  }

  /** Invocations and oks of these rows in order of time; `begins` tells which. */
  moments(rows: readonly number[]): readonly Moment[] {
    const moments: Moment[] = [];
    for (const row of rows) {
      moments.push({ at: this.invoke(row), row, begins: true });
      if (this.isOk(row)) moments.push({ at: this.returned(row), row, begins: false });
    }
    return moments.toSorted((a, b) => a.at - b.at);
  }
}

export interface Moment {
  readonly at: number;
  readonly row: number;
  readonly begins: boolean;
}

/** What to look an element up by: equal for equal values, different for different ones. */
export function elementKey(value: Json): number | string {
  return typeof value === 'number' ? value : canonical(value);
}

export function tooFew(message: string): { readonly unknown: UnknownReason } {
  return { unknown: { kind: 'too-few-ok', message } };
}

export function undetermined(message: string): { readonly unknown: UnknownReason } {
  return { unknown: { kind: 'undetermined', message } };
}

/** The first values, for details. */
export function some(values: Iterable<Json>): readonly Json[] {
  const first: Json[] = [];
  for (const value of values) {
    if (first.length === listedMax) break;
    first.push(value);
  }
  return first;
}

/** Elements of a read: undefined if the answer is not a list. */
export function elementsOf(value: Json): readonly Json[] | undefined {
  return isArray(value) ? value : undefined;
}

function partsOf(history: History): Part[] {
  const groups = [...history.rowsByKey()];
  if (groups.length === 0) return [wholeOf(history)];
  return groups.map(
    ([key, rows]) => new Part(history, history.values.value(key), Array.from(rows)),
  );
}

function wholeOf(history: History): Part {
  const rows = Array.from({ length: history.operationCount }, (_, row) => row);
  return new Part(history, undefined, rows);
}

function detailsOf(findings: readonly Finding[]): JsonObject {
  const details: Record<string, Json> = {};
  let anomalyCount = 0;
  let keysNotJudged = 0;
  const samples = new Map<string, number[]>();
  for (const finding of findings) {
    anomalyCount += finding.anomalies.count;
    if (finding.unknown?.kind === 'too-few-ok') keysNotJudged += 1;
    for (const [name, value] of Object.entries(finding.details))
      details[name] = joined(name, details[name], value);
    for (const [name, numbers] of Object.entries(finding.samples ?? {})) {
      const known = samples.get(name) ?? [];
      for (const number of numbers) known.push(number);
      samples.set(name, known);
    }
  }
  for (const [name, numbers] of samples) if (numbers.length > 0) details[name] = quantiles(numbers);
  return {
    ...details,
    anomalyCount,
    ...(findings.length > 1 ? { keyCount: findings.length, keysNotJudged } : {}),
  };
}

function joined(name: string, a: Json | undefined, b: Json): Json {
  if (a === undefined || a === null) return b;
  if (b === null) return a;
  if (typeof a === 'number' && typeof b === 'number') {
    if (/^(highest|worst|longest)/.test(name)) return Math.max(a, b);
    return name.startsWith('lowest') ? Math.min(a, b) : a + b;
  }
  if (isArray(a) && isArray(b)) return some([...a, ...b]);
  if (!isObject(a) || !isObject(b)) return a;
  const all: Record<string, Json> = { ...a };
  for (const [field, value] of Object.entries(b)) all[field] = joined(field, all[field], value);
  return all;
}

/** Of at least one number. */
function quantiles(numbers: readonly number[]): JsonObject {
  const sorted = Float64Array.from(numbers).toSorted();
  return Object.fromEntries(
    [0, 0.5, 0.95, 0.99, 1].map((q) => {
      const at = Math.min(sorted.length - 1, Math.floor(q * sorted.length));
      return [String(q), sorted[at] ?? 0];
    }),
  );
}
