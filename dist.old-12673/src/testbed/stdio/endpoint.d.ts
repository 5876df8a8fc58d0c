/** Who can send and receive on the simulated network: nodes, services and clients. */
export interface Endpoint {
  readonly kind: 'node' | 'service' | 'client';
  readonly name: string;
  /** The name as JSON text. */
  readonly quoted: string;
  /** The place of a node among the nodes; -1 for others, whose links have no rules. */
  readonly index: number;
  /** False for what dsx asks on its own behalf: it is in no statistics. */
  readonly isCounted: boolean;
  /** Takes a message that has arrived; false if nobody is there to take it. */
  deliver(message: Message): boolean;
}
export interface Message {
  /** Counts up from 0 over the whole run. */
  readonly id: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** What the sender wrote as `src`, as JSON text. */
  readonly source: string;
  /** A JSON object as text; anything at all if the message was corrupted. */
  readonly body: string;
  readonly isCorrupted: boolean;
  /** True if the network log shall have it. */
  readonly isLogged: boolean;
}
export type DropReason = 'cut' | 'loss' | 'down' | 'overflow' | 'closed';
/** The line that a node receives, without its end. */
export declare function lineOf(message: Message): string;
