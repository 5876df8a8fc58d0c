import { type Json } from '../base/json.ts';
import type { Nemesis } from '../contract/nemesis.ts';
import type { Battlefield } from '../contract/testbed.ts';
import { type RecordedFault } from '../fault/schedule.ts';
import type { OpRequest } from '../generator/generator.ts';
import type { NemesisSpec } from '../plan/plan.ts';
/** The op that heals everything at once; its value is ignored. */
export declare const healF = 'heal';
export interface NemesisOptions {
  readonly nemeses: ReadonlyMap<string, Nemesis>;
  readonly field: Battlefield;
  /** The run's clock. */
  readonly nowNs: () => number;
  /** Deadline of each action; starting nodes again is the longest of them. */
  readonly timeoutMs?: number;
}
export interface NemesisThread {
  /**
   * Does what an op of the fault schedule asks for, and returns the value that completes it in
   * the history: `{fault, evidence}` for a start, `{stopped: name, evidence}` for an end,
   * `{stopped: [name, …], evidence}` for `heal`.
   * @throws TargetError if a fault did not take hold or could not be ended; UsageError if it
   *   cannot be had on this system.
   */
  perform(op: OpRequest, signal: AbortSignal): Promise<Json>;
  /**
   * Ends all that may be in force, everything at once, and does nothing if that is nothing.
   * Safe to call at any moment and again; `signal` must be one that is still open.
   * @throws TargetError after trying everything, naming what could not be healed.
   */
  healAll(signal: AbortSignal): Promise<Json>;
  /** Every fault so far as it was injected, for `schedule.json`. */
  readonly schedule: readonly RecordedFault[];
}
export declare function createNemesis(options: NemesisOptions): NemesisThread;
/**
 * Refuses, before anything starts, nemeses whose faults this testbed cannot inject.
 * @throws UsageError with the testbed's own reason.
 */
export declare function refuseUnsupported(
  nemeses: Iterable<Nemesis>,
  field: Battlefield,
  asked?: readonly NemesisSpec[],
): Promise<void>;
