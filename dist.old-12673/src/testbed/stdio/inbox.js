import { lineOf } from './endpoint.js';

/** Written in one go. A pipe holds 64 KiB. */
const batchCharacters = 64 * 1024;
/** What a message costs beside its body. */
const messageOverhead = 200;
export class Inbox {
  #pipe;
  #events;
  #charactersMax;
  #queue = [];
  /** Where the queue begins: taking from the front must not move the rest. */
  #head = 0;
  #characters = 0;
  #isFlushPlanned = false;
  #isBlocked = false;
  constructor(pipe, events, charactersMax) {
    this.#pipe = pipe;
    this.#events = events;
    this.#charactersMax = charactersMax;
    pipe.on('drain', () => {
      this.#isBlocked = false;
      this.#flush();
    });
  }
  /** False if the node has closed its input. */
  push(message) {
    if (this.#pipe.destroyed) return false;
    this.#queue.push(message);
    this.#characters += message.body.length + messageOverhead;
    while (this.#characters > this.#charactersMax && this.#take('overflow'));
    if (!this.#isFlushPlanned && !this.#isBlocked) {
      this.#isFlushPlanned = true;
      // After all that this turn of the event loop has read: one write for many messages.
      setImmediate(() => {
        this.#isFlushPlanned = false;
        this.#flush();
      });
    }
    return true;
  }
  /** Nobody will read what waits here. */
  discard(reason) {
    while (this.#take(reason));
  }
  #flush() {
    while (this.#head < this.#queue.length && !this.#isBlocked) {
      if (this.#pipe.destroyed) {
        this.discard('down');
        return;
      }
      this.#isBlocked = !this.#pipe.write(this.#nextBatch());
    }
  }
  #nextBatch() {
    let batch = '';
    let head = this.#head;
    while (batch.length < batchCharacters) {
      const message = this.#queue[head];
      if (message === undefined) break;
      batch += `${lineOf(message)}\n`;
      this.#characters -= message.body.length + messageOverhead;
      this.#events.received(message);
      head += 1;
    }
    this.#advance(head);
    return batch;
  }
  /** Drops the oldest; false if there is none. */
  #take(reason) {
    const message = this.#queue[this.#head];
    if (message === undefined) return false;
    this.#characters -= message.body.length + messageOverhead;
    this.#advance(this.#head + 1);
    this.#events.dropped(message, reason);
    return true;
  }
  #advance(head) {
    this.#head = head;
    if (head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (head > 1024 && head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(head);
      this.#head = 0;
    }
  }
}
