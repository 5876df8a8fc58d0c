/**
 * A set that grows (Maelstrom's g-set): what was added is there in the end, on every node.
 *
 * At the end, when all is healed, reads are repeated until every node shows every acknowledged
 * element, or until `settle-time` is over; then come the final reads, one by every client.
 */
import {
  enough,
  fieldShapes,
  lastReads,
  listIn,
  mix,
  type RpcFunctions,
  rpcClient,
  secondsToNs,
  setFull,
  showsAll,
  unfold,
  type Workload,
} from '../src/sdk.ts';

const functions: RpcFunctions = {
  add: {
    request: ({ value }) => ({ type: 'add', element: value }),
    reply: {},
    isHarmless: false,
  },
  read: {
    request: () => ({ type: 'read' }),
    reply: { value: fieldShapes.list },
    result: ({ value }) => listIn(value),
    isHarmless: true,
  },
};

const read = { f: 'read', value: null };

export default {
  name: 'set',
  aliases: ['g-set'],
  summary: 'A set that grows: what was added is on every node in the end.',
  object: 'set',
  functions: ['add', 'read'],
  options: {
    'settle-time': {
      summary: 'seconds, at most, until every node must show every element, after healing',
      default: '10',
    },
  },
  defaults: { rate: 100, concurrency: '2n' },
  models: ['eventual-consistency', 'linearizable'],
  generator: ({ rng, options }) => ({
    main: mix(rng, [
      unfold(0, (n) => [{ f: 'add', value: n }, n + 1]),
      unfold(null, () => [read, null]),
    ]),
    remembers: ({ type, f }) => type === 'ok' && f === 'add',
    final: (_keys, acknowledged) =>
      lastReads({
        op: read,
        isSettled: showsAll(acknowledged),
        pauseNs: secondsToNs(0.25),
        limitNs: secondsToNs(Number(options['settle-time'])),
      }),
  }),
  maelstrom: (rpc) => rpcClient(rpc, functions),
  checkers: (model) => [
    setFull({ everyFinalRead: true, linearizable: model === 'linearizable' }),
    enough(['add', 'read']),
  ],
} satisfies Workload;
