/**
 * A counter that is added to on every node (Maelstrom's g-counter and pn-counter): while it
 * runs a read may be late, but never shows what nobody added; in the end it is exact.
 *
 * An add of unknown outcome may or may not count, so the end is a range, or several. Reads are
 * repeated until all nodes agree on a number in it, or until `settle-time` is over; then come
 * the final reads, one by every client.
 */
import {
  counterBounds,
  drawInt,
  enough,
  fieldShapes,
  finalCounter,
  fork,
  lastReads,
  mix,
  repeatedly,
  rpcClient,
  secondsToNs,
  unfold,
} from '../src/sdk.js';

const functions = {
  add: {
    request: ({ value }) => ({ type: 'add', delta: value }),
    reply: {},
    isHarmless: false,
  },
  read: {
    request: () => ({ type: 'read' }),
    reply: { value: fieldShapes.integer },
    result: ({ value = null }) => value,
    isHarmless: true,
  },
};
const read = { f: 'read', value: null };
/** True if all answers of the round are one number that the adds allow. */
function agrees(adds) {
  let [low, high] = [0, 0];
  for (const { type, value } of adds) {
    const delta = Number(value);
    if (type === 'ok' || delta < 0) low += delta;
    if (type === 'ok' || delta > 0) high += delta;
  }
  return (round) => {
    const answers = new Set(round.map(({ type, value }) => (type === 'ok' ? value : undefined)));
    const [only] = answers;
    return answers.size === 1 && typeof only === 'number' && only >= low && only <= high;
  };
}
export default {
  name: 'counter',
  aliases: ['pn-counter', 'g-counter'],
  aliasOptions: { 'g-counter': { deltas: 'up' } },
  summary: 'A counter that is added to on every node, and is exact in the end.',
  object: 'counter',
  functions: ['add', 'read'],
  options: {
    deltas: {
      summary: 'both: from -5 to 4, as in pn-counter; up: from 0 to 4, as in g-counter',
      default: 'both',
      choices: ['both', 'up'],
    },
    'settle-time': {
      summary: 'seconds, at most, until every node must show the sum, after healing',
      default: '10',
    },
  },
  defaults: { rate: 100, concurrency: '2n' },
  models: ['eventual-consistency', 'linearizable'],
  generator({ rng, options }) {
    const [from, count] = options['deltas'] === 'up' ? [0, 5] : [-5, 10];
    return {
      main: mix(rng, [
        repeatedly(fork(rng, 'deltas'), (source) => {
          const [n, next] = drawInt(source, count);
          return [{ f: 'add', value: from + n }, next];
        }),
        unfold(null, () => [read, null]),
      ]),
      remembers: ({ type, f }) => type !== 'fail' && f === 'add',
      final: (_keys, adds) =>
        lastReads({
          op: read,
          isSettled: agrees(adds),
          pauseNs: secondsToNs(0.25),
          limitNs: secondsToNs(Number(options['settle-time'])),
        }),
    };
  },
  maelstrom: (rpc) => rpcClient(rpc, functions),
  checkers: (model) => [
    counterBounds({ eventual: model !== 'linearizable' }),
    finalCounter(),
    enough(['add', 'read']),
  ],
};
