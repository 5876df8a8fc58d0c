/**
 * How fast the polynomial linearizability algorithms are, on histories in memory.
 *
 *     node --import tsx bench/poly.ts                    every object, 1 M operations
 *     node --import tsx bench/poly.ts curves [MODEL…]    cost by size, concurrency, crash rate
 *
 * Histories are of correct objects with random clients; `wrong` ones have one false answer near
 * the end. Times are the best of several, from columns to verdict.
 */
import { checkPolynomial } from '../src/checker/linearizability/poly/polynomial.ts';
import type { Json } from '../src/base/json.ts';
import { prng, Random } from '../src/base/prng.ts';
import { HistoryBuilder } from '../src/history/builder.ts';
import { nemesisProcess, typeCode } from '../src/history/columns.ts';
import type { History } from '../src/history/history.ts';
import { noValue } from '../src/history/values.ts';

interface Load {
  readonly operations: number;
  readonly clients: number;
  readonly crashRate: number;
  readonly keys: number;
  readonly wrong: boolean;
}

interface Asked {
  readonly f: string;
  readonly input: Json;
}

/** A correct object. `apply` answers undefined if it cannot be done now. */
interface Driven {
  ask(random: Random, client: number): Asked;
  apply(asked: Asked, client: number): Json | undefined;
  /** Functions that may crash; all unless given. */
  readonly crashes?: readonly string[];
  /** An answer that is false by now. */
  wrong(answer: Json): Json;
  /** The function whose answer is made false. */
  readonly wrongF: string;
  /** What a client whose operation crashed held is gone with it. */
  forget?(client: number): void;
}

interface Subject {
  readonly model: string;
  readonly parameter?: Json;
  readonly make: () => Driven;
  readonly goalMs?: number;
  readonly note?: string;
}

const subjects: readonly Subject[] = [
  { model: 'register', make: () => cell(0), goalMs: 200 },
  { model: 'cas-register', make: () => cell(0.3), goalMs: 200 },
  { model: 'counter', make: sum, goalMs: 1000 },
  { model: 'set', make: elementSet, goalMs: 1000 },
  { model: 'fifo-queue', make: () => container('enqueue', 'dequeue', 'first', ['enqueue', 'dequeue']), goalMs: 1000, note: 'dequeues crash too' },
  { model: 'unordered-queue', make: () => container('enqueue', 'dequeue', 'first', ['enqueue']), goalMs: 1000 },
  { model: 'stack', make: () => container('push', 'pop', 'last', ['push']), goalMs: 1000 },
  { model: 'priority-queue', make: () => container('insert', 'poll', 'greatest', ['insert']), goalMs: 1000 },
  { model: 'mutex', make: () => lock(1), goalMs: 1000 },
  { model: 'fenced-mutex', make: () => lock(1, true), goalMs: 1000 },
  { model: 'ownerless-mutex', make: () => lock(1), goalMs: 1000 },
  { model: 'semaphore', parameter: 5, make: () => lock(5), goalMs: 1000 },
  { model: 'versioned-register', make: versioned },
];

const standard: Load = { operations: 1_000_000, clients: 20, crashRate: 0.01, keys: 1, wrong: false };

const [mode, ...names] = process.argv.slice(2);
if (mode === 'curves') curves(names);
else overview();

function overview(): void {
  for (const subject of subjects) {
    report(subject, standard);
    report(subject, { ...standard, wrong: true });
    report(subject, { ...standard, operations: 1000 });
  }
  for (const keys of [1000, 10_000]) report(subjects[0] as Subject, { ...standard, keys });
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
    for (const clients of [5, 10, 50, 100]) report(subject, { ...standard, operations: 100_000, clients });
    for (const crashRate of [0, 0.03, 0.1]) report(subject, { ...standard, operations: 100_000, crashRate });
  }
}

function report(subject: Subject, load: Load): void {
  const history = load.keys === 1 ? drive(subject, load) : driveKeys(subject, load);
  const groups = [...history.rowsByKey().values()].map((rows) => Int32Array.from(rows));
  const rounds = load.operations <= 10_000 ? 200 : load.operations <= 1_000_000 ? 5 : 2;
  let bestMs = Number.POSITIVE_INFINITY;
  let verdict = '';
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const results = groups.map((rows) => checkPolynomial(subject.model, history, rows, subject.parameter));
    bestMs = Math.min(bestMs, performance.now() - start);
    const worst = results.find(({ kind }) => kind === 'violation') ?? results.find(({ kind }) => kind !== 'linearizable');
    verdict = worst === undefined ? 'linearizable' : worst.kind === 'violation' ? worst.type : `${worst.kind}: ${worst.why}`;
  }
  const { operations, clients, crashRate, keys } = load;
  const goal = subject.goalMs === undefined || operations !== 1_000_000 ? '' : bestMs <= subject.goalMs ? ' ok' : ` OVER ${subject.goalMs} ms`;
  console.log(
    `${subject.model.padEnd(18)} n=${String(operations).padEnd(9)} c=${String(clients).padEnd(4)} crash=${String(crashRate).padEnd(5)} keys=${String(keys).padEnd(6)} ${bestMs.toFixed(3).padStart(10)} ms ${((bestMs * 1e6) / operations).toFixed(0).padStart(6)} ns/op${goal}  ${verdict}`,
  );
}

