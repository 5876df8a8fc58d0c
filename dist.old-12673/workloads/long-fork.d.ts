/**
 * Single writes, and reads of small groups of keys (Jepsen's `tests.long-fork`): two readers may
 * not see two writes in opposite orders, which parallel snapshot isolation allows and snapshot
 * isolation does not.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `txn` | `[["w", key, 1]]` | the same |
 * | `txn` | `[["r", key, null], ["r", key + 1, null]]` | the same, 1 or null in the reads |
 *
 * Each key is written once. Who wrote one reads its group next: that it sees its own write, and
 * perhaps not yet that of another, is one half of a fork.
 */
import { type Generator, transactionClient } from '../src/sdk.ts';

declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    'group-size': {
      summary: string;
      default: string;
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator({ rng, options }: import('../src/sdk.ts').WorkloadContext): {
    main: Generator;
  };
  maelstrom: typeof transactionClient;
  checkers: () => import('../src/sdk.ts').Checker[];
};
export default _default;
