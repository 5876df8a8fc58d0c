/**
 * A store whose changes can be watched: every watcher gets each change once, in order, with
 * none left out, also when it has to connect anew.
 *
 * Half of the clients write, the others watch: each asks again and again for what has changed
 * since the last revision that it got. A node that was away, or cut off, must hand its watchers
 * all that they missed.
 */
import { type Client, type Generator, type RpcChannel } from '../src/sdk.ts';

/** The client of one process, which knows where its stream stands. */
declare function watchClient(rpc: RpcChannel): Client;
declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {};
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator({ rng, concurrency }: import('../src/sdk.ts').WorkloadContext): {
    main: Generator;
    final: () => Generator;
  };
  maelstrom: typeof watchClient;
  checkers: () => import('../src/sdk.ts').Checker[];
};
export default _default;
