/**
 * The four kinds of trouble, never mixed: a bug of dsx (InvariantError), a mistake of
 * the user (UsageError), the world outside (TargetError, HistoryError), and what the
 * system under test does wrong, which is no error at all but an event in the history.
 */
/** A bug in dsx. Exit code 255. */
export class InvariantError extends Error {
  name = 'InvariantError';
}
/** The user asked for something that cannot be. Exit code 254. Says what to type instead. */
export class UsageError extends Error {
  name = 'UsageError';
}
/** A node, a port, a disk or a fault did not do what the run needs. Exit code 255. */
export class TargetError extends Error {
  name = 'TargetError';
}
/** A recorded history that cannot be read or does not make sense. Exit code 254. */
export class HistoryError extends Error {
  name = 'HistoryError';
}
/** The message of anything that was thrown. Never throws itself. */
export function messageOf(thrown) {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'an error that cannot be printed';
  }
}
