/** Maelstrom's unique-ids: every node hands out ids, and no id is ever handed out twice. */
import { enough, fieldShapes, rpcClient, unfold, uniqueIds } from '../src/sdk.js';

const functions = {
  generate: {
    request: () => ({ type: 'generate' }),
    reply: { id: fieldShapes.any },
    result: ({ id = null }) => id,
    // An id that nobody received may be skipped: nobody will miss it.
    isHarmless: true,
  },
};
export default {
  name: 'unique-ids',
  aliases: [],
  summary: 'Ids that are handed out, each of them once.',
  object: 'unique-ids',
  functions: ['generate'],
  options: {},
  defaults: { rate: 500, concurrency: '2n' },
  models: ['unique-ids'],
  generator: () => ({ main: unfold(null, () => [{ f: 'generate', value: null }, null]) }),
  maelstrom: (rpc) => rpcClient(rpc, functions),
  checkers: () => [uniqueIds(), enough(['generate'])],
};
