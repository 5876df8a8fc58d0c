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
  type ClientOp,
  concurrentKeys,
  drawUnit,
  enough,
  fork,
  type Generator,
  type HistoryEvent,
  limit,
  linearizable,
  type OpRequest,
  type OptionValues,
  type Outcome,
  type Prng,
  processLimit,
  type Rested,
  type RpcChannel,
  RpcError,
  type Script,
  sequentialKeys,
  sessions,
  timeLimit,
  totalQueue,
  UsageError,
  type Workload,
  type WorkloadSchedule,
} from '../src/sdk.ts';

const nsPerMs = 1_000_000;
/** The share of enqueues: a queue that is mostly empty has nothing to lose. */
const enqueueShare = 0.55;
/** The value of a dequeue whose consumer dies before its acknowledgement. */
const crash = 'crash';

interface Load {
  readonly crashProbability: number;
}

function producerAndConsumer({ crashProbability }: Load): Script<null> {
  return {
    begin: null,
    next(_state, source, serial): readonly [OpRequest, Prng] {
      const [chance, rest] = drawUnit(source);
      if (chance < enqueueShare) return [{ f: 'enqueue', value: serial }, rest];
      const crashes = (chance - enqueueShare) / (1 - enqueueShare) < crashProbability;
      return [{ f: 'dequeue', value: crashes ? crash : null }, rest];
    },
    ended: (_state, _event, source) => [{ state: null, restNs: 0 }, source],
  };
}

/** How long a consumer waits that found nothing, or nothing that could be had yet. */
const emptyRestNs = 400 * nsPerMs;
const failedRestNs = 50 * nsPerMs;
/** Whoever cannot be emptied in this time is not. */
const drainLimitNs = 60_000 * nsPerMs;

function drainer(emptyNs: number): Script<null> {
  return {
    begin: null,
    next: (_state, source) => [{ f: 'dequeue', value: null, final: true }, source],
    ended(_state, event, source): readonly [Rested<null>, Prng] {
      const restNs = event.type === 'fail' ? failedRestNs : foundEmpty(event) ? emptyNs : 0;
      return [{ state: null, restNs }, source];
    },
  };
}

function foundEmpty(event: HistoryEvent): boolean {
  return event.type === 'ok' && event.f === 'dequeue' && (event.value ?? null) === null;
}

/** `inner` until so many dequeues in a row found the queue empty. */
function untilEmpty(emptyMax: number, inner: Generator, emptyCount = 0): Generator {
  const self: Generator = {
    next(context) {
      if (emptyCount >= emptyMax) return { kind: 'exhausted' };
      const emission = inner.next(context);
      if (emission.kind === 'exhausted' || emission.then === undefined) return emission;
      return { ...emission, then: untilEmpty(emptyMax, emission.then, emptyCount) };
    },
    update(context, event) {
      const updated = inner.update(context, event);
      const hasElement = event.type === 'ok' && !foundEmpty(event);
      const count = foundEmpty(event) ? emptyCount + 1 : hasElement ? 0 : emptyCount;
      return updated === inner && count === emptyCount
        ? self
        : untilEmpty(emptyMax, updated, count);
    },
  };
  return self;
}

/** Queues that are each worked on by one thread a node, and emptied at the end. */
function shortQueues(rng: Prng, threads: number, options: OptionValues): WorkloadSchedule {
  const load = producerAndConsumer({ crashProbability: 0 });
  return {
    main: concurrentKeys(
      threads,
      (position) => position,
      (key) =>
        processLimit(
          Number(options['processes-per-queue']),
          limit(
            Number(options['ops-per-queue']),
            sessions(fork(rng, `queue ${JSON.stringify(key)}`), load),
          ),
        ),
    ),
    final: (keys) =>
      timeLimit(
        drainLimitNs,
        sequentialKeys(keys, (key) =>
          untilEmpty(1, sessions(fork(rng, `drain ${JSON.stringify(key)}`), drainer(0))),
        ),
        'asked',
      ),
  };
}

