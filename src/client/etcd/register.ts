/** Registers in etcd: each client asks the node of its own. */
import { assert } from '../../base/assert.ts';
import { isArray, type Json } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { failedRequest } from '../request-errors.ts';
import { askEtcd, EtcdError, encodeEtcd, entryIn } from './gateway.ts';

/** `serializable`: reads are answered from what the node has itself. */
export function etcdRegister(place: ServerClientPlace, serializable: boolean): Client {
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        return await perform(place, op, serializable, limited);
      } catch (thrown) {
        if (thrown instanceof EtcdError) return thrown.outcome(op.f === 'read');
        return failedRequest(thrown, op.f === 'read');
      }
    },
    // `fetch` keeps its connections for all clients alike.
    close: async () => undefined,
  };
}

async function perform(
  place: ServerClientPlace,
  { f, key = 0, value }: ClientOp,
  serializable: boolean,
  signal: AbortSignal,
): Promise<Outcome> {
  const name = encodeEtcd(key);
  if (f === 'read') {
    const reply = await askEtcd(place, 'kv/range', { key: name, serializable }, signal);
    return { type: 'ok', value: entryIn(reply)?.value ?? null };
  }
  if (f === 'write') {
    await askEtcd(place, 'kv/put', { key: name, value: encodeEtcd(value) }, signal);
    return { type: 'ok', value };
  }
  assert(f === 'cas' && isArray(value), `a register has no ${f}`);
  const [from = null, to = null] = value;
  const compare = [{ result: 'EQUAL', target: 'VALUE', key: name, value: encodeEtcd(from) }];
  const success = [{ request_put: { key: name, value: encodeEtcd(to) } }];
  const reply: Readonly<Record<string, Json>> = await askEtcd(
    place,
    'kv/txn',
    { compare, success },
    signal,
  );
  // The gateway leaves out what is empty or false.
  if (reply['succeeded'] === true) return { type: 'ok', value };
  return { type: 'fail', error: ['precondition-failed', 'the compare did not hold'] };
}
