/**
 * Leader election: nodes are asked who leads, and in which term. No term has two leaders, no
 * node goes back to an earlier term, and when all is healed somebody leads.
 */
import { type Client, type Generator, type RpcChannel } from '../src/sdk.ts';

declare function electionClient(rpc: RpcChannel): Client;
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
  generator: ({ rng }: import('../src/sdk.ts').WorkloadContext) => {
    main: Generator;
    final: () => Generator;
  };
  maelstrom: typeof electionClient;
  checkers: () => import('../src/sdk.ts').Checker[];
};
export default _default;
