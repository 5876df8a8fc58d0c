/**
 * A lock with a lease, and a resource that it guards.
 *
 * Each client competes for the lock, writes to the resource under the fencing token that it was
 * given, and releases the lock. Some holders stall for longer than their lease, as a process in
 * a long garbage collection does, and go on as if nothing had happened: the resource must refuse
 * them once somebody else has written (Kleppmann, "How to do distributed locking", 2016).
 *
 * Many locks, one after the other: one whose holder crashed is soon left alone.
 */
import {
  type Client,
  type Generator,
  type Json,
  type OptionValues,
  type RpcChannel,
} from '../src/sdk.ts';

/**
 * The client of one process. "Precondition failed" (22) answers an acquire of a lock that is
 * held and a release by one who does not hold it: both are answers, recorded as `ok` with
 * `false`. Of a write it is a refusal, recorded as `fail`.
 */
declare function lockClient(rpc: RpcChannel, options: OptionValues): Client;
declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    fencing: {
      summary: string;
      default: string;
      choices: string[];
    };
    lease: {
      summary: string;
      default: string;
    };
    stall: {
      summary: string;
      default: string;
    };
    'ops-per-lock': {
      summary: string;
      default: string;
    };
    'threads-per-lock': {
      summary: string;
      default: string;
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator({ rng, nodes, concurrency, options }: import('../src/sdk.ts').WorkloadContext):
    | {
        main: Generator;
        final?: never;
      }
    | {
        main: Generator;
        final: (keys: readonly Json[]) => Generator;
      };
  maelstrom: typeof lockClient;
  checkers(
    model: string,
    options: Readonly<Record<string, string>>,
  ): import('../src/sdk.ts').Checker[];
};
export default _default;
