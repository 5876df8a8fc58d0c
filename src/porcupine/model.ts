/**
 * The words of porcupine: models, histories as operations or as events, and what a check says.
 * After Athalye's porcupine (https://github.com/anishathalye/porcupine), with two additions:
 * types, and operations that never returned.
 */

/**
 * A sequential specification. `State` is treated as a value: `step` returns a new one and
 * changes nothing.
 */
export interface Model<State, Input, Output> {
  /**
   * Splits a history into parts that can be judged alone: linearizable as a whole if and only
   * if each part is (P-compositionality: keys of a store, say). Default: one part.
   */
  partition?(
    history: readonly Operation<Input, Output>[],
  ): readonly (readonly Operation<Input, Output>[])[];
  /** The same for a history of events. */
  partitionEvent?(
    history: readonly Event<Input, Output>[],
  ): readonly (readonly Event<Input, Output>[])[];
  init(): State;
  /**
   * Whether the output is possible in `state`, and the state after it. Of an operation that
   * never returned `output` is undefined, and any output would do.
   */
  step(state: State, input: Input, output: Output | undefined): readonly [ok: boolean, next: State];
  /** Default: `Object.is`. */
  equal?(a: State, b: State): boolean;
  /** A 32-bit integer, equal for equal states. Only makes the search faster. */
  hash?(state: State): number;
  describeOperation?(input: Input, output: Output | undefined): string;
  describeState?(state: State): string;
}

/** A specification of an object that may do one of several things. */
export interface NondeterministicModel<State, Input, Output>
  extends Omit<Model<State, Input, Output>, 'init' | 'step'> {
  init(): readonly State[];
  /** All states that may follow; none if the output is impossible. */
  step(state: State, input: Input, output: Output | undefined): readonly State[];
}

/**
 * A call and what came of it. The interval is closed: an operation that returns at 5 and one
 * that is called at 5 are concurrent. The other reading raises false alarms where a clock is
 * coarse: A is called at 1 and returns at 5, B is called at 5, and in truth B was called first.
 *
 * Without `returnNs` it crashed: it may have taken effect at any time since its call, may do so
 * yet, or never.
 */
export type Operation<Input, Output> = {
  /** Only for pictures. */
  readonly clientId?: number;
  readonly input: Input;
  readonly callNs: number;
} & (
  | { readonly output: Output; readonly returnNs: number }
  | { readonly output?: undefined; readonly returnNs?: undefined }
);

/** Half an operation; the order of events is their order in the history. */
export type Event<Input, Output> =
  | {
      readonly kind: 'call';
      readonly value: Input;
      readonly id: number;
      readonly clientId?: number;
    }
  | {
      readonly kind: 'return';
      readonly value: Output;
      /** The id of its call. A call whose id never returns crashed. */
      readonly id: number;
      readonly clientId?: number;
    };

/** `Unknown`: out of time. It is not an `Ok`. */
export type CheckResult = 'Ok' | 'Illegal' | 'Unknown';

export interface CheckOptions {
  /** Gives up after this long; `nowMs` is any monotonic clock. Absent: never. */
  readonly budget?: { readonly timeoutMs: number; readonly nowMs: () => number };
}

/** What a verbose check found out. */
export interface LinearizationInfo {
  /** One entry for each part that the model splits the history into. */
  readonly partitions: readonly PartitionInfo[];
}

export interface PartitionInfo {
  readonly result: CheckResult;
  /** The operations of the part, as positions in the history (for events: ids). */
  readonly operations: readonly number[];
  /**
   * Partial linearizations, each a sequence of positions (or ids) that is a legal order of the
   * operations in it and of all that returned before its last was called. For each operation
   * the longest that contains it is among them. The whole order if the part is linearizable.
   */
  readonly partialLinearizations: readonly (readonly number[])[];
}

/**
 * A deterministic model whose states are the sets of states that the object may be in (power
 * set construction).
 */
export function toModel<State, Input, Output>(
  model: NondeterministicModel<State, Input, Output>,
): Model<readonly State[], Input, Output> {
  const equal = (a: State, b: State): boolean => model.equal?.(a, b) ?? Object.is(a, b);
  const includes = (states: readonly State[], state: State): boolean =>
    states.some((other) => equal(other, state));
  const distinct = (states: readonly State[]): readonly State[] => {
    const kept: State[] = [];
    for (const state of states) if (!includes(kept, state)) kept.push(state);
    return kept;
  };
  const { hash, describeState, describeOperation, partition, partitionEvent } = model;
  return {
    ...(partition === undefined ? {} : { partition }),
    ...(partitionEvent === undefined ? {} : { partitionEvent }),
    ...(describeOperation === undefined ? {} : { describeOperation }),
    // Exclusive or: the hash must not depend on the order in which the states were found.
    ...(hash === undefined
      ? {}
      : { hash: (states) => states.reduce((sum, state) => sum ^ hash(state), 0) }),
    ...(describeState === undefined
      ? {}
      : { describeState: (states) => `{${states.map(describeState).join(', ')}}` }),
    init: () => distinct(model.init()),
    step(states, input, output) {
      const next = distinct(states.flatMap((state) => model.step(state, input, output)));
      return [next.length > 0, next];
    },
    equal: (a, b) => a.length === b.length && a.every((state) => includes(b, state)),
  };
}
