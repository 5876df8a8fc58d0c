/** Anomalies as they are found: each counted, the first few of each type kept with evidence. */
import type { Json, JsonObject } from '../../base/json.ts';
import type { Anomaly } from '../verdict.ts';
import { weakestViolated } from './models.ts';
import type { Transactions } from './transactions.ts';

export interface Finding {
  readonly type: string;
  readonly key?: Json;
  /** Rows of `Transactions`. */
  readonly transactions: readonly number[];
  readonly explanation: string;
  readonly evidence?: JsonObject;
}

const keptPerType = 4;

export class Findings {
  readonly counts = new Map<string, number>();
  readonly kept: Finding[] = [];

  /** `make` is called only for those that are kept. */
  add(type: string, make: () => Omit<Finding, 'type'>): void {
    const count = (this.counts.get(type) ?? 0) + 1;
    this.counts.set(type, count);
    if (count <= keptPerType) this.kept.push({ type, ...make() });
  }

  get types(): readonly string[] {
    return [...this.counts.keys()];
  }
}

export function anomalyOf(finding: Finding, { invoke }: Transactions): Anomaly {
  const { type, key, explanation, evidence } = finding;
  const events = new Set(finding.transactions.map((t) => invoke[t] ?? 0));
  return {
    type,
    ...(key === undefined ? {} : { key }),
    model: weakestViolated(type),
    operations: [...events].sort((a, b) => a - b),
    explanation,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** `the transaction of event 12 (process 3)`: what a person looks up in the history. */
export function who({ invoke, process }: Transactions, t: number): string {
  return `the transaction of event ${invoke[t] ?? -1} (process ${process[t] ?? -1})`;
}

const textMax = 160;

export function text(value: Json | undefined): string {
  const whole = JSON.stringify(value ?? null);
  return whole.length <= textMax ? whole : `${whole.slice(0, textMax - 1)}…`;
}
