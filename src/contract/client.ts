/**
 * How a workload speaks to a node.
 *
 * A client error is classified once, here: a definite failure is `fail`, anything else is
 * `info`. A read that timed out is `fail` (it changed nothing), a write that timed out is
 * `info`. Misclassifying is the commonest cause of false alarms.
 */
import type { Json, JsonObject } from '../base/json.ts';
import type { NodeId } from '../fault/fault.ts';
import type { Outcome } from '../history/event.ts';

export interface ClientOp {
  readonly process: number;
  readonly f: string;
  readonly key: Json | undefined;
  readonly value: Json;
  readonly final: boolean;
}

/** One connection to one node, used by one process at a time. */
export interface Client {
  /** Must settle soon after `signal` aborts. A rejection is recorded as `info`. */
  invoke(op: ClientOp, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/** Opens a client for a thread. A rejection is recorded as `fail`: nothing was sent. */
export type OpenClient = (process: number, node: NodeId) => Promise<Client>;

/** An error reply of the Maelstrom protocol, or no reply at all. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  /** `timeout`, `precondition-failed`, … */
  readonly code: string;
  /** True if the operation certainly did not happen. */
  readonly definite: boolean;

  constructor(code: string, text: string, definite: boolean) {
    super(text);
    this.code = code;
    this.definite = definite;
  }
}

/** A request-reply channel to one node over the Maelstrom protocol. */
export interface RpcChannel {
  readonly node: NodeId;
  /**
   * Sends `body` (with a `msg_id`), resolves to the body of the reply.
   * @throws RpcError on an error reply, on a timeout, and when `signal` aborts (indefinite).
   */
  request(body: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  close(): void;
}
