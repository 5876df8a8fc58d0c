/**
 * One client inserts into the places 0, 1, 2, … of a chain, in this order; the others look from
 * the last place back to the first. Whoever finds something in a place must then find something
 * in all places before it. After the `sequential` test of Jepsen's suite for CockroachDB.
 */
import { type Client, type OptionValues, type RpcChannel } from '../src/sdk.ts';

declare function chainClient(rpc: RpcChannel, options: OptionValues): Client;
declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    length: {
      summary: string;
      default: string;
    };
    'ops-per-chain': {
      summary: string;
      default: string;
    };
    'threads-per-chain': {
      summary: string;
      default: string;
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator({ nodes, concurrency, options }: import('../src/sdk.ts').WorkloadContext): {
    main: import('../src/sdk.ts').Generator;
  };
  maelstrom: typeof chainClient;
  checkers: () => import('../src/sdk.ts').Checker[];
};
export default _default;
