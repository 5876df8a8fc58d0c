/**
 * An anomaly's operations as a small picture: processes as rows, operations as bars.
 *
 * Time is drawn by order, not by length: between a microsecond and a minute no common scale
 * shows both. What matters survives exactly: who began before whom ended.
 */
import type { Anomaly } from '../checker/verdict.ts';
import type { Operation } from '../history/event.ts';
import type { FaultWindow } from '../history/faults.ts';
import type { History } from '../history/history.ts';
export interface WitnessOperation {
  readonly operation: Operation;
  readonly label: string;
  /** One of those that contradict each other. */
  readonly offending: boolean;
  /** Its place in the longest order that the model allows, from 1; null if it has none. */
  readonly place: number | null;
}
export interface Witness {
  readonly operations: readonly WitnessOperation[];
  /** Faults in force at some moment of it. */
  readonly faults: readonly FaultWindow[];
  /** Operations of the anomaly that are not in `operations`: beyond the limit. */
  readonly omitted: number;
  /** Indices named by the anomaly that are no client operation of this history. */
  readonly unresolved: number;
}
export interface WitnessLimits {
  readonly operationsMax: number;
  readonly labelLength: number;
}
/** Reads a witness off the history. Of too many operations the last ones are kept. */
export declare function witnessOf(
  anomaly: Anomaly,
  history: History,
  faults: readonly FaultWindow[],
  limits: WitnessLimits,
): Witness;
/** The row in `operations` of the operation that this event begins or ends. */
export declare function rowOf(history: History, index: number): number | undefined;
/** Where things go, in the unit of `measure`. */
export interface WitnessLayout {
  /** Processes in order of their first invocation: one row each. */
  readonly rows: readonly number[];
  readonly bars: readonly WitnessBar[];
  readonly bands: readonly WitnessBand[];
  readonly width: number;
}
export interface WitnessBar {
  readonly item: WitnessOperation;
  /** Index into `rows`. */
  readonly row: number;
  readonly start: number;
  readonly end: number;
  /** True if nobody knows when, or whether, it ends. */
  readonly open: boolean;
}
export interface WitnessBand {
  readonly fault: FaultWindow;
  readonly start: number;
  readonly end: number;
}
export interface WitnessMeasure {
  /** Least length of a bar with this label. */
  readonly barWidth: (label: string) => number;
  /** Least distance between two events. */
  readonly gap: number;
}
/** Events from left to right in their recorded order, each as far left as labels allow. */
export declare function layoutWitness(witness: Witness, measure: WitnessMeasure): WitnessLayout;
