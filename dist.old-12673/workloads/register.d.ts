/**
 * Reads, writes and compare-and-sets of many registers, each one key, as Jepsen's
 * linearizable-register and Maelstrom's lin-kv have them.
 *
 * Each key is worked on by a group of threads (half of them only read, so that blocked
 * writes never starve reads) until its share of operations or of processes is used up; then
 * the group goes on to the next key. Values are distinct for each key unless `values=small`
 * is asked for: a read then names the very write that it saw, which makes violations
 * provable and crashed writes cheap.
 */
import { type Client, type Generator, type Json, type JsonObject } from '../src/sdk.ts';

/**
 * Maelstrom's lin-kv. A definite error is `fail`; anything else is `info`, except for a read,
 * which changed nothing. "Key does not exist" answers a read: the register has no value yet.
 */
declare function linKv(rpc: {
  request(body: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  close(): void;
}): Client;
declare const _default: {
  name: string;
  aliases: string[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    settle: {
      summary: string;
      default: string;
    };
    values: {
      summary: string;
      default: string;
      choices: string[];
    };
    cas: {
      summary: string;
      default: string;
      choices: string[];
    };
    'writes-per-second': {
      summary: string;
      default: string;
    };
    'ops-per-key': {
      summary: string;
      default: string;
    };
    'threads-per-key': {
      summary: string;
      default: string;
    };
    'processes-per-key': {
      summary: string;
      default: string;
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator({ rng, nodes, concurrency, options }: import('../src/sdk.ts').WorkloadContext): {
    main: Generator;
    final: (keys: readonly Json[]) => Generator;
  };
  maelstrom: typeof linKv;
  checkers: (model: string) => import('../src/sdk.ts').Checker[];
};
export default _default;
