/**
 * A queue: elements go in, and each comes out.
 *
 * With acknowledgements (the default) an element is handed to a consumer and stays the queue's
 * until the consumer says that it is done with it; some consumers crash before that, and the
 * element must come again. At the end the queue is emptied: what was acknowledged and never came
 * out is lost.
 *
 * Without acknowledgements a dequeue takes its element away at once, so that one of unknown
 * outcome may have taken any. The load is then spread over many short queues, one after the
 * other: a few unknown outcomes in each can still be judged.
 */
import {
  type Client,
  type OptionValues,
  type RpcChannel,
  type WorkloadSchedule,
} from '../src/sdk.ts';

declare function queueClient(rpc: RpcChannel, options: OptionValues): Client;
declare const _default: {
  name: string;
  aliases: never[];
  summary: string;
  object: string;
  functions: string[];
  options: {
    delivery: {
      summary: string;
      default: string;
      choices: string[];
    };
    crash: {
      summary: string;
      default: string;
    };
    'ops-per-queue': {
      summary: string;
      default: string;
    };
    'processes-per-queue': {
      summary: string;
      default: string;
    };
  };
  defaults: {
    rate: number;
    concurrency: string;
  };
  models: string[];
  generator({
    rng,
    nodes,
    concurrency,
    options,
  }: import('../src/sdk.ts').WorkloadContext): WorkloadSchedule;
  maelstrom: typeof queueClient;
  checkers(
    model: string,
    options: Readonly<Record<string, string>>,
  ): import('../src/sdk.ts').Checker[];
};
export default _default;
