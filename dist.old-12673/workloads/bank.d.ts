/**
 * Money moves between accounts, and no read may see it appear or vanish (Jepsen's
 * `tests.bank`).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `transfer` | `{"from": "0", "to": "3", "amount": 2}` | the same |
 * | `read` | null | `{"0": 12, "1": 13, …}` |
 */
import { type Client, type OptionValues, type RpcChannel } from '../src/sdk.ts';

declare function bankClient(rpc: RpcChannel): Client;
/** Opens the accounts; a node that was asked before, or another one, has them already. */
declare function openAccounts(
  rpc: RpcChannel,
  _nodes: readonly string[],
  options: OptionValues,
): Promise<void>;
declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    accounts: {
      summary: string;
      default: string;
    };
    total: {
      summary: string;
      default: string;
    };
    'max-transfer': {
      summary: string;
      default: string;
    };
    'read-share': {
      summary: string;
      default: string;
    };
    'negative-balances': {
      summary: string;
      default: string;
      choices: string[];
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator({ rng, options }: import('../src/sdk.ts').WorkloadContext): {
    main: import('../src/sdk.ts').Generator;
    final: () => import('../src/sdk.ts').Generator;
  };
  maelstrom: typeof bankClient;
  prepare: typeof openAccounts;
  checkers: (
    _model: string,
    options: Readonly<Record<string, string>>,
  ) => import('../src/sdk.ts').Checker[];
};
export default _default;
