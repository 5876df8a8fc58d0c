/**
 * Transactions that append to lists and read them, as Jepsen's and Maelstrom's have it
 * (`txn-list-append`). Each element is appended to a list once, so that a list says in which
 * order the appends took effect: of all workloads this one shows the most.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `txn` | `[["r", key, null], ["append", key, element], …]` | the same, lists in the reads |
 */
import {
  enough,
  isolated,
  isolationLevels,
  randomTransactions,
  readAllKeys,
  transactionClient,
  transactionOptions,
  transactionShape,
} from '../src/sdk.js';
export default {
  name: 'list-append',
  aliases: ['txn-list-append'],
  summary: 'Transactions that append to lists and read them; strict-serializable.',
  object: 'list-append',
  functions: ['txn'],
  options: transactionOptions,
  defaults: { rate: 200, concurrency: '2n' },
  models: isolationLevels('list-append'),
  generator: ({ rng, options }) => ({
    main: randomTransactions(rng, transactionShape('append', options)),
    remembers: ({ f }) => f === 'txn',
    final: (_keys, completions) => readAllKeys(completions),
  }),
  maelstrom: transactionClient,
  checkers: (model) => [isolated('list-append', model), enough(['txn'])],
};
