/**
 * Messages that wait for a node to read its input.
 *
 * A paused or slow node does not read, its pipe fills, and what comes then waits here, up to a
 * limit; beyond it the oldest are dropped, as a network would. Nothing ever waits for the node.
 */
import type { Socket } from 'node:net';
import { type DropReason, lineOf, type Message } from './endpoint.ts';

export interface InboxEvents {
  /** A message was handed to the node's pipe. */
  received(message: Message): void;
  dropped(message: Message, reason: DropReason): void;
}

/** Written in one go. A pipe holds 64 KiB. */
const batchCharacters = 64 * 1024;
/** What a message costs beside its body. */
const messageOverhead = 200;

export class Inbox {
  readonly #pipe: Socket;
  readonly #events: InboxEvents;
  readonly #charactersMax: number;
  #queue: Message[] = [];
  /** Where the queue begins: taking from the front must not move the rest. */
  #head = 0;
  #characters = 0;
  #isFlushPlanned = false;
  #isBlocked = false;

  constructor(pipe: Socket, events: InboxEvents, charactersMax: number) {
    this.#pipe = pipe;
    this.#events = events;
    this.#charactersMax = charactersMax;
    pipe.on('drain', () => {
      this.#isBlocked = false;
      this.#flush();
    });
  }

  /** False if the node has closed its input. */
  push(message: Message): boolean {
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
  discard(reason: DropReason): void {
    while (this.#take(reason));
  }

  #flush(): void {
    while (this.#head < this.#queue.length && !this.#isBlocked) {
      if (this.#pipe.destroyed) {
        this.discard('down');
        return;
      }
      this.#isBlocked = !this.#pipe.write(this.#nextBatch());
    }
  }

  #nextBatch(): string {
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
  #take(reason: DropReason): boolean {
    const message = this.#queue[this.#head];
    if (message === undefined) return false;
    this.#characters -= message.body.length + messageOverhead;
    this.#advance(this.#head + 1);
    this.#events.dropped(message, reason);
    return true;
  }

  #advance(head: number): void {
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
