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
  /** The independent part that an op acts on, for objects made of independent parts. */
  partition?(op: ModelOp): string;
  describeOp(op: ModelOp): string;
  describeState(state: State): string;
}

export interface NondeterministicModel<State> extends Omit<Model<State>, 'step'> {
  /** All states that may follow; none if the output is impossible. */
  steps(state: State, op: ModelOp): readonly State[];
}