interface Client {
  process: number;
  asked: Asked | undefined;
  answer: Json | undefined;
  row: number;
}

function drive(subject: Subject, load: Load): History {
  const builder = new HistoryBuilder();
  run(builder, subject.make(), load, { key: noValue, firstProcess: 0, random: new Random(prng(7)) });
  return builder.build();
}

/** Objects one after the other in blocks of time: each key has its own stretch of history. */
function driveKeys(subject: Subject, load: Load): History {
  const builder = new HistoryBuilder();
  const random = new Random(prng(7));
  let firstProcess = 0;
  for (let key = 0; key < load.keys; key += 1) {
    const part = { ...load, operations: Math.round(load.operations / load.keys) };
    firstProcess = run(builder, subject.make(), part, { key: builder.values.id(`k${key}`), firstProcess, random });
  }
  return builder.build();
}

function run(
  builder: HistoryBuilder,
  object: Driven,
  load: Load,
  place: { readonly key: number; readonly firstProcess: number; readonly random: Random },
): number {
  const { random, key } = place;
  let nextProcess = place.firstProcess;
  const clients = Array.from({ length: load.clients }, (): Client => {
    nextProcess += 1;
    return { process: nextProcess, asked: undefined, answer: undefined, row: 0 };
  });
  const wrongFrom = load.wrong ? load.operations * 0.999 : Number.POSITIVE_INFINITY;
  let isWrong = false;
  let begun = 0;
  let open = 0;
  let stuck = 0;
  const write = (type: number, client: Client, value: Json | undefined): void => {
    const id = value === undefined ? noValue : builder.values.id(value);
    const row = builder.addRow(type, client.process, builder.functionId(client.asked?.f ?? ''), key, id, builder.length * 1000);
    if (row === nemesisProcess) throw new Error('unreachable');
  };
  while (begun < load.operations || open > 0) {
    const at = random.int(clients.length);
    const client = clients[at];
    if (client === undefined) continue;
    if (client.asked === undefined) {
      if (begun >= load.operations) continue;
      client.asked = object.ask(random, at);
      client.answer = undefined;
      begun += 1;
      open += 1;
      write(typeCode.invoke, client, client.asked.input ?? undefined);
      continue;
    }
    const crash = (): void => {
      write(typeCode.info, client, undefined);
      object.forget?.(at);
      open -= 1;
      nextProcess += 1;
      client.asked = undefined;
      client.process = nextProcess;
    };
    if (client.answer === undefined) {
      const mayCrash = object.crashes?.includes(client.asked.f) ?? true;
      if (mayCrash && random.chance(load.crashRate / 2)) {
        crash();
        continue;
      }
      client.answer = object.apply(client.asked, at);
      stuck = client.answer === undefined ? stuck + 1 : 0;
      if (stuck > 20 * clients.length) crash();
      if (mayCrash && client.answer !== undefined && random.chance(load.crashRate / 2)) crash();
      continue;
    }
    let answer = client.answer;
    if (begun > wrongFrom && !isWrong && client.asked.f === object.wrongF) {
      const false_ = object.wrong(answer);
      isWrong = false_ !== answer;
      answer = false_;
    }
    write(typeCode.ok, client, answer);
    client.asked = undefined;
    open -= 1;
  }
  return nextProcess;
}

function cell(casRate: number): Driven {
  let value: Json = null;
  let last = 0;
  return {
    wrongF: 'read',
    ask(random): Asked {
      const draw = random.unit();
      if (draw < 0.5) return { f: 'read', input: null };
      last += 1;
      return draw < 0.5 + casRate ? { f: 'cas', input: [value, last] } : { f: 'write', input: last };
    },
    apply({ f, input }): Json {
      if (f === 'read') return value;
      if (f === 'write') value = input;
      else {
        const [from, to] = input as [Json, Json];
        if (from !== value) return false;
        value = to;
      }
      return true;
    },
    wrong: (answer) => (typeof answer === 'number' && answer > 1000 ? answer - 500 : answer),
  };
}

function text(): Driven {
  let value = '';
  let last = 0;
  return {
    wrongF: 'get',
    ask(random): Asked {
      if (random.chance(0.5)) return { f: 'get', input: null };
      last += 1;
      return { f: random.chance(0.1) ? 'put' : 'append', input: `${last}.` };
    },
    apply({ f, input }): Json {
      if (f === 'put') value = input as string;
      if (f === 'append') value += input as string;
      return f === 'get' ? value : true;
    },
    wrong: () => '',
  };
}

