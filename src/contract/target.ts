/** A system under test: how its nodes are started and what can be asked of it. */
import type { NodeId } from '../fault/fault.ts';

/** A kind of object that a target offers and a workload needs. */
export type ObjectType = string;

export interface Variant {
  readonly name: string;
  readonly summary: string;
  /**
   * The model that it keeps (as `--model` names it), where that is weaker than what the
   * workloads ask for by default. A variant may be correct for that and, as `broken` says, not
   * for a stronger one: an isolation level is no mistake to who asked for it.
   */
  readonly promises?: string;
  /** Absent for a correct variant. */
  readonly broken?: {
    /** What goes wrong, as textbooks name it. */
    readonly mistake: string;
    readonly shownBy: ShownBy;
  };
}

/** The command-line arguments that show a mistake: `--workload register --nemesis partition`. */
export interface ShownBy {
  readonly workload: string;
  readonly nemesis: string;
  /** Judged against this; absent: against the default model of the workload. */
  readonly model?: string;
}

export interface NodeProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Target {
  readonly name: string;
  readonly summary: string;
  readonly testbed: 'stdio';
  readonly nodeCount: number;
  readonly objects: readonly ObjectType[];
  /** Names the nemeses that the system promises to survive. */
  readonly survives: readonly string[];
  /** The first is the default and is correct. */
  readonly variants: readonly Variant[];
  /** True if nodes answer `dsx_status`, so that shapes like `primaries` work. */
  readonly reportsPrimary: boolean;
  /**
   * Workload → the model that the correct variants keep, where that is not the workload's
   * default: a run is judged by it unless the user says otherwise.
   */
  readonly promises?: Readonly<Record<string, string>>;
  /** Workload options that this target wants unless the user says otherwise. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** How to start one node. `module` is the URL of the running copy of the target's own file. */
  program(variant: string, node: NodeId): NodeProgram;
}
