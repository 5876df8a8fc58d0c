/**
 * The history on disk while it happens: appended once per turn of the event loop, with a
 * plain write and no buffer of its own behind it. What was written is the kernel's, so that
 * a SIGKILL of dsx costs the events of the last turn at most.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { assert } from '../base/assert.ts';
import type { TargetError } from '../base/errors.ts';
import type { HistoryEvent } from '../history/event.ts';
import { eventLine } from '../history/line.ts';
import { diskError } from './disk-error.ts';
import { writeWhole } from './write-atomic.ts';

/** A turn in which more than this is recorded writes before it ends. */
const pendingLengthMax = 1 << 18;

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
export function openJournal(path: string): Journal {
  return new FileJournal(path);
}

class FileJournal implements Journal {
  eventCount = 0;
  failure: TargetError | undefined;
  readonly failed: Promise<TargetError>;
  readonly #path: string;
  readonly #file: number;
  #reportFailure: (failure: TargetError) => void = () => undefined;
  #pending = '';
  #scheduled = false;
  #open = true;

  constructor(path: string) {
    this.#path = path;
    this.failed = new Promise((resolve) => {
      this.#reportFailure = resolve;
    });
    try {
      // Exclusive: one run never writes over another's history.
      this.#file = openSync(path, 'ax');
    } catch (thrown) {
      throw diskError(thrown, path);
    }
  }

  append(event: HistoryEvent): void {
    if (this.failure !== undefined) throw this.failure;
    assert(this.#open, `event ${event.index} after the journal was closed`);
    assert(
      event.index === this.eventCount,
      `event ${event.index} recorded where event ${this.eventCount} was next`,
    );
    this.eventCount += 1;
    this.#pending += `${eventLine(event)}\n`;
    if (this.#pending.length >= pendingLengthMax) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        // Whoever records next, or waits for `failed`, hears of a failure.
        if (this.#open && this.failure === undefined) this.#write();
      });
    }
  }

  flush(): void {
    if (this.failure === undefined && this.#open) this.#write();
    if (this.failure !== undefined) throw this.failure;
  }

  close(): void {
    if (!this.#open) return;
    this.#write();
    this.#open = false;
    try {
      if (this.failure === undefined) fsyncSync(this.#file);
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      closeSync(this.#file);
    }
    if (this.failure !== undefined) throw this.failure;
  }

  #write(): void {
    if (this.#pending === '' || this.failure !== undefined) return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    try {
      writeWhole(this.#file, bytes);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): void {
    this.failure = diskError(thrown, this.#path);
    this.#reportFailure(this.failure);
  }
}
