/**
 * The seam between the checker and what decides one part.
 *
 * A `Decider` is for histories of a special form: it answers at once, or says that the part is
 * not of its form. An `Engine` takes every part, step by step, so that a hard part cannot keep
 * the others waiting.
 */
import type { Model } from '../../model/model.ts';
import type { Call, Part } from './part.ts';

/** The search hands states back and forth, and never looks inside. */
export type AnyModel = Model<unknown>;

export type Decision =
  | { readonly linearizable: true; readonly method: string }
  | {
      readonly linearizable: false;
      /** How it was decided; the same words for the same algorithm. */
      readonly method: string;
      readonly type: string;
      /** Rows of the operations that show it, ascending. */
      readonly rows: readonly number[];
      /** True if these alone have no linearization; then that is searched for, to confirm it. */
      readonly standalone: boolean;
      /** Why, in words that a person can check by hand. `nameOf` gives the name of a row. */
      readonly explain: (nameOf: (row: number) => string) => string;
      /** The rows that `explain` names. */
      readonly told: readonly number[];
      /**
       * If given, the shortest prefix without an order is what was known before this event, and
       * it is that prefix which the rest is about.
       */
      readonly end?: number;
      /** Who is asked about other operations of the part, if not the decider that says this. */
      readonly judge?: Decider;
    };

export type Refusal = Decision & { readonly linearizable: false };

/** Undefined: the part is not of the form that this decides. */
export type Decider = (part: Part, model: AnyModel) => Decision | undefined;

export interface Problem {
  readonly model: AnyModel;
  /** In order of invocation. */
  readonly calls: readonly Call[];
  /** The state before the first of them. */
  readonly start: unknown;
}

export type Outcome =
  /** `order`: positions in `calls`; those missing are of unknown outcome. */
  | { readonly linearizable: true; readonly order: readonly number[] }
  /**
   * `stuck`: the call that returns first among those before whose return no order fits.
   * `order`: an order of all that returned before.
   */
  | {
      readonly linearizable: false;
      readonly stuck: number;
      readonly order: readonly number[];
    };

export interface EngineRun {
  /** Goes on for about so many steps. Undefined: not decided yet. */
  advance(stepsMax: number, outOfTime: () => boolean): Outcome | undefined;
  /** Every call that returned before this event has been given a place. */
  readonly provedEvents: number;
  readonly memoryBytes: number;
}

export type Engine = (problem: Problem) => EngineRun;

/** Runs an engine to its end, or undefined if that takes more than so many steps. */
export function solve(
  engine: Engine,
  problem: Problem,
  stepsMax: number,
  outOfTime: () => boolean = () => false,
): Outcome | undefined {
  return engine(problem).advance(stepsMax, outOfTime);
}
