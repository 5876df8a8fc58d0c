/**
 * The library door `dsx/porcupine`: porcupine's linearizability checker for any model, with
 * porcupine's own concepts. Nothing else of dsx is needed to use it.
 *
 *     const register: Model<number, RegisterInput, number> = {
 *       init: () => 0,
 *       step: (state, input, output) =>
 *         input.op === 'write' ? [true, input.value] : [output === undefined || output === state, state],
 *     };
 *     checkOperations(register, history); // 'Ok', 'Illegal' or 'Unknown'
 */
import { HistoryError } from '../base/errors.ts';
import type {
  CheckOptions,
  CheckResult,
  Event,
  LinearizationInfo,
  Model,
  Operation,
  PartitionInfo,
} from './model.ts';
import { type SearchOperation, search } from './search.ts';

export {
  type CheckOptions,
  type CheckResult,
  type Event,
  type LinearizationInfo,
  type Model,
  type NondeterministicModel,
  type Operation,
  type PartitionInfo,
  toModel,
} from './model.ts';

/** One part, ready for the search; `names` are what the caller calls its operations. */
interface Part<Input, Output> {
  readonly operations: readonly SearchOperation<Input, Output>[];
  readonly names: readonly number[];
}

/**
 * Is there an order of the operations, each within its interval, that the model allows?
 * Of those that never returned any may be left out.
 * @throws HistoryError if an operation returns before it is called
 */
export function checkOperations<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  options: CheckOptions = {},
): CheckResult {
  return check(model, partsOfOperations(model, history), false, options).result;
}

/** Like `checkOperations`, but judges every part to its end and keeps partial linearizations. */
export function checkOperationsVerbose<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  options: CheckOptions = {},
): { readonly result: CheckResult; readonly info: LinearizationInfo } {
  return check(model, partsOfOperations(model, history), true, options);
}

/**
 * The same for a history of events, in their order.
 * @throws HistoryError if an id is called twice, or returns twice or uncalled
 */
export function checkEvents<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Event<Input, Output>[],
  options: CheckOptions = {},
): CheckResult {
  return check(model, partsOfEvents(model, history), false, options).result;
}

export function checkEventsVerbose<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Event<Input, Output>[],
  options: CheckOptions = {},
): { readonly result: CheckResult; readonly info: LinearizationInfo } {
  return check(model, partsOfEvents(model, history), true, options);
}

/** Illegal beats unknown beats ok: one part without an order condemns the whole. */
function check<State, Input, Output>(
  model: Model<State, Input, Output>,
  parts: readonly Part<Input, Output>[],
  verbose: boolean,
  { budget }: CheckOptions,
): { readonly result: CheckResult; readonly info: LinearizationInfo } {
  const deadlineMs = budget === undefined ? Infinity : budget.nowMs() + budget.timeoutMs;
  const outOfTime = (): boolean => budget !== undefined && budget.nowMs() >= deadlineMs;
  const partitions: PartitionInfo[] = [];
  for (const { operations, names } of parts) {
    const { result, longest } = search(model, operations, verbose, outOfTime);
    const distinct = [...new Set(longest.filter((sequence) => sequence !== undefined))];
    partitions.push({
      result,
      operations: names,
      partialLinearizations: distinct.map((ids) => ids.map((id) => names[id] ?? id)),
    });
    if (result === 'Illegal' && !verbose) break;
  }
  const results = partitions.map(({ result }) => result);
  const result = results.includes('Illegal')
    ? 'Illegal'
    : results.includes('Unknown')
      ? 'Unknown'
      : 'Ok';
  return { result, info: { partitions } };
}

function partsOfOperations<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): readonly Part<Input, Output>[] {
  // The model may hand the operations out in any order, but they are the same objects.
  const positions = new Map(history.map((operation, position) => [operation, position]));
  return (model.partition?.(history) ?? [history]).map((operations) => ({
    names: operations.map((operation) => positions.get(operation) ?? -1),
    operations: operations.map(({ input, output, callNs, returnNs }) => {
      if (returnNs !== undefined && returnNs < callNs)
        throw new HistoryError(`an operation called at ${callNs} ns returns at ${returnNs} ns`);
      return { input, output, call: callNs, ret: returnNs };
    }),
  }));
}

function partsOfEvents<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Event<Input, Output>[],
): readonly Part<Input, Output>[] {
  return (model.partitionEvent?.(history) ?? [history]).map((events) => {
    const calls = new Map<number, SearchOperation<Input, Output>>();
    for (const [at, event] of events.entries()) {
      const call = calls.get(event.id);
      if (event.kind === 'call') {
        if (call !== undefined) throw new HistoryError(`id ${event.id} is called twice`);
        calls.set(event.id, { input: event.value, output: undefined, call: at, ret: undefined });
        continue;
      }
      if (call === undefined) throw new HistoryError(`id ${event.id} returns, but was not called`);
      if (call.ret !== undefined) throw new HistoryError(`id ${event.id} returns twice`);
      calls.set(event.id, { ...call, output: event.value, ret: at });
    }
    return { names: [...calls.keys()], operations: [...calls.values()] };
  });
}
