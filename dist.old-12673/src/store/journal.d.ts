import type { TargetError } from '../base/errors.ts';
import type { HistoryEvent } from '../history/event.ts';
export interface Journal {
  /**
   * Records one event; it is on disk at the end of this turn of the event loop.
   * @throws TargetError if an earlier event could not be written; nothing is recorded then
   */
  append(event: HistoryEvent): void;
  /** Writes what waits. @throws TargetError if the disk is full or does not allow it */
  flush(): void;
  /** Writes what waits, and sees it onto the disk itself. Safe to call twice. */
  close(): void;
  /** Events recorded so far. */
  readonly eventCount: number;
  /** Why nothing more can be recorded; `append`, `flush` and `close` throw it. */
  readonly failure: TargetError | undefined;
  /** Resolves when recording first fails, for a run that waits for its next event. */
  readonly failed: Promise<TargetError>;
}
/** Opens a new journal at `path`. @throws TargetError if it is there or cannot be made */
export declare function openJournal(path: string): Journal;
