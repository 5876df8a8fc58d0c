/**
 * A counter that is added to on every node (Maelstrom's g-counter and pn-counter): while it
 * runs a read may be late, but never shows what nobody added; in the end it is exact.
 *
 * An add of unknown outcome may or may not count, so the end is a range, or several. Reads are
 * repeated until all nodes agree on a number in it, or until `settle-time` is over; then come
 * the final reads, one by every client.
 */
import { type HistoryEvent } from '../src/sdk.ts';

declare const _default: {
  name: string;
  aliases: string[];
  aliasOptions: {
    'g-counter': {
      deltas: string;
    };
  };
  summary: string;
  object: string;
  functions: string[];
  options: {
    deltas: {
      summary: string;
      default: string;
      choices: string[];
    };
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
  generator({ rng, options }: import('../src/sdk.ts').WorkloadContext): {
    main: import('../src/sdk.ts').Generator;
    remembers: ({ type, f }: HistoryEvent) => boolean;
    final: (
      _keys: readonly import('../src/sdk.ts').Json[],
      adds: readonly HistoryEvent[],
    ) => import('../src/sdk.ts').Generator;
  };
  maelstrom: (rpc: import('../src/sdk.ts').RpcChannel) => import('../src/sdk.ts').Client;
  checkers: (model: string) => import('../src/sdk.ts').Checker[];
};
export default _default;
