declare const _default: {
  name: string;
  aliases: string[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    'settle-time': {
      summary: string;
      default: string;
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator: ({ rng, options }: import('../src/sdk.ts').WorkloadContext) => {
    main: import('../src/sdk.ts').Generator;
    remembers: ({ type, f }: import('../src/sdk.ts').HistoryEvent) => boolean;
    final: (
      _keys: readonly import('../src/sdk.ts').Json[],
      acknowledged: readonly import('../src/sdk.ts').HistoryEvent[],
    ) => import('../src/sdk.ts').Generator;
  };
  maelstrom: (rpc: import('../src/sdk.ts').RpcChannel) => import('../src/sdk.ts').Client;
  checkers: (model: string) => import('../src/sdk.ts').Checker[];
};
export default _default;