function growing(f: string): Driven {
  const value: number[] = [];
  let last = 0;
  return {
    wrongF: 'read',
    ask(random): Asked {
      if (random.chance(0.5)) return { f: 'read', input: null };
      last += 1;
      return { f, input: last };
    },
    apply({ f: asked, input }): Json {
      if (asked === f) value.push(input as number);
      return asked === f ? true : [...value];
    },
    wrong: () => [],
  };
}

function sum(): Driven {
  let value = 0;
  return {
    wrongF: 'read',
    ask: (random) => (random.chance(0.5) ? { f: 'read', input: null } : { f: 'add', input: 1 }),
    apply({ f }): Json {
      if (f === 'add') value += 1;
      return f === 'add' ? true : value;
    },
    wrong: (answer) => Number(answer) - 1000,
  };
}

function elementSet(): Driven {
  const elements = new Set<Json>();
  return {
    wrongF: 'contains',
    ask: (random) => {
      const input = random.int(1000);
      const draw = random.unit();
      return { f: draw < 0.3 ? 'add' : draw < 0.6 ? 'remove' : 'contains', input };
    },
    apply({ f, input }): Json {
      const there = elements.has(input);
      if (f === 'add') elements.add(input);
      if (f === 'remove') elements.delete(input);
      return f === 'add' ? !there : there;
    },
    wrong: (answer) => answer !== true,
  };
}

function container(put: string, take: string, next: 'first' | 'last' | 'greatest', crashes: readonly string[]): Driven {
  let elements: number[] = [];
  let head = 0;
  let last = 0;
  const greatest = heapOf();
  const takeOne = (): number | undefined => {
    if (next === 'greatest') return greatest.pop();
    if (next === 'last') return elements.pop();
    if (head > 1_000_000) {
      elements = elements.slice(head);
      head = 0;
    }
    if (head >= elements.length) return undefined;
    head += 1;
    return elements[head - 1];
  };
  const taken: number[] = [];
  return {
    wrongF: take,
    crashes,
    ask(random): Asked {
      if (random.chance(0.49)) return { f: take, input: null };
      last += 1;
      return { f: put, input: next === 'greatest' ? random.int(1000) * 1_000_000 + last : last };
    },
    apply({ f, input }): Json {
      if (f === put) {
        if (next === 'greatest') greatest.push(input as number);
        else elements.push(input as number);
        return true;
      }
      const element = takeOne() ?? null;
      if (element !== null) taken.push(element);
      return element;
    },
    // Taken long ago: twice in all.
    wrong: (answer) => taken[Math.floor(taken.length / 2)] ?? answer,
  };
}

function heapOf(): { push(value: number): void; pop(): number | undefined } {
  const items: number[] = [];
  const less = (a: number, b: number): boolean => (items[a] ?? 0) < (items[b] ?? 0);
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [items[b] ?? 0, items[a] ?? 0];
  };
  return {
    push(value): void {
      let at = items.push(value) - 1;
      for (; at > 0 && less((at - 1) >> 1, at); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
    },
    pop(): number | undefined {
      if (items.length === 0) return undefined;
      swap(0, items.length - 1);
      const top = items.pop();
      for (let at = 0; ; ) {
        let child = 2 * at + 1;
        if (child >= items.length) break;
        if (child + 1 < items.length && less(child, child + 1)) child += 1;
        if (!less(at, child)) break;
        swap(at, child);
        at = child;
      }
      return top;
    },
  };
}

function lock(permits: number, tokens = false): Driven {
  const holders = new Set<number>();
  let token = 0;
  return {
    wrongF: 'acquire',
    ask: (_, client) => ({ f: holders.has(client) ? 'release' : 'acquire', input: null }),
    apply({ f }, client): Json | undefined {
      if (f === 'release') {
        holders.delete(client);
        return true;
      }
      if (holders.size >= permits) return undefined;
      holders.add(client);
      token += 1;
      return tokens ? token : true;
    },
    // A process that crashed is gone for good; let the lock go on without it.
    crashes: ['release'],
    forget: (client) => {
      holders.delete(client);
    },
    wrong: (answer) => (typeof answer === 'number' ? answer - 500 : answer),
  };
}

function versioned(): Driven {
  let value: Json = null;
  let version = 0;
  let last = 0;
  return {
    wrongF: 'read',
    ask(random): Asked {
      if (random.chance(0.5)) return { f: 'read', input: null };
      last += 1;
      return { f: 'write', input: last };
    },
    apply({ f, input }): Json {
      if (f === 'read') return version === 0 ? null : [version, value];
      version += 1;
      value = input;
      return version;
    },
    wrong: () => null,
  };
}
