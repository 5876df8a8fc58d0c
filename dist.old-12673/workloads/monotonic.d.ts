/**
 * Registers that only grow: one client writes 0, 1, 2, … to each, the others read. What a
 * client reads never goes back. After Jepsen's monotonic tests, of a single writer.
 */
import { registerClient } from '../src/sdk.ts';

declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    'ops-per-key': {
      summary: string;
      default: string;
    };
    'threads-per-key': {
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
  maelstrom: typeof registerClient;
  checkers: (model: string) => import('../src/sdk.ts').Checker[];
};
export default _default;
