/**
 * How fast the polynomial linearizability algorithms are, on histories in memory.
 *
 *     node --import tsx bench/poly.ts                    every object, 1 M operations
 *     node --import tsx bench/poly.ts curves [MODEL…]    cost by size, concurrency, crash rate
 *
 * Histories are of correct objects with random clients; `wrong` ones have one false answer near
 * the end. Times are the best of several, from columns to verdict; on a busy machine that of the
 * processor says more than that of the clock.
 */
import type { Json } from '../src/base/json.ts';
import { checkPolynomial } from '../src/checker/linearizability/poly/polynomial.ts';
import { drive, type Load } from './poly-load.ts';
import {
  cell,
  container,
  type Driven,
  elementSet,
  growing,
  lock,
  sum,
  text,
  versioned,
} from './poly-objects.ts';

interface Subject {
  readonly model: string;
  readonly parameter?: Json;
  readonly make: () => Driven;
  readonly goalMs?: number;
}

const subjects: readonly Subject[] = [
  { model: 'register', make: () => cell(0), goalMs: 200 },
  { model: 'cas-register', make: () => cell(0.3), goalMs: 200 },
  { model: 'counter', make: sum, goalMs: 1000 },
  { model: 'set', make: elementSet, goalMs: 1000 },
  {
    model: 'fifo-queue',
    make: () => container('enqueue', 'dequeue', 'first', ['enqueue', 'dequeue']),
    goalMs: 1000,
  },
  {
    model: 'unordered-queue',
    make: () => container('enqueue', 'dequeue', 'first', ['enqueue']),
    goalMs: 1000,
  },
  { model: 'stack', make: () => container('push', 'pop', 'last', ['push']), goalMs: 1000 },
  {
    model: 'priority-queue',
    make: () => container('insert', 'poll', 'greatest', ['insert']),
    goalMs: 1000,
  },
  { model: 'mutex', make: () => lock(1), goalMs: 1000 },
  { model: 'fenced-mutex', make: () => lock(1, true), goalMs: 1000 },
  { model: 'ownerless-mutex', make: () => lock(1), goalMs: 1000 },
  { model: 'semaphore', parameter: 5, make: () => lock(5), goalMs: 1000 },
  { model: 'versioned-register', make: versioned },
];

const standard: Load = {
  operations: 1_000_000,
  clients: 20,
  crashRate: 0.01,
  keys: 1,
  wrong: false,
};

const [mode, ...names] = process.argv.slice(2);
if (mode === 'curves') curves(names);
else overview();

function overview(): void {
  const only = process.env['DSX_BENCH_ONLY'];
  for (const subject of subjects) {
    if (only !== undefined && only !== subject.model) continue;
    report(subject, standard);
    if (subject.make().wrong !== undefined) report(subject, { ...standard, wrong: true });
    report(subject, { ...standard, operations: 1000 });
  }
  if (only !== undefined) return;
  for (const keys of [1000, 10_000])
    report({ model: 'register', make: () => cell(0) }, { ...standard, keys });
  report({ model: 'kv', make: text }, { ...standard, keys: 50_000 });
  report({ model: 'append-list', make: () => growing('append') }, { ...standard, keys: 50_000 });
  report({ model: 'g-set', make: () => growing('add') }, { ...standard, keys: 50_000 });
}

function curves(only: readonly string[]): void {
  const most = Number(process.env['DSX_BENCH_MAX'] ?? 10_000_000);
  for (const subject of subjects) {
    if (only.length > 0 && !only.includes(subject.model)) continue;
    for (let operations = 1000; operations <= most; operations *= 10)
      report(subject, { ...standard, operations });
    for (const clients of [5, 10, 50, 100])
      report(subject, { ...standard, operations: 100_000, clients });
    for (const crashRate of [0, 0.03, 0.1])
      report(subject, { ...standard, operations: 100_000, crashRate });
  }
}

function report(subject: Subject, load: Load): void {
  const history = drive(subject.make, load);
  const groups = [...history.rowsByKey().values()];
  const rounds = load.operations <= 10_000 ? 200 : load.operations <= 1_000_000 ? 7 : 2;
  let bestMs = Number.POSITIVE_INFINITY;
  let bestCpuMs = Number.POSITIVE_INFINITY;
  let verdict = '';
  for (let round = 0; round < rounds; round += 1) {
    const [start, startCpu] = [performance.now(), process.cpuUsage()];
    const results = groups.map((rows) =>
      checkPolynomial(subject.model, history, rows, subject.parameter),
    );
    bestMs = Math.min(bestMs, performance.now() - start);
    const { user, system } = process.cpuUsage(startCpu);
    bestCpuMs = Math.min(bestCpuMs, (user + system) / 1000);
    const worst =
      results.find(({ kind }) => kind === 'violation') ??
      results.find(({ kind }) => kind !== 'linearizable');
    verdict =
      worst === undefined
        ? 'linearizable'
        : worst.kind === 'violation'
          ? worst.type
          : 'why' in worst
            ? worst.why
            : '';
  }
  const { operations, clients, crashRate, keys } = load;
  const goal =
    subject.goalMs === undefined || operations !== 1_000_000
      ? ''
      : bestMs <= subject.goalMs
        ? ' ok'
        : ` OVER ${subject.goalMs} ms`;
  console.log(
    `${subject.model.padEnd(18)} n=${String(operations).padEnd(9)} c=${String(clients).padEnd(4)} crash=${String(crashRate).padEnd(5)} keys=${String(keys).padEnd(6)} ${bestMs.toFixed(3).padStart(9)} ms (processor ${bestCpuMs.toFixed(1).padStart(7)} ms)${((bestMs * 1e6) / operations).toFixed(0).padStart(6)} ns/op${goal}  ${verdict}`,
  );
}
