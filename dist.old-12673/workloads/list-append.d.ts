/**
 * Transactions that append to lists and read them, as Jepsen's and Maelstrom's have it
 * (`txn-list-append`). Each element is appended to a list once, so that a list says in which
 * order the appends took effect: of all workloads this one shows the most.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `txn` | `[["r", key, null], ["append", key, element], …]` | the same, lists in the reads |
 */
import { transactionClient } from '../src/sdk.ts';

declare const _default: {
  name: string;
  aliases: string[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    readonly 'key-count': {
      readonly summary: 'keys in use at once';
      readonly default: '10';
    };
    readonly 'key-dist': {
      readonly summary: 'exponential: each key twice as likely as the one before; zipf: 1, 1/2, 1/3, …';
      readonly default: 'exponential';
      readonly choices: readonly ['exponential', 'zipf', 'uniform'];
    };
    readonly 'min-txn-length': {
      readonly summary: 'operations of the shortest transaction';
      readonly default: '1';
    };
    readonly 'max-txn-length': {
      readonly summary: 'operations of the longest transaction';
      readonly default: '4';
    };
    readonly 'max-writes-per-key': {
      readonly summary: 'writes before a key is left for a new one';
      readonly default: '16';
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: readonly [string, ...string[]];
  generator: ({ rng, options }: import('../src/sdk.ts').WorkloadContext) => {
    main: import('../src/sdk.ts').Generator;
    remembers: ({ f }: import('../src/sdk.ts').HistoryEvent) => boolean;
    final: (
      _keys: readonly import('../src/sdk.ts').Json[],
      completions: readonly import('../src/sdk.ts').HistoryEvent[],
    ) => import('../src/sdk.ts').Generator;
  };
  maelstrom: typeof transactionClient;
  checkers: (model: string) => import('../src/sdk.ts').Checker[];
};
export default _default;
