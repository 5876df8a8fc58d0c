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
  assert,
  type Client,
  type ClientOp,
  callRpc,
  commitAnomalies,
  drawInt,
  eachThread,
  enough,
  failureOf,
  fieldShapes,
  fork,
  type Generator,
  type GeneratorContext,
  type HistoryEvent,
  isArray,
  isObject,
  type Json,
  kafka,
  listIn,
  type OpRequest,
  type Outcome,
  of,
  type Prng,
  phases,
  pick,
  type RpcChannel,
  RpcError,
  type RpcFunction,
  repeat,
  secondsToNs,
  shuffle,
  untilOk,
  type Workload,
} from '../src/sdk.ts';

type Offsets = Readonly<Record<string, number>>;
type Messages = Readonly<Record<string, readonly (readonly [offset: number, message: Json])[]>>;

const offsetsShape = {
  expected: 'an object from keys to integers',
  holds: (value: Json) => isObject(value) && Object.values(value).every(Number.isSafeInteger),
};
const messagesShape = {
  expected: 'an object from keys to lists of [offset, message]',
  holds: (value: Json) => isObject(value) && Object.values(value).every(isMessageList),
};

function isMessageList(list: Json): boolean {
  return (
    fieldShapes.list.holds(list) &&
    listIn(list).every(
      (entry) => isArray(entry) && entry.length === 2 && Number.isSafeInteger(entry[0]),
    )
  );
}

/** The messages of each key, also of keys whose empty list was sent as null. */
function messagesIn(msgs: Json | undefined): Json {
  const lists = isObject(msgs) ? Object.entries(msgs) : [];
  return Object.fromEntries(lists.map(([key, list]) => [key, listIn(list)]));
}

const requests = {
  send: {
    request: ({ key = '', value }) => ({ type: 'send', key, msg: value }),
    reply: { offset: fieldShapes.integer },
    result: ({ offset = null }) => offset,
    isHarmless: false,
  },
  poll: {
    request: ({ value }) => ({ type: 'poll', offsets: value }),
    reply: { msgs: messagesShape },
    result: ({ msgs }) => messagesIn(msgs),
    isHarmless: true,
  },
  commit: {
    request: ({ value }) => ({ type: 'commit_offsets', offsets: value }),
    reply: {},
    isHarmless: false,
  },
  listCommitted: {
    request: ({ value }) => ({ type: 'list_committed_offsets', keys: value }),
    reply: { offsets: offsetsShape },
    result: ({ offsets = null }) => offsets,
    isHarmless: true,
  },
} satisfies Record<string, RpcFunction>;

/** One consumer and producer: knows its keys, and the next offset to poll in each. */
class KafkaClient implements Client {
  readonly #rpc: RpcChannel;
  #next: Offsets = {};

  constructor(rpc: RpcChannel) {
    this.#rpc = rpc;
  }

  async invoke(op: ClientOp, signal: AbortSignal): Promise<Outcome> {
    if (op.f === 'crash')
      return { type: 'info', error: ['crashed', 'as the schedule has it, this client crashed'] };
    try {
      return { type: 'ok', value: await this.#perform(op, signal) };
    } catch (thrown) {
      if (!(thrown instanceof RpcError)) throw thrown;
      return failureOf(thrown, op.f !== 'send');
    }
  }

  async close(): Promise<void> {
    this.#rpc.close();
  }

  async #perform(op: ClientOp, signal: AbortSignal): Promise<Json> {
    if (op.f === 'assign' || op.f === 'subscribe') return this.#assign(op.value, signal);
    const [step] = isArray(op.value) ? op.value : [];
    assert(isArray(step), `a ${op.f} needs a list of one step, got ${JSON.stringify(op.value)}`);
    return op.f === 'send' ? this.#send(step, signal) : this.#poll(signal);
  }

