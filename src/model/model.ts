/**
 * A sequential specification: what an object does when its operations come one at a time.
 *
 * Deterministic models give one next state or `illegal`. A model of a non-deterministic
 * object gives every state that may follow (`NondeterministicModel`).
 */
import type { Json } from '../base/json.ts';

/** An operation as a model sees it. */
export interface ModelOp {
  readonly f: string;
  readonly input: Json;
  /** What came back. Undefined if nobody knows (`info`): then any result would be legal. */
  readonly output: Json | undefined;
  /** Who asked. Given only to models that say `byProcess`. */
  readonly process?: number;
}

/**
 * What an op says of values, for objects that hold values: lets a counterexample be shrunk
 * by whole values, and named. Promises come with it:
 *
 * 1. Take any legal sequence of ops and a set of values such that every op is about values
 *    of the set only, or about none of them. Without the ops that are about values of the
 *    set the sequence is still legal, if ops of unknown outcome may be left out too.
 * 2. An op that sees a value is legal only if the value was there from the start or an
 *    earlier op put it there. If it was there from the start, an op that sees it is legal first.
 *    An op that is not pure takes away what it sees, unless it puts it there again.
 */
export interface OpValues {
  /** The values that decide its effect and its answer; `everything` for all (a full read). */
  readonly about: readonly Json[] | 'everything';
  /** Those that it puts there, if it takes effect. */
  readonly puts: readonly Json[];
  /** Those that it found there. */
  readonly sees: readonly Json[];
  /** True if what it puts takes the place of all that was there: a write, not an enqueue. */
  readonly replaces: boolean;
}

/** "No correct object could have answered that." A symbol, so that any state is legal. */
export const illegal: unique symbol = Symbol('illegal');
export type Illegal = typeof illegal;

export interface Model<State> {
  readonly name: string;
  readonly summary: string;
  readonly init: State;
  /**
   * The state after `op`, or `illegal` if its output is impossible in `state`. Pure.
   * With `output` undefined the outcome is unknown, and the op takes effect if it can.
   */
  step(state: State, op: ModelOp): State | Illegal;
  /** Equal texts (or numbers) if and only if equal states. */
  fingerprint(state: State): string | number;
  /**
   * True if the op never changes the state (a read). It then may be linearized at once
   * when legal and dropped when its outcome is unknown.
   */
  isPure(op: ModelOp): boolean;
  /**
   * True if the op is legal in every state and always leads to the same one: a write of the
   * whole object. Absent: of no op.
   */
  overwrites?(op: ModelOp): boolean;
  /** The independent part that an op acts on, for objects made of independent parts. */
  partition?(op: ModelOp): string;
  /** See `OpValues`. Absent, or undefined for one op: nothing is promised. */
  valuesOf?(op: ModelOp): OpValues | undefined;
  /** True if an op means something else from another process, as `release` of a mutex does. */
  readonly byProcess?: boolean;
  describeOp(op: ModelOp): string;
  describeState(state: State): string;
}

export interface NondeterministicModel<State> extends Omit<Model<State>, 'step'> {
  /** All states that may follow; none if the output is impossible. */
  steps(state: State, op: ModelOp): readonly State[];
}
