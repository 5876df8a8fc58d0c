/** Maelstrom's echo: whatever is sent comes back. The first thing that a new node can do. */
import {
  type Client,
  drawInt,
  echoes,
  enough,
  type Outcome,
  type RpcChannel,
  RpcError,
  repeatedly,
  type Workload,
} from '../src/sdk.ts';

function echoClient(rpc: RpcChannel): Client {
  return {
    async invoke({ value }, signal): Promise<Outcome> {
      try {
        const reply = await rpc.request({ type: 'echo', echo: value }, signal);
        return { type: 'ok', value: reply['echo'] ?? null };
      } catch (thrown) {
        if (!(thrown instanceof RpcError)) throw thrown;
        // An echo changes nothing: whatever went wrong, it did not happen.
        return { type: 'fail', error: [thrown.code, thrown.message] };
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

export default {
  name: 'echo',
  aliases: [],
  summary: 'Whatever is sent comes back.',
  object: 'echo',
  functions: ['echo'],
  options: {},
  defaults: { rate: 20, concurrency: '1n' },
  models: ['echo'],
  generator: ({ rng }) => ({
    main: repeatedly(rng, (source) => {
      const [n, next] = drawInt(source, 128);
      return [{ f: 'echo', value: `Please echo ${n}` }, next];
    }),
  }),
  maelstrom: echoClient,
  checkers: () => [echoes(), enough(['echo'])],
} satisfies Workload;
