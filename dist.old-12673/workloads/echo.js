/** Maelstrom's echo: whatever is sent comes back. The first thing that a new node can do. */
import { drawInt, echoes, enough, fieldShapes, repeatedly, rpcClient } from '../src/sdk.js';

const functions = {
  echo: {
    request: ({ value }) => ({ type: 'echo', echo: value }),
    reply: { echo: fieldShapes.any },
    result: ({ echo = null }) => echo,
    isHarmless: true,
  },
};
export default {
  name: 'echo',
  aliases: [],
  summary: 'Whatever is sent comes back.',
  object: 'echo',
  functions: ['echo'],
  options: {},
  defaults: { rate: 100, concurrency: '2n' },
  models: ['echo'],
  generator: ({ rng }) => ({
    main: repeatedly(rng, (source) => {
      const [n, next] = drawInt(source, 128);
      return [{ f: 'echo', value: `Please echo ${n}` }, next];
    }),
  }),
  maelstrom: (rpc) => rpcClient(rpc, functions),
  checkers: () => [echoes(), enough(['echo'])],
};
