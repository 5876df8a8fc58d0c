/**
 * Guarded inserts in pairs (Adya's G2, as Jepsen's `tests.adya` has it): two transactions each
 * insert a row of the same key, unless they find one. One of them at most may succeed; both do
 * where each runs on a snapshot without the other's row.
 *
 * | op | key | value |
 * |---|---|---|
 * | `insert` | the key | `[a-id, null]` or `[null, b-id]` |
 *
 * Over the Maelstrom protocol a row is a register, and the insert is one `txn` of three
 * operations: read both rows, write one's own. What it did counts as an insert only if it read
 * both as empty; else it is recorded as `fail`, for it found a row.
 */
import {
  assert,
  type Client,
  type ClientOp,
  enough,
  type Generator,
  isArray,
  type Json,
  type Outcome,
  type RpcChannel,
  transact,
  type Workload,
  writeSkew,
} from '../src/sdk.ts';

/** Insert number `position`: two for each key, one after the other, for whichever thread is free. */
function inserts(position: number): Generator {
  const self: Generator = {
    next(context) {
      const thread = context.freeThreads[0];
      if (thread === undefined) return { kind: 'pending' };
      const id = position + 1;
      return {
        kind: 'op',
        op: {
          f: 'insert',
          key: Math.floor(position / 2),
          value: position % 2 === 0 ? [id, null] : [null, id],
        },
        process: context.processOf(thread),
        atNs: context.nowNs,
        then: inserts(position + 1),
      };
    },
    update: () => self,
  };
  return self;
}

/** The transaction of an insert: both rows are read, then one's own is written. */
function guarded({ key, value }: ClientOp): Json {
  assert(typeof key === 'number' && isArray(value), 'an insert has a key and a row');
  const [a = null, b = null] = value;
  const rows = [2 * key, 2 * key + 1] as const;
  const own = a === null ? ['w', rows[1], b] : ['w', rows[0], a];
  return [['r', rows[0], null], ['r', rows[1], null], own];
}

function insertClient(rpc: RpcChannel): Client {
  return {
    async invoke(op, signal): Promise<Outcome> {
      const outcome = await transact(rpc, guarded(op), signal);
      return outcome.type === 'ok' ? insertOutcome(op.value, outcome.value) : outcome;
    },
    close: async () => {
      rpc.close();
    },
  };
}

/** Over a client of transactions on registers. */
function overTransactions(client: Client): Client {
  return {
    async invoke(op, signal): Promise<Outcome> {
      const outcome = await client.invoke({ ...op, f: 'txn', value: guarded(op) }, signal);
      return outcome.type === 'ok' ? insertOutcome(op.value, outcome.value) : outcome;
    },
    close: async () => client.close(),
  };
}

function insertOutcome(value: Json, results: Json): Outcome {
  const found = (isArray(results) ? results.slice(0, 2) : []).map((result) =>
    isArray(result) ? (result[2] ?? null) : null,
  );
  if (found.every((row) => row === null)) return { type: 'ok', value };
  return { type: 'fail', error: ['row-exists', `it found the rows ${JSON.stringify(found)}`] };
}

export default {
  name: 'write-skew',
  aliases: ['adya-g2'],
  summary: 'Two guarded inserts for each key, of which at most one may succeed; serializable.',
  object: 'rw-register',
  functions: ['insert'],
  options: {},
  defaults: { rate: 400, concurrency: '4n' },
  models: ['serializable'],
  generator: () => ({ main: inserts(0) }),
  maelstrom: insertClient,
  adapt: overTransactions,
  checkers: () => [writeSkew(), enough(['insert'])],
} satisfies Workload;
