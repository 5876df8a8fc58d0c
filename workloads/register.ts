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
import {
  assert,
  type Checker,
  type Client,
  concurrentKeys,
  convergence,
  drawUnit,
  eachThread,
  enough,
  fork,
  type Generator,
  type GeneratorContext,
  type HistoryEvent,
  isArray,
  type Json,
  type JsonObject,
  limit,
  linearizable,
  type OpRequest,
  type OptionValues,
  type Outcome,
  of,
  type Prng,
  phases,
  pick,
  processLimit,
  RpcError,
  secondsToNs,
  sleep,
  UsageError,
  type Workload,
  weakModel,
  weakModelNames,
} from '../src/sdk.ts';

/** They ask for distinct values. */
const weakerModels = weakModelNames.filter((name) => name !== 'linearizable');

/** Keys that are read at the end; more would take longer than the run. */
const lastReadsMax = 20;

type Draw = readonly [op: OpRequest, next: Prng, nextValue: number];

/** One register: what to do next depends on the value that was seen last. */
interface Cell {
  readonly rng: Prng;
  /** The next value that was never written. */
  readonly nextValue: number;
  /** The value that is most likely there now. */
  readonly seen: number | null;
  readonly draw: (cell: Cell) => Draw;
  /** Mean time between two writes; 0: as fast as threads are free. */
  readonly writeGapNs: number;
  /** No write before this. */
  readonly nextWriteNs: number;
}

/** Writes of values never written before; a cas starts from the value seen last. */
function drawDistinct(cell: Cell): Draw {
  const [f, rest] = pick(cell.rng, ['write', 'cas', 'cas'] as const);
  const to = cell.nextValue;
  if (f === 'write' || cell.seen === null) return [{ f: 'write', value: to }, rest, to + 1];
  return [{ f: 'cas', value: [cell.seen, to] }, rest, to + 1];
}

/** Jepsen's: five values, written again and again. */
function drawSmall(cell: Cell): Draw {
  const values = [0, 1, 2, 3, 4];
  const [f, afterF] = pick(cell.rng, ['write', 'cas', 'cas'] as const);
  const [from, afterFrom] = pick(afterF, values);
  const [to, rest] = pick(afterFrom, values);
  return [f === 'write' ? { f, value: to } : { f, value: [from, to] }, rest, 0];
}

function cellGenerator(cell: Cell): Generator {
  const self: Generator = {
    next(context) {
      const [first] = context.freeThreads;
      if (first === undefined) return { kind: 'pending' };
      const writeNs = Math.max(cell.nextWriteNs, context.nowNs);
      const reader = context.freeThreads.find((thread) => readsOnly(context, thread));
      // A write that is not due yet keeps no reader waiting.
      const thread = writeNs > context.nowNs ? (reader ?? first) : first;
      const process = context.processOf(thread);
      if (readsOnly(context, thread)) {
        const op = { f: 'read', value: null };
        return { kind: 'op', op, process, atNs: context.nowNs, then: self };
      }
      const [op, rng, nextValue] = cell.draw(cell);
      const then = cellGenerator(afterGap({ ...cell, rng, nextValue }, writeNs));
      return { kind: 'op', op, process, atNs: writeNs, then };
    },
    update(_context, event) {
      const seen = valueIn(event);
      return seen === undefined || seen === cell.seen ? self : cellGenerator({ ...cell, seen });
    },
  };
  return self;
}

/** Draws when the next write is due: within twice the mean gap. */
function afterGap(cell: Cell, fromNs: number): Cell {
  if (cell.writeGapNs === 0) return cell;
  const [unit, rng] = drawUnit(cell.rng);
  return { ...cell, rng, nextWriteNs: fromNs + Math.round(2 * unit * cell.writeGapNs) };
}

/** The first half of a group's threads. */
function readsOnly(context: GeneratorContext, thread: number | 'nemesis'): boolean {
  return context.threads.indexOf(thread) < Math.floor(context.threads.length / 2);
}

/** The value that the register had when this succeeded. */
function valueIn(event: HistoryEvent): number | undefined {
  if (event.type !== 'ok') return undefined;
  const value = event.f === 'cas' && isArray(event.value) ? event.value[1] : event.value;
  return typeof value === 'number' ? value : undefined;
}

/** Every thread reads each of the newest keys once: what was acknowledged is still there. */
function lastReads(keys: readonly Json[], settleNs: number): Generator {
  const newest = keys.slice(-lastReadsMax);
  const reads = eachThread(
    of(...newest.map((key) => ({ f: 'read', key, value: null, final: true }))),
  );
  return settleNs > 0 ? phases(sleep(settleNs), reads) : reads;
}

