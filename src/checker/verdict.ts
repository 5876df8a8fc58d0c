/**
 * What a checker says.
 *
 * Three values, and `unknown` is never a pass: `valid: true` is said only of what was
 * really checked.
 */
import { unreachable } from '../base/assert.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { durationText, plural } from '../base/text.ts';

export type NonEmpty<T> = readonly [T, ...T[]];

/** Something that no correct system could have shown, with evidence to check by hand. */
export interface Anomaly {
  /** Its standard name: `nonlinearizable`, `stale-read`, `G-single`, `lost-update`, … */
  readonly type: string;
  /** The object it was seen on, where objects are independent. */
  readonly key?: Json;
  /** The weakest model that it violates. */
  readonly model: string;
  /** Event indices of the invocations of the operations involved, ascending. */
  readonly operations: readonly number[];
  /** In words that a person can check by hand; lines separated by `\n`. */
  readonly explanation: string;
  /** Data for pictures: states, cycles, longest prefix. Its shape depends on the checker. */
  readonly evidence?: JsonObject;
}

export type UnknownReason =
  | { readonly kind: 'timeout'; readonly limitMs: number; readonly proved: string }
  | { readonly kind: 'memory'; readonly limitMb: number; readonly proved: string }
  | { readonly kind: 'too-few-ok'; readonly message: string }
  | { readonly kind: 'undetermined'; readonly message: string }
  | { readonly kind: 'checker-crashed'; readonly message: string };

interface VerdictBase {
  readonly checker: string;
  /** The model that was asked about, where there is one. */
  readonly model?: string;
  /** Operations that this checker looked at. */
  readonly operationCount: number;
  /** How it was checked, and of what exactly `valid` would be said. One line. */
  readonly method: string;
  /** Strongest models that the history is consistent with, and weakest that it violates. */
  readonly models?: { readonly holds: readonly string[]; readonly violated: readonly string[] };
  /** Figures: counts, latencies, and so on. */
  readonly details?: JsonObject;
}

export type Verdict = VerdictBase &
  (
    | { readonly valid: true }
    | { readonly valid: false; readonly anomalies: NonEmpty<Anomaly> }
    | { readonly valid: 'unknown'; readonly reason: UnknownReason }
  );

export type Validity = Verdict['valid'];

/** False beats unknown beats true. */
export function worst(values: readonly Validity[]): Validity {
  if (values.includes(false)) return false;
  return values.includes('unknown') ? 'unknown' : true;
}

export function anomaliesOf(verdict: Verdict): readonly Anomaly[] {
  return verdict.valid === false ? verdict.anomalies : [];
}

export function reasonText(reason: UnknownReason): string {
  switch (reason.kind) {
    case 'timeout':
      return `gave up after ${durationText(reason.limitMs)}; ${reason.proved}`;
    case 'memory':
      return `gave up at ${plural(reason.limitMb, 'megabyte')} of memory; ${reason.proved}`;
    case 'too-few-ok':
    case 'undetermined':
      return reason.message;
    case 'checker-crashed':
      return `the checker itself failed: ${reason.message}`;
    default:
      return unreachable(reason, 'reason');
  }
}