/**
 * With acknowledgements. A dequeue that ended in an error took nothing away: what may have been
 * delivered was never acknowledged. When only the answer to the acknowledgement is missing, the
 * element did come out.
 */
async function dequeueAcknowledged(
  rpc: RpcChannel,
  { key: queue = 0, value }: ClientOp,
  signal: AbortSignal,
): Promise<Outcome> {
  const reply = await rpc.request({ type: 'dequeue', queue, acknowledged: true }, signal);
  const element = reply['value'] ?? null;
  if (element === null) return { type: 'ok', value: null };
  if (value === crash)
    return {
      type: 'fail',
      error: ['consumer-crashed', `before it acknowledged ${JSON.stringify(element)}`],
    };
  try {
    await rpc.request({ type: 'ack', queue, delivery: reply['delivery'] ?? null }, signal);
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || thrown.definite) throw thrown;
  }
  return { type: 'ok', value: element };
}

function queueClient(rpc: RpcChannel, options: OptionValues): Client {
  const acknowledged = options['delivery'] === 'acknowledged';
  return {
    async invoke(op, signal): Promise<Outcome> {
      const { f, key: queue = 0, value } = op;
      try {
        if (f === 'enqueue') {
          await rpc.request({ type: 'enqueue', queue, value }, signal);
          return { type: 'ok', value };
        }
        if (acknowledged) return await dequeueAcknowledged(rpc, op, signal);
        const reply = await rpc.request({ type: 'dequeue', queue, acknowledged: false }, signal);
        return { type: 'ok', value: reply['value'] ?? null };
      } catch (thrown) {
        if (!(thrown instanceof RpcError)) throw thrown;
        const harmless = thrown.definite || (f === 'dequeue' && acknowledged);
        return { type: harmless ? 'fail' : 'info', error: [thrown.code, thrown.message] };
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

export default {
  name: 'queue',
  aliases: [],
  summary: 'What goes into a queue comes out of it, and nothing else does.',
  object: 'queue',
  functions: ['enqueue', 'dequeue'],
  options: {
    delivery: {
      summary: 'acknowledged: an element is gone once its consumer says so; immediate: at once',
      default: 'acknowledged',
      choices: ['acknowledged', 'immediate'],
    },
    crash: {
      summary: 'the probability that a consumer crashes before it acknowledges',
      default: '0.05',
    },
    'ops-per-queue': {
      summary: 'operations on a queue before it is left; only with delivery=immediate',
      default: '60',
    },
    'processes-per-queue': {
      summary: 'processes that a queue may see, if there are several; bounds unknown outcomes',
      default: '10',
    },
  },
  defaults: { rate: 200, concurrency: '2n' },
  models: ['total-queue', 'fifo-queue', 'unordered-queue'],
  generator({ rng, nodes, concurrency, options }) {
    if (options['delivery'] === 'immediate') return shortQueues(rng, nodes.length, options);
    const load = producerAndConsumer({ crashProbability: Number(options['crash']) });
    const last = sessions(fork(rng, 'drain'), drainer(emptyRestNs));
    return {
      main: sessions(fork(rng, 'load'), load),
      final: () => timeLimit(drainLimitNs, untilEmpty(2 * concurrency, last), 'asked'),
    };
  },
  maelstrom: queueClient,
  checkers(model, options) {
    const isImmediate = options['delivery'] === 'immediate';
    const asked = enough(['enqueue', 'dequeue']);
    // An element may come again whose consumer was not heard.
    if (model === 'total-queue')
      return [totalQueue({ duplicates: isImmediate ? 'fail' : 'allow' }), asked];
    if (isImmediate) return [linearizable(model), asked];
    throw new UsageError(
      `the model ${model} is of a queue without acknowledgements; use it with --option delivery=immediate`,
    );
  },
} satisfies Workload;
