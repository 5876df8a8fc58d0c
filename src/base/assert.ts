/**
 * Assertions for bugs in dsx itself.
 *
 * A target that misbehaves is data and goes into the history. A wrong flag is a
 * UsageError. Only a broken promise between two parts of dsx reaches here, and the
 * run stops: a tester that keeps going after its own invariant broke can report a
 * pass that it did not earn.
 */
import { InvariantError } from './errors.ts';

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Closes a switch over a union. Adding a variant then fails to compile here. */
export function unreachable(value: never, what: string): never {
  throw new InvariantError(`unhandled ${what}: ${JSON.stringify(value)}`);
}

/** The value, where the type cannot show that it is there and the code can. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantError(`${what} is missing`);
  return value;
}
