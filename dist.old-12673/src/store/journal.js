/**
 * The history on disk while it happens: appended once per turn of the event loop, with a
 * plain write and no buffer of its own behind it. What was written is the kernel's, so that
 * a SIGKILL of dsx costs the events of the last turn at most.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { assert } from '../base/assert.js';
import { eventLine } from '../history/line.js';
import { diskError } from './disk-error.js';
import { writeWhole } from './write-atomic.js';

/** A turn in which more than this is recorded writes before it ends. */
const pendingLengthMax = 1 << 18;
/** Opens a new journal at `path`. @throws TargetError if it is there or cannot be made */
export function openJournal(path) {
  return new FileJournal(path);
}
class FileJournal {
  eventCount = 0;
  failure;
  failed;
  #path;
  #file;
  #reportFailure = () => undefined;
  #pending = '';
  #scheduled = false;
  #open = true;
  constructor(path) {
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
  append(event) {
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
  flush() {
    if (this.failure === undefined && this.#open) this.#write();
    if (this.failure !== undefined) throw this.failure;
  }
  close() {
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
  #write() {
    if (this.#pending === '' || this.failure !== undefined) return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    try {
      writeWhole(this.#file, bytes);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }
  #fail(thrown) {
    this.failure = diskError(thrown, this.#path);
    this.#reportFailure(this.failure);
  }
}
