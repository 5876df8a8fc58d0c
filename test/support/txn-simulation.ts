/**
 * Small databases that run transactions concurrently at an isolation level that is theirs by
 * construction, and histories of clients that use them. Now and then an answer is changed, to
 * have histories of all kinds: what those are, the oracle says.
 */
import type { Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';

type Kind = 'list-append' | 'rw-register';

/**
 * `serial`: one at a time, at a moment within the call. `snapshot`: reads as of a moment within
 * the call, first committer wins. `committed`: reads what is committed at that moment, writes
 * at commit. `uncommitted`: reads and writes in place.
 */
type Level = 'serial' | 'snapshot' | 'committed' | 'uncommitted';

export interface Shape {
  readonly kind: Kind;
  readonly level: Level;
  readonly transactions: number;
  readonly clients: number;
  readonly keys: number;
  readonly lengthMax: number;
  /** Probability that an outcome is unknown, that a transaction aborts, that a read lies. */
  readonly info: number;
  readonly fail: number;
  readonly lie: number;
  /** Snapshots may be older than the call: generalized snapshot isolation, no real time. */
  readonly stale?: boolean;
  /** Probability that an access is a read; one half if left out. */
  readonly reads?: number;
  /** Reads before writes: each write follows a read of its key. */
  readonly updates?: boolean;
}

type Micro = [name: string, key: number, value: Json];

interface Running {
  readonly process: number;
  readonly asked: readonly Micro[];
  readonly answered: Micro[];
  /** What it sees, where that is fixed at its start. */
  snapshot: Store | undefined;
  startVersion: number;
  state: 'asked' | 'running' | 'done';
  outcome: 'ok' | 'fail' | 'info';
}

/** Key → committed versions, each with the number of the commit that made it. */
type Store = Map<number, readonly Json[]>;

export function simulate(shape: Shape, seed: number): History {
  return historyOf(new Simulation(shape, new Random(prng(seed))).run());
}

class Simulation {
  readonly #shape: Shape;
  readonly #random: Random;
  readonly #events: EventBody[] = [];
  readonly #store: Store = new Map();
  readonly #past: { store: Store; version: number }[] = [];
  readonly #written = new Map<number, number>();
  #version = 0;
  #nextValue = 1;
  #begun = 0;
  readonly #running: (Running | undefined)[];
  readonly #processes: number[];

  constructor(shape: Shape, random: Random) {
    this.#shape = shape;
    this.#random = random;
    this.#running = Array.from({ length: shape.clients }, () => undefined);
    this.#processes = Array.from({ length: shape.clients }, (_, i) => i);
    this.#past.push({ store: new Map(), version: 0 });
  }

  run(): readonly EventBody[] {
    while (this.#begun < this.#shape.transactions || this.#running.some((t) => t !== undefined)) {
      const client = this.#random.int(this.#shape.clients);
      const running = this.#running[client];
      if (running === undefined) {
        if (this.#begun < this.#shape.transactions) this.#invoke(client);
      } else if (running.state === 'done') this.#complete(client, running);
      else this.#step(running);
    }
    return this.#events;
  }

  #invoke(client: number): void {
    this.#begun += 1;
    const asked: Micro[] = [];
    const write = this.#shape.kind === 'list-append' ? 'append' : 'w';
    for (let left = 1 + this.#random.int(this.#shape.lengthMax); left > 0; left -= 1) {
      const key = this.#random.int(this.#shape.keys);
      const reads = this.#random.chance(this.#shape.reads ?? 0.5);
      if (reads || this.#shape.updates === true) asked.push(['r', key, null]);
      if (reads) continue;
      asked.push([write, key, this.#nextValue]);
      this.#nextValue += 1;
    }
    // Without locks, a read of its own append would show a list that never comes to be.
    if (this.#shape.level === 'committed')
      asked.sort((a, b) => Number(b[0] === 'r') - Number(a[0] === 'r'));
    const process = this.#processes[client] ?? 0;
    this.#events.push({ type: 'invoke', process, f: 'txn', value: asked });
    this.#running[client] = {
      process,
      asked,
      answered: [],
      snapshot: undefined,
      startVersion: 0,
      state: 'asked',
      outcome: 'ok',
    };
  }

  #step(running: Running): void {
    if (running.state === 'asked') this.#begin(running);
    const serial = this.#shape.level === 'serial';
    do {
      const next = running.asked[running.answered.length];
      if (next !== undefined) running.answered.push(this.#access(running, next));
    } while (serial && running.answered.length < running.asked.length);
    if (running.answered.length === running.asked.length) this.#commit(running);
  }

  #begin(running: Running): void {
    running.state = 'running';
    if (this.#shape.level !== 'snapshot') return;
    const back = this.#shape.stale === true ? this.#random.int(Math.min(3, this.#past.length)) : 0;
    const past = this.#past[this.#past.length - 1 - back];
    running.snapshot = past?.store;
    running.startVersion = past?.version ?? 0;
  }

  #access(running: Running, [name, key, value]: Micro): Micro {
    if (name !== 'r') {
      if (this.#shape.level === 'uncommitted') this.#apply(key, value);
      return [name, key, value];
    }
    const base = (running.snapshot ?? this.#store).get(key) ?? [];
    const uncommitted = this.#shape.level === 'uncommitted';
    const own = uncommitted ? [] : running.answered.filter((m) => m[0] !== 'r' && m[1] === key);
    const list = [...base, ...own.map((m) => m[2])];
    if (this.#shape.kind === 'rw-register') return [name, key, list.at(-1) ?? null];
    return [name, key, list];
  }

  #commit(running: Running): void {
    running.state = 'done';
    const writes = running.answered.filter((micro) => micro[0] !== 'r');
    const conflicts =
      this.#shape.level === 'snapshot' &&
      writes.some(([, key]) => (this.#written.get(key) ?? 0) > running.startVersion);
    const aborts = conflicts || this.#random.chance(this.#shape.fail);
    const unknown = this.#random.chance(this.#shape.info);
    if (unknown) running.outcome = 'info';
    else if (aborts) running.outcome = 'fail';
    if (aborts || this.#shape.level === 'uncommitted') return;
    this.#version += 1;
    for (const [, key, value] of writes) {
      this.#apply(key, value);
      this.#written.set(key, this.#version);
    }
    this.#past.push({ store: new Map(this.#store), version: this.#version });
  }

  #apply(key: number, value: Json): void {
    this.#store.set(key, [...(this.#store.get(key) ?? []), value]);
  }

  #complete(client: number, running: Running): void {
    const { outcome, process } = running;
    this.#running[client] = undefined;
    const value = outcome === 'ok' ? running.answered.map((m) => this.#told(m)) : running.asked;
    const error = outcome === 'ok' ? {} : { error: ['simulated', ''] as const };
    this.#events.push({ type: outcome, process, f: 'txn', value, ...error });
    if (outcome === 'info') this.#processes[client] = process + this.#shape.clients;
  }

  #told(micro: Micro): Micro {
    const [name, key, value] = micro;
    if (name !== 'r' || !this.#random.chance(this.#shape.lie)) return micro;
    const now = this.#store.get(key) ?? [];
    const length = this.#random.int(now.length + 1);
    if (this.#shape.kind === 'rw-register') return [name, key, now[length - 1] ?? null];
    const list = now.slice(0, length);
    if (list.length > 1 && this.#random.chance(0.1)) list.reverse();
    return [name, key, value === null ? null : list];
  }
}
