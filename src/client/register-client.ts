/**
 * Reads and writes of registers over the Maelstrom protocol, as lin-kv has them.
 *
 * A definite error is `fail`, anything else is `info`, except for a read, which changed nothing.
 * "Key does not exist" (20) answers a read: the register has no value yet, which is `null`.
 */
import { isObject, type Json } from '../base/json.ts';
import { type Client, type RpcChannel, RpcError } from '../contract/client.ts';
import type { Outcome } from '../history/event.ts';

export function registerClient(rpc: RpcChannel): Client {
  return {
    async invoke({ f, key = 0, value }, signal): Promise<Outcome> {
      try {
        if (f === 'read') return { type: 'ok', value: await readRegister(rpc, key, signal) };
        await rpc.request({ type: 'write', key, value }, signal);
        return { type: 'ok', value };
      } catch (thrown) {
        return registerFailure(f, thrown);
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

/** @throws RpcError on any error but 20 */
export async function readRegister(rpc: RpcChannel, key: Json, signal: AbortSignal): Promise<Json> {
  try {
    const reply = await rpc.request({ type: 'read', key }, signal);
    const value: Json | undefined = isObject(reply) ? reply['value'] : undefined;
    if (value !== undefined) return value;
  } catch (thrown) {
    if (thrown instanceof RpcError && thrown.code === 'key-does-not-exist') return null;
    throw thrown;
  }
  throw new RpcError(
    'malformed-rpc-response',
    'a read_ok must have a value; a key without value is error 20',
    false,
  );
}

/** How a read or a write ended that threw. Whatever is no RpcError is thrown again. */
export function registerFailure(f: string, thrown: unknown): Outcome {
  if (!(thrown instanceof RpcError)) throw thrown;
  const harmless = thrown.definite || f === 'read';
  return { type: harmless ? 'fail' : 'info', error: [thrown.code, thrown.message] };
}
