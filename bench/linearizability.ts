/**
 * How fast the searches decide linearizable register histories.
 *
 *     node --import tsx bench/linearizability.ts
 *
 * Each row is one kind of history: the checker's own search, and the port of porcupine on the
 * same operations, with the same limit.
 */
import { isArray, type Json } from '../src/base/json.ts';
import { prng, Random } from '../src/base/prng.ts';
import { callsOf, never, partsOf } from '../src/checker/linearizability/part.ts';
import { search } from '../src/checker/linearizability/search.ts';
import { historyOf } from '../src/history/builder.ts';
import type { EventBody } from '../src/history/event.ts';
import type { History } from '../src/history/history.ts';
import { illegal, type Model, type ModelOp } from '../src/model/model.ts';
import { casRegister } from '../src/model/register.ts';
import { checkOperations } from '../src/porcupine/porcupine.ts';

const limitMs = 20_000;

interface Shape {
  readonly name: string;
  readonly clients: number;
  readonly count: number;
  /** Values written; undefined: each once. */
  readonly values: number | undefined;
  readonly cas: boolean;
  /** Probability that an operation's outcome is unknown. */
  readonly crashes: number;
}

const shapes: readonly Shape[] = [
  {
    name: 'distinct values, 5 clients',
    clients: 5,
    count: 5_000,
    values: undefined,
    cas: false,
    crashes: 0,
  },
  {
    name: 'distinct values, 5 clients',
    clients: 5,
    count: 40_000,
    values: undefined,
    cas: false,
    crashes: 0,
  },
  {
    name: 'distinct values, 10 clients',
    clients: 10,
    count: 1_000,
    values: undefined,
    cas: false,
    crashes: 0,
  },
  {
    name: '5 values, cas, 20 clients',
    clients: 20,
    count: 3_762,
    values: 5,
    cas: true,
    crashes: 0,
  },
  {
    name: '5 values, cas, 10 clients, crashes',
    clients: 10,
    count: 5_000,
    values: 5,
    cas: true,
    crashes: 0.003,
  },
];

for (const shape of shapes) {
  const history = linearizableHistory(shape);
  const model = casRegister() as Model<unknown>;
  const part = partsOf(history, model)[0];
  if (part === undefined) continue;
  const calls = callsOf(part, model);
  const deadline = (): (() => boolean) => {
    const end = performance.now() + limitMs;
    return () => performance.now() > end;
  };
  const ours = timed(() => {
    const run = search({ model, calls, start: model.init });
    return String(run.advance(Infinity, deadline())?.linearizable ?? 'unknown');
  });
  const port = timed(() =>
    checkOperations<unknown, ModelOp, null>(
      {
        init: () => model.init,
        step(state, op) {
          const next = model.step(state, op);
          return next === illegal ? [false, state] : [true, next];
        },
        hash: (state) => (typeof state === 'number' ? state : -1),
      },
      calls.map(({ op, invoke, returned }) =>
        returned === never
          ? { input: op, callNs: invoke }
          : { input: op, callNs: invoke, output: null, returnNs: returned },
      ),
      { budget: { timeoutMs: limitMs, nowMs: () => performance.now() } },
    ),
  );
  console.log(`${shape.name}, ${shape.count} operations: search ${ours}; porcupine's ${port}`);
}

function timed(run: () => string): string {
  const start = performance.now();
  const said = run();
  return `${(performance.now() - start).toFixed(1)} ms (${said})`;
}

/** Clients of a register that is right: each takes effect at some moment within its interval. */
function linearizableHistory(shape: Shape): History {
  const { clients, count, crashes } = shape;
  const random = new Random(prng(1));
  const model = casRegister();
  const events: EventBody[] = [];
  const processes = Array.from({ length: clients }, (_, client) => client);
  const open = new Map<number, OpenCall>();
  let state = model.init;
  let begun = 0;
  while (begun < count || open.size > 0) {
    const client = random.int(clients);
    const process = processes[client] ?? 0;
    const call = open.get(client);
    if (call === undefined) {
      if (begun >= count) continue;
      begun += 1;
      const op = drawnOp(shape, random, begun);
      events.push({ type: 'invoke', process, f: op.f, value: op.input });
      open.set(client, { op, output: undefined });
    } else if (call.output === undefined) {
      const output = answerOf(call.op, state);
      const next = model.step(state, { ...call.op, output });
      if (next !== illegal) state = next;
      open.set(client, { ...call, output });
    } else {
      open.delete(client);
      const isCrash = random.chance(crashes);
      const value = isCrash ? call.op.input : call.output;
      events.push({ type: isCrash ? 'info' : 'ok', process, f: call.op.f, value });
      if (isCrash) processes[client] = clients + begun;
    }
  }
  return historyOf(events);
}

interface OpenCall {
  readonly op: ModelOp;
  /** Undefined until it takes effect. */
  readonly output: Json | undefined;
}

function drawnOp({ values, cas }: Shape, random: Random, begun: number): ModelOp {
  const value = values === undefined ? begun : random.int(values);
  const kind = random.int(cas ? 3 : 2);
  if (kind === 0) return { f: 'read', input: null, output: undefined };
  if (kind === 1) return { f: 'write', input: value, output: undefined };
  return { f: 'cas', input: [random.int(values ?? begun), value], output: undefined };
}

function answerOf({ f, input }: ModelOp, state: Json): Json {
  if (f === 'read') return state;
  return f === 'cas' && isArray(input) ? input[0] === state : null;
}