  async #send([, key = '', message = null]: readonly Json[], signal: AbortSignal): Promise<Json> {
    const offset = await this.#ask(requests.send, { key, value: message }, signal);
    return [['send', key, [offset, message]]];
  }

  /**
   * Polls, commits, and only then goes on: if the commit was refused, the poll failed, and the
   * next one asks for the same messages. A commit that was not answered may have happened.
   */
  async #poll(signal: AbortSignal): Promise<Json> {
    const messages = (await this.#ask(requests.poll, { value: this.#next }, signal)) as Messages;
    const last = Object.entries(messages).flatMap(([key, list]) =>
      list.length === 0 ? [] : [[key, Math.max(...list.map(([offset]) => offset))] as const],
    );
    const commits = last.length === 0 ? [] : [await this.#commit(Object.fromEntries(last), signal)];
    const next: Record<string, number> = { ...this.#next };
    for (const [key, offset] of last) next[key] = Math.max(next[key] ?? 0, offset + 1);
    this.#next = next;
    return [['poll', messages], ...commits];
  }

  async #commit(offsets: Offsets, signal: AbortSignal): Promise<Json> {
    try {
      await this.#ask(requests.commit, { value: offsets }, signal);
      return ['commit', offsets];
    } catch (thrown) {
      if (!(thrown instanceof RpcError) || thrown.definite) throw thrown;
      return ['commit', offsets, 'unknown'];
    }
  }

  /** What is committed is asked for at the end too, where nobody starts from it: it is judged. */
  async #assign(value: Json, signal: AbortSignal): Promise<Json> {
    const given = isObject(value) ? value['keys'] : value;
    const keys = isArray(given) ? given.map(String) : [];
    const fromBeginning = isObject(value) && value['seek'] === 'beginning';
    const before: Offsets = fromBeginning
      ? Object.fromEntries(keys.map((key) => [key, 0]))
      : this.#next;
    const committed = await this.#committed(keys, fromBeginning, signal);
    this.#next = Object.fromEntries(
      keys.map((key) => [key, before[key] ?? (committed?.[key] ?? -1) + 1]),
    );
    return { keys, ...(committed === undefined ? {} : { committed }), from: this.#next };
  }

  /** Undefined if there was no answer, where none is needed. */
  async #committed(
    keys: readonly string[],
    optional: boolean,
    signal: AbortSignal,
  ): Promise<Offsets | undefined> {
    try {
      return (await this.#ask(requests.listCommitted, { value: keys }, signal)) as Offsets;
    } catch (thrown) {
      if (optional && thrown instanceof RpcError) return undefined;
      throw thrown;
    }
  }

  #ask(
    request: RpcFunction,
    { key, value }: { readonly key?: Json; readonly value: Json },
    signal: AbortSignal,
  ): Promise<Json> {
    return callRpc(this.#rpc, request, { process: 0, f: '', key, value, final: false }, signal);
  }
}

interface Load {
  readonly rng: Prng;
  /** Keys that are sent to, each with the last message sent to it. */
  readonly open: readonly (readonly [key: string, last: number])[];
  readonly nextKey: number;
  readonly sendsPerKey: number;
  readonly via: readonly string[];
  /** Processes that were told their keys. */
  readonly assigned: ReadonlySet<number | 'nemesis'>;
}

const assignOnceIn = 64;
const crashOnceIn = 500;

function loadGenerator(load: Load): Generator {
  const self: Generator = {
    next(context) {
      const thread = context.freeThreads[0];
      if (thread === undefined) return { kind: 'pending' };
      const process = context.processOf(thread);
      const [op, drawn] = drawOp(load, load.assigned.has(process));
      return { kind: 'op', op, process, atNs: context.nowNs, then: loadGenerator(drawn) };
    },
    update(_context, { f, type, process }) {
      const isAssigned = type === 'ok' && load.via.includes(f) && !load.assigned.has(process);
      if (!isAssigned) return self;
      return loadGenerator({ ...load, assigned: new Set([...load.assigned, process]) });
    },
  };
  return self;
}

function drawOp(load: Load, isAssigned: boolean): readonly [OpRequest, Load] {
  const [dice, rng] = drawInt(load.rng, crashOnceIn);
  if (isAssigned && dice === 0)
    return [
      { f: 'crash', value: null },
      { ...load, rng },
    ];
  if (!isAssigned || dice % assignOnceIn === 1) return drawAssign({ ...load, rng });
  return dice % 2 === 0
    ? drawSend({ ...load, rng })
    : [
        { f: 'poll', value: [['poll']] },
        { ...load, rng },
      ];
}

/** At least half of the keys that are sent to, so that somebody polls each. */
function drawAssign(load: Load): readonly [OpRequest, Load] {
  const [f, afterF] = pick(load.rng, load.via);
  const names = load.open.map(([key]) => key);
  const [shuffled, afterKeys] = shuffle(afterF, names);
  const [extra, rng] = drawInt(afterKeys, Math.floor(names.length / 2) + 1);
  const keys = shuffled.slice(0, Math.ceil(names.length / 2) + extra);
  return [
    { f, value: keys },
    { ...load, rng },
  ];
}

/** The next message of a key; a key that had its share gives way to a new one. */
function drawSend(load: Load): readonly [OpRequest, Load] {
  const [index, rng] = drawInt(load.rng, load.open.length);
  const [key, last] = load.open[index] ?? ['0', 0];
  const message = last + 1;
  const isFull = message >= load.sendsPerKey;
  const entry = isFull ? ([String(load.nextKey), 0] as const) : ([key, message] as const);
  const open = load.open.with(index, entry);
  const nextKey = load.nextKey + (isFull ? 1 : 0);
  return [
    { f: 'send', value: [['send', key, message]] },
    { ...load, rng, open, nextKey },
  ];
}

/** All logs from their beginnings, by every client, until nothing is missing. */
function lastPolls(sends: readonly HistoryEvent[], settleSeconds: number): Generator {
  const wanted = new Map<string, number>();
  for (const { value = null } of sends) {
    const [key, answer] = sendIn(value);
    const offset = isArray(answer) && typeof answer[0] === 'number' ? answer[0] : -1;
    wanted.set(key, Math.max(wanted.get(key) ?? -1, offset));
  }
  const assign = { f: 'assign', value: { keys: [...wanted.keys()], seek: 'beginning' } };
  const polls = pollAll({
    wanted,
    reached: new Map(),
    firstNs: undefined,
    nextNs: 0,
    isOver: false,
  });
  return phases(eachThread(untilOk(repeat(of(assign), 5))), eachThread(polls(settleSeconds)));
}

