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
import { assert, enough, isArray, transact, writeSkew } from '../src/sdk.js';

/** Insert number `position`: two for each key, one after the other, for whichever thread is free. */
function inserts(position) {
  const self = {
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
function insertClient(rpc) {
  return {
    async invoke({ key, value }, signal) {
      assert(typeof key === 'number' && isArray(value), 'an insert has a key and a row');
      const [a = null, b = null] = value;
      const rows = [2 * key, 2 * key + 1];
      const own = a === null ? ['w', rows[1], b] : ['w', rows[0], a];
      const guarded = [['r', rows[0], null], ['r', rows[1], null], own];
      const outcome = await transact(rpc, guarded, signal);
      return outcome.type === 'ok' ? insertOutcome(value, outcome.value) : outcome;
    },
    close: async () => {
      rpc.close();
    },
  };
}
function insertOutcome(value, results) {
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
  checkers: () => [writeSkew(), enough(['insert'])],
};
