/**
 * Assertions for bugs in dsx itself.
 *
 * A target that misbehaves is data and goes into the history. A wrong flag is a
 * UsageError. Only a broken promise between two parts of dsx reaches here, and the
 * run stops: a tester that keeps going after its own invariant broke can report a
 * pass that it did not earn.
 */
import { InvariantError } from './errors.js';
export function assert(condition, message) {
  if (!condition) throw new InvariantError(message);
}
/** Closes a switch over a union. Adding a variant then fails to compile here. */
export function unreachable(value, what) {
  throw new InvariantError(`unhandled ${what}: ${JSON.stringify(value)}`);
}
/** The value, where the type cannot show that it is there and the code can. */
export function present(value, what) {
  if (value === undefined || value === null) throw new InvariantError(`${what} is missing`);
  return value;
}
