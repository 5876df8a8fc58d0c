/**
 * Makes big histories of a correct system, the same ones each time: for benchmarks, and for
 * seeing what a checker does with a million operations.
 *
 *     npx tsx bench/make-history.ts --kind register --ops 1000000 --crashed 0.01 --out h.jsonl
 *
 * Clients take turns at random; an operation takes effect at a moment of its own between
 * invocation and completion, so that the history is linearizable (transactions: strictly
 * serializable) by construction. `--stale` adds one last read that is not.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from '../src/base/errors.ts';
import type { Json } from '../src/base/json.ts';
import { prng, Random } from '../src/base/prng.ts';
import type { HistoryEvent } from '../src/history/event.ts';
import { eventLine } from '../src/history/line.ts';

export interface HistoryShape {
  readonly kind: 'register' | 'cas-register' | 'list-append' | 'rw-register';
  readonly operations: number;
  readonly clients: number;
  /** Fraction of operations that end in info; each client then goes on as a new process. */
  readonly crashed: number;
  /** Number of independent registers. 1 means that operations have no key. */
  readonly keys: number;
  /** Ends with a read of the first value that was overwritten. */
  readonly stale: boolean;
  /** Puts the node that a client speaks to in every event, as a run does. */
  readonly nodes: boolean;
  readonly seed: number;
  /** Transactions on registers read each key before they write it. */
  readonly updates?: boolean;
}

/** One client's operation on its way. */
interface Pending {
  readonly f: string;
  readonly key: number | undefined;
  readonly input: Json;
  output: Json;
  effective: boolean;
}

/** An object that operations act on, one at a time. */
interface SystemState {
  /** What a client asks for next. */
  ask(): { readonly f: string; readonly key: number | undefined; readonly input: Json };
  /** What the operation answers; it has then taken effect. */
  apply(pending: Pending): Json;
  /** A read that no correct system would answer, once something was overwritten. */
  staleRead(): { readonly f: string; readonly key: number | undefined; readonly output: Json };
}

/** All events of the history, in order. */
export function* eventsOf(shape: HistoryShape): Generator<HistoryEvent> {
  const random = new Random(prng(shape.seed));
  const state = stateOf(shape, random);
  const processes = Array.from({ length: shape.clients }, (_, client) => client);
  const pending: (Pending | undefined)[] = processes.map(() => undefined);
  let index = 0;
  let time = 0;
  let begun = 0;
  let open = 0;
  const event = (type: HistoryEvent['type'], process: number, what: Pending): HistoryEvent => {
    time += 500 + random.int(1_000);
    index += 1;
    return {
      index: index - 1,
      time,
      type,
      process,
      f: what.f,
      ...(what.key === undefined ? {} : { key: what.key }),
      value: type === 'ok' ? what.output : what.input,
      ...(shape.nodes ? { node: `n${1 + (process % 5)}` } : {}),
      ...(type === 'info' ? { error: ['timeout', 'no answer within 1000 ms'] as const } : {}),
    };
  };
  while (begun < shape.operations || open > 0) {
    const client = random.int(shape.clients);
    const process = processes[client] ?? 0;
    const current = pending[client];
    if (current === undefined) {
      if (begun >= shape.operations) continue;
      const asked: Pending = { ...state.ask(), output: null, effective: false };
      pending[client] = asked;
      begun += 1;
      open += 1;
      yield event('invoke', process, asked);
    } else if (random.chance(shape.crashed)) {
      pending[client] = undefined;
      processes[client] = process + shape.clients;
      open -= 1;
      yield event('info', process, current);
    } else if (current.effective) {
      pending[client] = undefined;
      open -= 1;
      yield event('ok', process, current);
    } else {
      current.output = state.apply(current);
      current.effective = true;
    }
  }
  if (!shape.stale) return;
  const { f, key, output } = state.staleRead();
  const last: Pending = { f, key, input: null, output, effective: true };
  const process = (processes[0] ?? 0) + shape.clients;
  yield event('invoke', process, last);
  yield event('ok', process, last);
}

/** Writes the history to a file. Returns the number of events. */
export function writeHistoryFile(shape: HistoryShape, path: string): number {
  const file = openSync(path, 'w');
  let text = '';
  let count = 0;
  for (const event of eventsOf(shape)) {
    text += `${eventLine(event)}\n`;
    count += 1;
    if (text.length < 1 << 20) continue;
    writeSync(file, text);
    text = '';
  }
  writeSync(file, text);
  closeSync(file);
  return count;
}

function stateOf(shape: HistoryShape, random: Random): SystemState {
  if (shape.kind === 'list-append' || shape.kind === 'rw-register')
    return new Transactions(shape.kind === 'list-append', shape.updates ?? false, random);
  return new Registers(shape, random);
}

/** Registers, each value written once. */
class Registers implements SystemState {
  readonly #shape: HistoryShape;
  readonly #random: Random;
  readonly #values: (number | null)[];
  #nextValue = 1;
  #overwritten: { key: number; value: number } | undefined;

