/** What was measured of the rows of the atlas, kept in a file, so that it can be had in portions. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export type Outcome = 'valid' | 'anomaly' | 'unknown' | 'failed';

/** How one run ended. */
interface Ended {
  readonly outcome: Outcome;
  /** Of the anomalies that it found. */
  readonly types: readonly string[];
  /** As in 2026-07-31, in UTC. */
  readonly day: string;
}

/** How the runs of a row ended. */
export interface Tally {
  /** One run for each. */
  readonly seeds: readonly number[];
  readonly valid: number;
  readonly anomaly: number;
  readonly unknown: number;
  readonly failed: number;
  /** Type of anomaly → runs that had one. */
  readonly anomalies: Readonly<Record<string, number>>;
  /** The day of the last run, as in 2026-07-31, in UTC. Empty: no run. */
  readonly day: string;
}

export type Measured = Readonly<Record<string, Tally>>;

export const nothingMeasured: Tally = {
  seeds: [],
  valid: 0,
  anomaly: 0,
  unknown: 0,
  failed: 0,
  anomalies: {},
  day: '',
};

/** A run more, that was done on `day`. */
export function withRun(tally: Tally, seed: number, { outcome, types, day }: Ended): Tally {
  const anomalies = { ...tally.anomalies };
  for (const type of types) anomalies[type] = (anomalies[type] ?? 0) + 1;
  return {
    ...tally,
    seeds: [...tally.seeds, seed].toSorted((a, b) => a - b),
    [outcome]: tally[outcome] + 1,
    anomalies,
    day,
  };
}

export function readMeasured(file: string): Measured {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Measured) : {};
}

/** One row a line, in order, so that changes are easy to read. */
export function writeMeasured(file: string, measured: Measured): void {
  const lines = Object.keys(measured)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((key) => `  ${JSON.stringify(key)}: ${JSON.stringify(measured[key])}`);
  writeFileSync(`${file}.new`, `{\n${lines.join(',\n')}\n}\n`);
  renameSync(`${file}.new`, file);
}
