/**
 * The section on linearizability of `docs/performance.md`.
 *
 *     node --import tsx bench/linearizability.ts
 *
 * Histories are of correct objects with random clients, made anew from a fixed seed. A time is
 * the best of a few runs of the whole checker, from columns in memory to verdict.
 */
import { cpus } from 'node:os';
import type { Json } from '../src/base/json.ts';
import { linearizable } from '../src/checker/linearizability/linearizability.ts';
import { callsOf, never, partsOf } from '../src/checker/linearizability/part.ts';
import { race } from '../src/checker/linearizability/race.ts';
import type { History } from '../src/history/history.ts';
import { illegal, type Model, type ModelOp } from '../src/model/model.ts';
import { casRegister } from '../src/model/register.ts';
import { checkOperations } from '../src/porcupine/porcupine.ts';
import { drive, type Load } from './poly-load.ts';
import { cell, container, type Driven, elementSet, lock, sum, text } from './poly-objects.ts';

const quick: Load = { operations: 1000, clients: 20, crashRate: 0.01, keys: 1, wrong: false };
const million: Load = { ...quick, operations: 1_000_000 };
const searchLimitMs = 10_000;
const model = casRegister() as Model<unknown>;

const lines: string[] = [];
const say = (...more: string[]): void => void lines.push(...more);

const [cpu] = cpus();
say(
  '## Linearizability',
  '',
  'Made by `node --import tsx bench/linearizability.ts`.',
  `Machine: ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), Node ${process.version}; not idle.`,
  '',
  '### Objects with a polynomial algorithm',
  '',
  'The whole checker, from columns in memory to verdict; 20 clients and 1 % of unknown outcome',
  'unless said otherwise. `wrong`: one false answer near the end, found, shrunk and explained.',
  '',
  '| object | operations | clients | crashed | keys | verdict | ms | ns an operation |',
  '|---|--:|--:|--:|--:|---|--:|--:|',
);
const plain = (): Driven => cell(0);
row('register', plain, quick);
row('register', plain, million);
row('register', plain, { ...million, wrong: true });
row('register', plain, { ...million, keys: 1000 });
for (const operations of [10_000, 100_000]) row('register', plain, { ...million, operations });
for (const clients of [5, 50, 100])
  row('register', plain, { ...million, operations: 100_000, clients });
for (const crashRate of [0, 0.1])
  row('register', plain, { ...million, operations: 100_000, crashRate });
row('cas-register', () => cell(0.3), million);
row('kv', text, { ...million, keys: 50_000 });
row('fifo-queue', () => container('enqueue', 'dequeue', 'first', ['enqueue', 'dequeue']), million);
row('stack', () => container('push', 'pop', 'last', ['push']), million);
row('set', elementSet, million);
row('mutex', () => lock(1), million);
row('counter', sum, million);

say(
  '',
  '### Search: compare-and-set on five values',
  '',
  'No algorithm applies here. Beside it the port of porcupine in this project, on the same',
  `operations; "no answer" is none within ${searchLimitMs / 1000} s.`,
  '',
  '| operations | clients | crashed | dsx ms | porcupine ms |',
  '|--:|--:|--:|--:|--:|',
);
for (const [operations, clients, crashRate] of [
  [1000, 5, 0],
  [10_000, 5, 0.01],
  [1000, 20, 0],
  [1000, 20, 0.01],
  [10_000, 20, 0],
  [10_000, 20, 0.01],
  [2000, 40, 0.01],
] as const)
  compare({ ...quick, operations, clients, crashRate });
process.stdout.write(`${lines.join('\n')}\n`);

function row(name: string, make: () => Driven, load: Load): void {
  const history = drive(make, load);
  const rounds = load.operations <= 10_000 ? 50 : 3;
  let bestMs = Infinity;
  let verdict = '';
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const found = linearizable(name).check(history, {
      timeoutMs: 60_000,
      memoryMb: 2000,
      nowMs: () => performance.now(),
    });
    bestMs = Math.min(bestMs, performance.now() - start);
    verdict = found.valid === false ? found.anomalies[0].type : String(found.valid);
  }
  const { operations, clients, crashRate, keys, wrong } = load;
  const perOperation = ((bestMs * 1e6) / operations).toFixed(0);
  say(
    `| ${name}${wrong ? ', wrong' : ''} | ${operations} | ${clients} | ${crashRate * 100} % | ${keys} | ${verdict} | ${bestMs.toFixed(bestMs < 10 ? 2 : 0)} | ${perOperation} |`,
  );
}

/** A cell of five values. */
function five(): Driven {
  let value: Json = null;
  return {
    ask(random) {
      const [from, to] = [random.int(5), random.int(5)];
      const kind = random.int(3);
      if (kind === 0) return { f: 'read', input: null };
      return kind === 1 ? { f: 'write', input: to } : { f: 'cas', input: [from, to] };
    },
    apply({ f, input }): Json {
      if (f === 'read') return value;
      if (f === 'write') {
        value = input;
        return true;
      }
      const [from, to] = input as [Json, Json];
      if (from !== value) return false;
      value = to;
      return true;
    },
  };
}

function compare(load: Load): void {
  const history = drive(five, load);
  const { operations, clients, crashRate } = load;
  const [ours, theirs] = [searched(history), ported(history)];
  say(`| ${operations} | ${clients} | ${crashRate * 100} % | ${ours} | ${theirs} |`);
}

function searched(history: History): string {
  const [part] = partsOf(history, model);
  if (part === undefined) return '';
  const start = performance.now();
  const run = race({ model, calls: callsOf(part, model), start: model.init });
  const outcome = run.advance(Infinity, () => performance.now() - start > searchLimitMs);
  return timeText(start, outcome === undefined ? undefined : outcome.linearizable);
}

function ported(history: History): string {
  const [part] = partsOf(history, model);
  if (part === undefined) return '';
  const start = performance.now();
  const result = checkOperations<unknown, ModelOp, null>(
    {
      init: () => model.init,
      step(state, op) {
        const next = model.step(state, op);
        return next === illegal ? [false, state] : [true, next];
      },
      hash: (state) => (typeof state === 'number' ? state : -1),
    },
    callsOf(part, model).map(({ op, invoke, returned }) =>
      returned === never
        ? { input: op, callNs: invoke }
        : { input: op, callNs: invoke, output: null, returnNs: returned },
    ),
    { budget: { timeoutMs: searchLimitMs, nowMs: () => performance.now() } },
  );
  return timeText(start, result === 'Unknown' ? undefined : result === 'Ok');
}

/** A correct object's history must have an order; anything else would be a bug. */
function timeText(startMs: number, isLinearizable: boolean | undefined): string {
  if (isLinearizable === undefined) return 'no answer';
  if (!isLinearizable) throw new Error('a history of a correct object was refused');
  return (performance.now() - startMs).toFixed(0);
}
