/**
 * The four kinds of trouble, never mixed: a bug of dsx (InvariantError), a mistake of
 * the user (UsageError), the world outside (TargetError, HistoryError), and what the
 * system under test does wrong, which is no error at all but an event in the history.
 */
/** A bug in dsx. Exit code 255. */
export declare class InvariantError extends Error {
  readonly name = 'InvariantError';
}
/** The user asked for something that cannot be. Exit code 254. Says what to type instead. */
export declare class UsageError extends Error {
  readonly name = 'UsageError';
}
/** A node, a port, a disk or a fault did not do what the run needs. Exit code 255. */
export declare class TargetError extends Error {
  readonly name = 'TargetError';
}
/** A recorded history that cannot be read or does not make sense. Exit code 254. */
export declare class HistoryError extends Error {
  readonly name = 'HistoryError';
}
/** The message of anything that was thrown. Never throws itself. */
export declare function messageOf(thrown: unknown): string;