  constructor(shape: HistoryShape, random: Random) {
    this.#shape = shape;
    this.#random = random;
    this.#values = Array.from({ length: shape.keys }, () => null);
  }

  ask(): { f: string; key: number | undefined; input: Json } {
    const at = this.#random.int(this.#shape.keys);
    const key = this.#shape.keys === 1 ? undefined : at;
    const draw = this.#random.unit();
    if (draw < 0.5) return { f: 'read', key, input: null };
    const value = this.#nextValue;
    this.#nextValue += 1;
    if (this.#shape.kind === 'register' || draw < 0.75) return { f: 'write', key, input: value };
    return { f: 'cas', key, input: [this.#values[at] ?? 0, value] };
  }

  apply(pending: Pending): Json {
    const at = pending.key ?? 0;
    const before = this.#values[at] ?? null;
    if (pending.f === 'read') return before;
    if (pending.f === 'cas') {
      const [from, to] = pending.input as readonly [number, number];
      // A cas that does not match answers ok with false here: it did look.
      if (from !== before) return false;
      this.#set(at, to);
      return pending.input;
    }
    this.#set(at, pending.input as number);
    return pending.input;
  }

  staleRead(): { f: string; key: number | undefined; output: Json } {
    if (this.#overwritten === undefined)
      throw new UsageError('nothing was overwritten in so short a history: no read can be stale');
    const { key, value } = this.#overwritten;
    return { f: 'read', key: this.#shape.keys === 1 ? undefined : key, output: value };
  }

  #set(at: number, value: number): void {
    const before = this.#values[at] ?? null;
    if (before !== null) this.#overwritten ??= { key: at, value: before };
    this.#values[at] = value;
  }
}

const poolSize = 10;
const writesPerKeyMax = 32;

/** Transactions of one to four accesses on a moving pool of keys, applied one at a time. */
class Transactions implements SystemState {
  readonly #lists: boolean;
  readonly #updates: boolean;
  readonly #random: Random;
  readonly #pool = Array.from({ length: poolSize }, (_, key) => key);
  readonly #written = new Map<number, number>();
  readonly #values = new Map<number, number[]>();
  #nextKey = poolSize;

  constructor(lists: boolean, updates: boolean, random: Random) {
    this.#lists = lists;
    this.#updates = updates;
    this.#random = random;
  }

  ask(): { f: string; key: number | undefined; input: Json } {
    const input: Json[] = [];
    for (let left = 1 + this.#random.int(4); left > 0; left -= 1) {
      const at = this.#random.int(poolSize);
      const key = this.#pool[at] ?? 0;
      const reads = this.#random.chance(0.5);
      if (reads || this.#updates) input.push(['r', key, null]);
      if (!reads) input.push([this.#lists ? 'append' : 'w', key, this.#nextWrite(at, key)]);
    }
    return { f: 'txn', key: undefined, input };
  }

  apply(pending: Pending): Json {
    return (pending.input as readonly (readonly [string, number, number | null])[]).map(
      ([f, key, value]) => {
        const values = this.#values.get(key) ?? [];
        if (f === 'r') return [f, key, this.#lists ? [...values] : (values.at(-1) ?? null)];
        values.push(value ?? 0);
        this.#values.set(key, values);
        return [f, key, value];
      },
    );
  }

  staleRead(): { f: string; key: number | undefined; output: Json } {
    for (const [key, values] of this.#values) {
      const first = values[0];
      if (values.length < 2 || first === undefined) continue;
      return { f: 'txn', key: undefined, output: [['r', key, this.#lists ? [first] : first]] };
    }
    throw new UsageError('nothing was overwritten in so short a history: no read can be stale');
  }

  /** Each key's values count from 1; a key that has had its share makes room for a new one. */
  #nextWrite(at: number, key: number): number {
    const value = (this.#written.get(key) ?? 0) + 1;
    this.#written.set(key, value);
    if (value >= writesPerKeyMax) {
      this.#pool[at] = this.#nextKey;
      this.#nextKey += 1;
    }
    return value;
  }
}

const kinds = ['register', 'cas-register', 'list-append', 'rw-register'] as const;

function main(): void {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string', default: 'register' },
      ops: { type: 'string', default: '1000000' },
      clients: { type: 'string', default: '20' },
      crashed: { type: 'string', default: '0.01' },
      keys: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      stale: { type: 'boolean', default: false },
      updates: { type: 'boolean', default: false },
      nodes: { type: 'boolean', default: false },
      out: { type: 'string', default: 'history.jsonl' },
    },
  });
  const kind = kinds.find((name) => name === values.kind);
  if (kind === undefined) throw new UsageError(`--kind is one of ${kinds.join(', ')}`);
  const count = writeHistoryFile(
    {
      kind,
      operations: Number(values.ops),
      clients: Number(values.clients),
      crashed: Number(values.crashed),
      keys: Number(values.keys),
      stale: values.stale,
      updates: values.updates,
      nodes: values.nodes,
      seed: Number(values.seed),
    },
    values.out,
  );
  console.log(`${values.out}: ${count} events`);
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) main();
