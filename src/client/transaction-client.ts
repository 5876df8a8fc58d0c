/**
 * Maelstrom's `txn` request, which its transactional workloads share: a list of
 * micro-operations goes out, the same list comes back with what the reads saw.
 */
import { isArray, type Json, type JsonObject } from '../base/json.ts';
import { type Client, type RpcChannel, RpcError } from '../contract/client.ts';
import type { Outcome } from '../history/event.ts';
import { channelErrors } from './rpc-errors.ts';

/** The client of ops `{f: 'txn', value: [[f, key, value], …]}`. */
export function transactionClient(rpc: RpcChannel): Client {
  return {
    invoke: async ({ value }, signal) => transact(rpc, value, signal),
    close: async () => {
      rpc.close();
    },
  };
}

/**
 * Sends one transaction. A definite error is `fail`; anything else is `info`, unless it only
 * reads: then it changed nothing, whatever became of it.
 */
export async function transact(
  rpc: RpcChannel,
  operations: Json,
  signal: AbortSignal,
): Promise<Outcome> {
  const asked = isArray(operations) ? operations : [];
  try {
    const reply = await rpc.request({ type: 'txn', txn: operations }, signal);
    return { type: 'ok', value: resultsIn(reply, asked) };
  } catch (thrown) {
    if (!(thrown instanceof RpcError)) throw thrown;
    const isHarmless = thrown.definite || asked.every(isRead);
    return { type: isHarmless ? 'fail' : 'info', error: [thrown.code, thrown.message] };
  }
}

function isRead(operation: Json): boolean {
  return isArray(operation) && operation[0] === 'r';
}

/**
 * The micro-operations of a reply. Whether they are those that were asked for is left to the
 * checker: a system that answers something else is wrong, and not only its protocol.
 * @throws RpcError (indefinite) if they have not even their shape.
 */
function resultsIn(reply: JsonObject, asked: readonly Json[]): Json {
  const { txn } = reply;
  const isShaped =
    isArray(txn) &&
    txn.length === asked.length &&
    txn.every((operation) => isArray(operation) && operation.length === 3);
  if (txn !== undefined && isShaped) return txn;
  throw new RpcError(
    channelErrors.malformed,
    `txn_ok must have as "txn" a list of ${asked.length} lists [f, key, value], got ${JSON.stringify(reply)}`,
    false,
  );
}
