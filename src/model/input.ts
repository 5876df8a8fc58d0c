/** What models need of inputs, and the errors that say what was found instead. */
import { HistoryError, UsageError } from '../base/errors.ts';
import { isArray, type Json } from '../base/json.ts';
import { listed } from '../base/text.ts';
import type { ModelOp } from './model.ts';

/** For the end of a model's `switch (op.f)`: the history is of another kind of object. */
export function notAnOpOf(model: string, op: ModelOp, known: readonly string[]): never {
  throw new UsageError(
    `the model "${model}" knows ${listed(known)}, but the history has "${op.f}"; name the model that fits with --model (dsx list models)`,
  );
}

/** The input as `[a, b]`. @throws HistoryError if it is anything else */
export function pairOf(op: ModelOp, meaning: string): readonly [Json, Json] {
  const { input } = op;
  if (isArray(input) && input.length === 2) return [input[0] ?? null, input[1] ?? null];
  throw new HistoryError(`"${op.f}" needs ${meaning} as its value, not ${JSON.stringify(input)}`);
}

/** The input as a number, or `otherwise` if it is null. @throws HistoryError if it is anything else */
export function numberOf(op: ModelOp, otherwise?: number): number {
  if (typeof op.input === 'number') return op.input;
  if (op.input === null && otherwise !== undefined) return otherwise;
  throw new HistoryError(`"${op.f}" needs a number as its value, not ${JSON.stringify(op.input)}`);
}

/** The input, which may not be null where null is the answer for "there is nothing". */
export function elementOf(op: ModelOp): Json {
  if (op.input !== null) return op.input;
  throw new HistoryError(
    `"${op.f}" needs a value other than null: null is the answer of an empty object`,
  );
}

/** A result for people: `?` if nobody knows it. */
export function resultText(output: Json | undefined): string {
  return output === undefined ? '?' : JSON.stringify(output);
}