/**
 * Maelstrom's lin-kv. A definite error is `fail`; anything else is `info`, except for a read,
 * which changed nothing. "Key does not exist" answers a read: the register has no value yet.
 */
function linKv(rpc: {
  request(body: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  close(): void;
}): Client {
  return {
    async invoke({ f, key = 0, value }, signal): Promise<Outcome> {
      try {
        const reply = await rpc.request(requestOf(f, key, value), signal);
        return f === 'read' ? readOutcome(reply) : { type: 'ok', value };
      } catch (thrown) {
        if (!(thrown instanceof RpcError)) throw thrown;
        if (f === 'read' && thrown.code === 'key-does-not-exist')
          return { type: 'ok', value: null };
        const harmless = thrown.definite || f === 'read';
        return { type: harmless ? 'fail' : 'info', error: [thrown.code, thrown.message] };
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

function requestOf(f: string, key: Json, value: Json): JsonObject {
  if (f === 'read') return { type: 'read', key };
  if (f === 'write') return { type: 'write', key, value };
  assert(f === 'cas' && isArray(value), `a register has no ${f}`);
  const [from = null, to = null] = value;
  return { type: 'cas', key, from, to };
}

function readOutcome(reply: JsonObject): Outcome {
  const { value } = reply;
  if (value !== undefined) return { type: 'ok', value };
  return {
    type: 'fail',
    error: [
      'malformed-rpc-response',
      `a read_ok must have a value, got ${JSON.stringify(reply)}; a key without value is error 20`,
    ],
  };
}

function judge(model: string, { values }: OptionValues): Checker {
  if (model === 'eventual') return convergence();
  if (model === 'linearizable') return linearizable('cas-register');
  if (values === 'distinct') return weakModel(model);
  throw new UsageError(
    `the model ${model} is judged by who read whose write; use it with --option values=distinct`,
  );
}

export default {
  name: 'register',
  aliases: ['lin-kv'],
  summary: 'Reads, writes and compare-and-sets of many registers; linearizable.',
  object: 'register',
  functions: ['read', 'write'],
  options: {
    settle: {
      summary: 'seconds without load before the last reads, for systems that converge in time',
      default: '0',
    },
    values: {
      summary: 'distinct: each value is written once a key; small: 0 to 4, as Jepsen has it',
      default: 'distinct',
      choices: ['distinct', 'small'],
    },
    cas: {
      summary: 'whether compare-and-set is used',
      default: 'yes',
      choices: ['yes', 'no'],
    },
    'writes-per-second': {
      summary: 'writes and cas of a key each second, on average; 0: as many as its threads can do',
      default: '0',
    },
    'ops-per-key': { summary: 'operations on a key before it is left', default: '300' },
    'threads-per-key': {
      summary: 'clients that work on a key at once; 0: two a node, or all if there are fewer',
      default: '0',
    },
    'processes-per-key': {
      summary: 'processes that a key may see: bounds the operations of unknown outcome',
      default: '20',
    },
  },
  defaults: { rate: 200, concurrency: '4n' },
  models: ['linearizable', 'eventual', ...weakerModels],
  generator({ rng, nodes, concurrency, options }) {
    const asked = Number(options['threads-per-key']);
    const group = asked > 0 ? asked : Math.min(2 * nodes.length, concurrency);
    const writesPerSecond = Number(options['writes-per-second']);
    const draw = options['values'] === 'small' ? drawSmall : drawDistinct;
    const writesOnly = (cell: Cell): Draw => [
      { f: 'write', value: cell.nextValue },
      cell.rng,
      cell.nextValue + 1,
    ];
    const main = concurrentKeys(
      group,
      (position) => position,
      (key) => {
        const cell: Cell = {
          rng: fork(rng, `key ${JSON.stringify(key)}`),
          nextValue: 1,
          seen: null,
          draw: options['cas'] === 'no' ? writesOnly : draw,
          writeGapNs: writesPerSecond > 0 ? Math.round(1e9 / writesPerSecond) : 0,
          nextWriteNs: 0,
        };
        const bounded = limit(Number(options['ops-per-key']), cellGenerator(cell));
        return processLimit(Number(options['processes-per-key']), bounded);
      },
    );
    const settleNs = secondsToNs(Number(options['settle']));
    return { main, final: (keys) => lastReads(keys, settleNs) };
  },
  maelstrom: linKv,
  checkers: (model, options) => [judge(model, options), enough(['read', 'write'])],
} satisfies Workload;
