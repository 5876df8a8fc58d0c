/**
 * Logs in the manner of Kafka (Maelstrom's kafka): messages are sent to keys and get offsets,
 * consumers poll them in order and commit how far they have come.
 *
 * A consumer is told its keys by `assign` (or `subscribe`) and goes on, in each, from where it
 * stands, else from the committed offset, else from the beginning. Now and then a client
 * crashes: its successor knows only what was committed. At the end every client reads all logs
 * from the beginning, until it has seen what was acknowledged, or `settle-time` is over.
 */
import {
  type Client,
  type ClientOp,
  type Generator,
  type HistoryEvent,
  type Json,
  type Outcome,
  type RpcChannel,
} from '../src/sdk.ts';

/** One consumer and producer: knows its keys, and the next offset to poll in each. */
declare class KafkaClient implements Client {
  #private;
  constructor(rpc: RpcChannel);
  invoke(op: ClientOp, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}
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
    'max-writes-per-key': {
      summary: string;
      default: string;
    };
    'sub-via': {
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
    main: Generator;
    remembers: ({ type, f }: HistoryEvent) => boolean;
    final: (_keys: readonly Json[], sends: readonly HistoryEvent[]) => Generator;
  };
  maelstrom: (rpc: RpcChannel) => KafkaClient;
  checkers: (
    _model: string,
    options: Readonly<Record<string, string>>,
  ) => import('../src/sdk.ts').Checker[];
};
export default _default;
