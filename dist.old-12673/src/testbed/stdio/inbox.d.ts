/**
 * Messages that wait for a node to read its input.
 *
 * A paused or slow node does not read, its pipe fills, and what comes then waits here, up to a
 * limit; beyond it the oldest are dropped, as a network would. Nothing ever waits for the node.
 */
import type { Socket } from 'node:net';
import { type DropReason, type Message } from './endpoint.ts';
export interface InboxEvents {
  /** A message was handed to the node's pipe. */
  received(message: Message): void;
  dropped(message: Message, reason: DropReason): void;
}
export declare class Inbox {
  #private;
  constructor(pipe: Socket, events: InboxEvents, charactersMax: number);
  /** False if the node has closed its input. */
  push(message: Message): boolean;
  /** Nobody will read what waits here. */
  discard(reason: DropReason): void;
}
