/**
 * Error replies of the Maelstrom protocol: one table, from which the client decides
 * `fail` or `info` and from which the documentation is printed.
 */
import { RpcError } from '../contract/client.ts';

/** One row of the protocol's table of errors. */
export interface RpcErrorRow {
  readonly code: number;
  readonly name: string;
  /** True if the operation certainly did not happen, nor ever will. */
  readonly definite: boolean;
  /** When a node should answer with it. */
  readonly meaning: string;
}

/** Codes and names as Maelstrom has them; codes from 1000 on belong to the target. */
export const rpcErrors: readonly RpcErrorRow[] = [
  row(0, 'timeout', false, 'The node gave up waiting; the operation may have happened.'),
  row(1, 'node-not-found', true, 'The message was for a node that does not exist.'),
  row(10, 'not-supported', true, 'The node does not know this type of request.'),
  row(11, 'temporarily-unavailable', true, 'The node cannot do it now and has not begun it.'),
  row(12, 'malformed-request', true, 'The request lacks a field or has one of a wrong type.'),
  row(13, 'crash', false, 'Something unforeseen went wrong; nothing is known of the outcome.'),
  row(14, 'abort', true, 'The operation was given up, and nothing of it will be seen.'),
  row(20, 'key-does-not-exist', true, 'The operation needs a key that is not there.'),
  row(21, 'key-already-exists', true, 'The operation would create a key that is there.'),
  row(22, 'precondition-failed', true, 'The condition of the request, as in cas, did not hold.'),
  row(30, 'txn-conflict', true, 'The transaction lost against another and was rolled back.'),
];

/**
 * Names that dsx gives to what is no error reply. All are indefinite, except `aborted`
 * where nothing had been sent.
 */
export const channelErrors = {
  /** No reply in time. Maelstrom's name for it. */
  noReply: 'net-timeout',
  /** A reply that breaks the protocol. */
  malformed: 'malformed-rpc-response',
  /** The caller's signal aborted. */
  aborted: 'aborted',
  /** The channel was closed while a request waited. */
  closed: 'channel-closed',
} as const;

const byCode = new Map(rpcErrors.map((entry) => [entry.code, entry]));

/** The error for an error reply. A code that the table does not have is indefinite. */
export function rpcErrorOf(code: number, text: string): RpcError {
  const known = byCode.get(code);
  if (known === undefined) return new RpcError(`error-${code}`, text, false);
  return new RpcError(known.name, text === '' ? known.meaning : text, known.definite);
}

function row(code: number, name: string, definite: boolean, meaning: string): RpcErrorRow {
  return { code, name, definite, meaning };
}