function sendIn(value: Json): readonly [key: string, answer: Json] {
  const [step] = isArray(value) ? value : [];
  const [, key = '', answer = null] = isArray(step) ? step : [];
  return [typeof key === 'string' ? key : '', answer];
}

interface Drain {
  /** The highest acknowledged offset of each key. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly reached: ReadonlyMap<string, number>;
  readonly firstNs: number | undefined;
  readonly nextNs: number;
  readonly isOver: boolean;
}

const pauseNs = secondsToNs(0.25);

/** One client's last polls: until one shows nothing more, and nothing is missing or time is up. */
function pollAll(drain: Drain): (settleSeconds: number) => Generator {
  return (settleSeconds) => {
    const self: Generator = {
      next(context) {
        const thread = context.freeThreads[0];
        if (drain.isOver) return { kind: 'exhausted' };
        if (thread === undefined) return { kind: 'pending' };
        if (context.nowNs < drain.nextNs) return { kind: 'pending', untilNs: drain.nextNs };
        const then = pollAll({ ...drain, firstNs: drain.firstNs ?? context.nowNs })(settleSeconds);
        const op = { f: 'poll', value: [['poll']], final: true };
        return { kind: 'op', op, process: context.processOf(thread), atNs: context.nowNs, then };
      },
      update(context, event) {
        if (event.type === 'invoke') return self;
        return pollAll(afterPoll(drain, context, event, settleSeconds))(settleSeconds);
      },
    };
    return self;
  };
}

function polledIn(value: Json): Messages {
  const [step] = isArray(value) ? value : [];
  const [, shown] = isArray(step) ? step : [];
  return shown !== undefined && isObject(shown) ? (shown as Messages) : {};
}

function afterPoll(
  drain: Drain,
  { nowNs }: GeneratorContext,
  { type, value = null }: HistoryEvent,
  settleSeconds: number,
): Drain {
  const shown = type === 'ok' ? polledIn(value) : {};
  const reached = new Map(drain.reached);
  for (const [key, list] of Object.entries(shown))
    for (const [offset] of list) reached.set(key, Math.max(reached.get(key) ?? -1, offset));
  if (Object.values(shown).some((list) => list.length > 0)) return { ...drain, reached };
  const isComplete = [...drain.wanted].every(([key, offset]) => (reached.get(key) ?? -1) >= offset);
  const isLate = nowNs + pauseNs > (drain.firstNs ?? nowNs) + secondsToNs(settleSeconds);
  const isOver = isLate || (type === 'ok' && isComplete);
  return { ...drain, reached, nextNs: nowNs + pauseNs, isOver };
}

export default {
  name: 'kafka',
  aliases: [],
  summary: 'Logs with offsets, consumers that poll them in order and commit how far they came.',
  object: 'kafka',
  functions: ['send', 'poll', 'assign'],
  options: {
    'key-count': { summary: 'keys that are sent to at once', default: '10' },
    'max-writes-per-key': {
      summary: 'messages of a key before it gives way to a new one',
      default: '128',
    },
    'sub-via': {
      summary: 'how consumers come by keys; after subscribe, polls may skip and go back',
      default: 'assign',
      choices: ['assign', 'subscribe', 'both'],
    },
    commits: {
      summary: 'what committed offsets that are lost or made up are: anomalies, or only counted',
      default: 'judged',
      choices: ['judged', 'counted'],
    },
    'settle-time': {
      summary: 'seconds, at most, until the last polls must show every message, after healing',
      default: '10',
    },
  },
  defaults: { rate: 200, concurrency: '2n' },
  models: ['kafka'],
  generator({ rng, options }) {
    const keyCount = Number(options['key-count']);
    const via = options['sub-via'] ?? 'assign';
    const main = loadGenerator({
      rng: fork(rng, 'kafka'),
      open: Array.from({ length: keyCount }, (_, i) => [String(i), 0] as const),
      nextKey: keyCount,
      sendsPerKey: Number(options['max-writes-per-key']),
      via: via === 'both' ? ['assign', 'subscribe'] : [via],
      assigned: new Set(),
    });
    return {
      main,
      remembers: ({ type, f }) => type !== 'fail' && f === 'send',
      final: (_keys, sends) => lastPolls(sends, Number(options['settle-time'])),
    };
  },
  maelstrom: (rpc) => new KafkaClient(rpc),
  checkers: (_model, options) => [
    kafka(options['commits'] === 'counted' ? { allow: ['int-send-skip', ...commitAnomalies] } : {}),
    enough(['send', 'poll', options['sub-via'] === 'subscribe' ? 'subscribe' : 'assign']),
  ],
} satisfies Workload;
