/** Everything that a run was asked to do, completed: no optional field, no default left open. */
import type { NodeId } from '../fault/fault.ts';

export type LatencyDistribution = 'constant' | 'uniform' | 'exponential';

/** `--nemesis partition:majority,pause` in parts. */
export interface NemesisSpec {
  readonly name: string;
  /** Null: a shape is drawn anew for each fault. */
  readonly shape: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}

/** One entry of a scripted schedule: `at: 5s, partition: one, for: 3s`. */
export interface ScriptedFault {
  readonly atMs: number;
  readonly forMs: number;
  readonly nemesis: NemesisSpec;
  /** The very fault to inject (a replay, a literal grudge); null: propose one from the spec. */
  readonly fault: string | null;
}

export type SystemUnderTest =
  | {
      readonly kind: 'target';
      readonly name: string;
      readonly variant: string;
      /** The configuration file that describes it, absolute; absent for a bundled target. */
      readonly file?: string;
    }
  | { readonly kind: 'bin'; readonly path: string; readonly args: readonly string[] };

export interface RunPlan {
  readonly workload: string;
  /** Completed: every option that the workload declares. */
  readonly options: Readonly<Record<string, string>>;
  readonly system: SystemUnderTest;
  readonly testbed: string;
  readonly nodes: readonly NodeId[];
  /** Number of client threads. */
  readonly concurrency: number;
  /** Operations per second over all clients. 0 means no limit. */
  readonly rateHz: number;
  readonly timeLimitMs: number;
  readonly nemeses: readonly NemesisSpec[];
  /** Mean time between two nemesis operations. */
  readonly nemesisIntervalMs: number;
  /** If not empty, these faults and no random ones. */
  readonly script: readonly ScriptedFault[];
  readonly recoveryMs: number;
  readonly latencyMs: number;
  readonly latencyDistribution: LatencyDistribution;
  /** A client that has no answer after this gives up. */
  readonly operationTimeoutMs: number;
  readonly model: string;
  /** Minimum fraction of invocations that end ok; null: not judged. */
  readonly availability: number | null;
  /** Numeric goals, as typed: `latency.p99<200ms`. */
  readonly gates: readonly string[];
  readonly checkTimeoutMs: number;
  readonly checkMemoryMb: number;
  readonly seed: number;
  readonly expect: 'valid' | 'anomaly';
  /** `sample`: the first messages of each link and then one in a hundred. */
  readonly networkLog: 'off' | 'sample' | 'all';
  readonly logNetSend: boolean;
  readonly logNetReceive: boolean;
  readonly logStderr: boolean;
}
