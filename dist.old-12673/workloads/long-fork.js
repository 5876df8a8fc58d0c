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
import {
  drawInt,
  enough,
  fork,
  longFork,
  pick,
  shuffle,
  transactionClient,
  UsageError,
} from '../src/sdk.js';

function from(state) {
  const self = {
    next(context) {
      const thread = context.freeThreads[0];
      if (thread === undefined) return { kind: 'pending' };
      const [op, then] = draw(state, thread);
      const process = context.processOf(thread);
      return { kind: 'op', op, process, atNs: context.nowNs, then: from(then) };
    },
    update: () => self,
  };
  return self;
}
function draw(state, thread) {
  const own = state.written.get(thread);
  const [coin, source] = drawInt(state.source, 2);
  if (own !== undefined) {
    const written = new Map([...state.written].filter(([writer]) => writer !== thread));
    return readOf(own, { ...state, source, written });
  }
  // What others have written and not read yet is what is being spread just now.
  const fresh = [...state.written.values()];
  if (coin === 0 && fresh.length > 0) {
    const [key, rest] = pick(source, fresh);
    return readOf(key, { ...state, source: rest });
  }
  const key = state.nextKey;
  const written = new Map(state.written).set(thread, key);
  return [
    { f: 'txn', value: [['w', key, 1]] },
    { ...state, source, nextKey: key + 1, written },
  ];
}
/** A read of the group of a key, in random order. */
function readOf(key, state) {
  const first = key - (key % state.groupSize);
  const keys = Array.from({ length: state.groupSize }, (_, i) => first + i);
  const [order, source] = shuffle(state.source, keys);
  const value = order.map((each) => ['r', each, null]);
  return [
    { f: 'txn', value },
    { ...state, source },
  ];
}
export default {
  name: 'long-fork',
  aliases: [],
  summary: 'Single writes and reads of groups; no two reads may disagree on the order of writes.',
  object: 'rw-register',
  functions: ['txn'],
  options: {
    'group-size': { summary: 'keys that are read together', default: '2' },
  },
  defaults: { rate: 200, concurrency: '2n' },
  models: ['snapshot-isolation'],
  generator({ rng, options }) {
    const groupSize = Number(options['group-size']);
    if (!Number.isInteger(groupSize) || groupSize < 2 || groupSize > 100)
      throw new UsageError(
        `group-size takes a whole number from 2 to 100; got "${options['group-size'] ?? ''}"`,
      );
    const source = fork(rng, 'long-fork');
    return { main: from({ source, groupSize, nextKey: 0, written: new Map() }) };
  },
  maelstrom: transactionClient,
  checkers: () => [longFork(), enough(['txn'])],
};
