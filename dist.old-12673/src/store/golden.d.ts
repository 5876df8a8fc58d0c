import type { ReadResult } from '../history/format/read-history.ts';
export interface GoldenHistory {
  readonly name: string;
  /** What was promised: a name that `--model` takes. */
  readonly model: string;
  readonly valid: boolean;
  /** Names of anomalies, the likeliest first: a checker gives at least one of them. */
  readonly anomalies: readonly string[];
  /** What it shows, in a sentence. */
  readonly shows: string;
}
/** From the built program and from source alike. */
export declare function goldenFolder(): string;
export declare function goldenHistories(): readonly GoldenHistory[];
export declare function goldenFile(name: string): string;
export declare function readGolden(name: string): ReadResult;
