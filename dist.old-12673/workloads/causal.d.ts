/**
 * Causal consistency: sessions read registers and then write others, so that writes depend on
 * what was read. Nobody may see such a write without what its writer had seen; and each session
 * sees its own writes, and never an older value after a newer one.
 *
 * A session is one process, which keeps to one node. A few registers at a time are worked on by
 * all, so that chains of reads and writes pass through many sessions; then come new ones.
 */
import { type Generator, type Json, registerClient } from '../src/sdk.ts';

declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    'key-count': {
      summary: string;
      default: string;
    };
    'ops-per-group': {
      summary: string;
      default: string;
    };
    settle: {
      summary: string;
      default: string;
    };
    writes: {
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
    main: Generator;
    final: (keys: readonly Json[]) => Generator;
  };
  maelstrom: typeof registerClient;
  checkers(model: string): import('../src/sdk.ts').Checker[];
};
export default _default;
