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
    main: import('../src/sdk.ts').Generator;
  };
  maelstrom: (rpc: import('../src/sdk.ts').RpcChannel) => import('../src/sdk.ts').Client;
  checkers: () => import('../src/sdk.ts').Checker[];
};
export default _default;
