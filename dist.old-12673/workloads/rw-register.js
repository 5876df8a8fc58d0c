/**
 * Transactions that read and write registers, as Jepsen's and Maelstrom's have it
 * (`txn-rw-register`). Each value is written to a register once, so that a read names the write
 * that it saw; in which order the writes took effect it does not say, which hides what
 * `list-append` would show.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `txn` | `[["r", key, null], ["w", key, value], …]` | the same, values (or null) in the reads |
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
  name: 'rw-register',
  aliases: ['txn-rw-register'],
  summary: 'Transactions that read and write registers; strict-serializable.',
  object: 'rw-register',
  functions: ['txn'],
  options: transactionOptions,
  defaults: { rate: 200, concurrency: '2n' },
  models: isolationLevels('rw-register'),
  generator: ({ rng, options }) => ({
    main: randomTransactions(rng, transactionShape('w', options)),
    remembers: ({ f }) => f === 'txn',
    final: (_keys, completions) => readAllKeys(completions),
  }),
  maelstrom: transactionClient,
  checkers: (model) => [isolated('rw-register', model), enough(['txn'])],
};
