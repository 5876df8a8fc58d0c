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
import { type Client, type Generator, type RpcChannel } from '../src/sdk.ts';

declare function insertClient(rpc: RpcChannel): Client;
declare const _default: {
  name: string;
  aliases: string[];
  summary: string;
  object: string;
  functions: string[];
  options: {};
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator: () => {
    main: Generator;
  };
  maelstrom: typeof insertClient;
  checkers: () => import('../src/sdk.ts').Checker[];
};
export default _default;
