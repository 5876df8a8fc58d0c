/**
 * A workload's client over the Maelstrom protocol, from a table: what each function sends, what
 * its reply holds, and what of that is the result.
 *
 * Replies are closed, as in Maelstrom: one that lacks a field, has one of a wrong shape, or has
 * one that the protocol does not know is `malformed-rpc-response`, and the reason comes first.
 */
import type { Json, JsonObject } from '../base/json.ts';
import { isArray, isObject } from '../base/json.ts';
import { listed } from '../base/text.ts';
import { type Client, type ClientOp, type RpcChannel, RpcError } from '../contract/client.ts';
import type { OpError, Outcome } from '../history/event.ts';
import { channelErrors } from './rpc-errors.ts';

/** What a field of a reply must be: in words, and as a test. */
export interface FieldShape {
  readonly expected: string;
  readonly holds: (value: Json) => boolean;
}

/**
 * The shapes that Maelstrom's workloads need. Where a list is expected null is the empty one, as
 * Go encodes a slice that was never filled, and as Maelstrom takes it: see `listIn`.
 */
export const fieldShapes = {
  any: { expected: 'a value', holds: () => true },
  list: { expected: 'a list', holds: (value: Json) => value === null || isArray(value) },
  object: { expected: 'an object', holds: isObject },
  integer: { expected: 'an integer', holds: Number.isSafeInteger },
} satisfies Record<string, FieldShape>;

/** What a field of the shape `list` holds: a list that may have been sent as null. */
export function listIn(field: Json | undefined): readonly Json[] {
  return isArray(field) ? field : [];
}

export interface RpcFunction {
  /** The request. The reply to `{type: "read"}` has the type `read_ok`. */
  readonly request: (op: ClientOp) => JsonObject & { readonly type: string };
  /** Every field of the reply beside `type`, `in_reply_to` and `msg_id`. */
  readonly reply: Readonly<Record<string, FieldShape>>;
  /** The result; the argument of the op if absent. */
  readonly result?: (reply: JsonObject, op: ClientOp) => Json;
  /** True if it changes nothing: then whatever goes wrong, it did not happen. */
  readonly isHarmless: boolean;
  /** Error codes that are an answer, and the result that they stand for. */
  readonly answers?: Readonly<Record<string, Json>>;
}

export type RpcFunctions = Readonly<Record<string, RpcFunction>>;

/** @param functions by the `f` of the ops. */
export function rpcClient(rpc: RpcChannel, functions: RpcFunctions): Client {
  return {
    async invoke(op, signal): Promise<Outcome> {
      const called = functions[op.f];
      if (called === undefined) throw new Error(`this client has no function ${op.f}`);
      try {
        return { type: 'ok', value: await callRpc(rpc, called, op, signal) };
      } catch (thrown) {
        if (!(thrown instanceof RpcError)) throw thrown;
        const answer = called.answers?.[thrown.code];
        if (answer !== undefined) return { type: 'ok', value: answer };
        return failureOf(thrown, called.isHarmless);
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

/** Sends one request and looks at the reply. @throws RpcError as `RpcChannel.request` does. */
export async function callRpc(
  rpc: RpcChannel,
  { request, reply: shapes, result }: RpcFunction,
  op: ClientOp,
  signal: AbortSignal,
): Promise<Json> {
  const body = request(op);
  const reply = await rpc.request(body, signal);
  const problem = problemIn(reply, shapes);
  if (problem === undefined) return result === undefined ? op.value : result(reply, op);
  const text = `${body.type}_ok ${problem}; ${rpc.node} answered ${shortened(JSON.stringify(reply))}`;
  throw new RpcError(channelErrors.malformed, text, false);
}

/** A definite error, or one of something that changes nothing, is `fail`; anything else `info`. */
export function failureOf(
  error: RpcError,
  isHarmless: boolean,
): { readonly type: 'fail' | 'info'; readonly error: OpError } {
  const type = error.definite || isHarmless ? 'fail' : 'info';
  return { type, error: [error.code, error.message] };
}

const envelope = ['type', 'in_reply_to', 'msg_id'];

function problemIn(
  reply: JsonObject,
  shapes: Readonly<Record<string, FieldShape>>,
): string | undefined {
  for (const [name, { expected, holds }] of Object.entries(shapes)) {
    const value = reply[name];
    if (value === undefined) return `lacks "${name}", ${expected}`;
    if (!holds(value)) return `needs ${expected} as "${name}"`;
  }
  const known = Object.keys(shapes);
  const extra = Object.keys(reply).find(
    (name) => !envelope.includes(name) && !known.includes(name),
  );
  if (extra === undefined) return undefined;
  const has = known.length === 0 ? 'no field of its own' : `only ${listed(known)}`;
  return `has ${has}, but there is "${extra}"`;
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
