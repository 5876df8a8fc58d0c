/**
 * Nodes written on `dsx/node`, all in one process: virtual time, a simulated network, disks
 * that lose what was not synced. One seed decides everything, so a run can be repeated.
 */
import type {
  Body,
  Message,
  NodeContext,
  NodeProgram,
  Storage,
  Timer,
} from '../../src/node/node.ts';
import { Endpoint } from '../../src/node/node.ts';
import { randomFrom } from '../../src/node/random.ts';

export interface NetworkConditions {
  /** Mean one-way delay between nodes; drawn between 0.5 and 1.5 of it, or exponentially. */
  delayMs: number;
  exponential: boolean;
  lossProbability: number;
  duplicateProbability: number;
  /** Probability that a message takes another `reorderMs`. */
  reorderProbability: number;
  reorderMs: number;
}

export const goodNetwork: Readonly<NetworkConditions> = {
  delayMs: 1,
  exponential: false,
  lossProbability: 0,
  duplicateProbability: 0,
  reorderProbability: 0,
  reorderMs: 50,
};

export interface SimulationOptions {
  readonly seed: string;
  readonly nodeIds: readonly string[];
  readonly program: NodeProgram;
  readonly args?: readonly string[];
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Simulation {
  nowMs = 0;
  network: NetworkConditions = { ...goodNetwork };
  /** `from>to` of links that drop everything. */
  cuts = new Set<string>();
  readonly nodeIds: readonly string[];
  readonly random: () => number;
  readonly logs: string[] = [];
  /** Errors that escaped from node code: there must be none. */
  readonly crashes: unknown[] = [];
  messageCount = 0;
  readonly #queue = new EventQueue();
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #clients = new Map<string, (body: Body) => void>();
  #order = 0;

  constructor(options: SimulationOptions) {
    this.nodeIds = options.nodeIds;
    this.random = randomFrom(`${options.seed} world`);
    for (const nodeId of options.nodeIds) {
      const node = new SimulatedNode(this, nodeId, options);
      this.#nodes.set(nodeId, node);
      node.start();
    }
  }

  at(atMs: number, run: () => void): void {
    this.#order += 1;
    this.#queue.push({ atMs: Math.max(atMs, this.nowMs), order: this.#order, run });
  }

  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      const event = this.#queue.peek();
      if (event === undefined || event.atMs > endMs) break;
      this.#queue.pop();
      this.nowMs = event.atMs;
      event.run();
      // Everything that node code awaits and that is ready now runs before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.nowMs = endMs;
  }

  node(nodeId: string): SimulatedNode {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) throw new Error(`no node ${nodeId}`);
    return node;
  }

  /** Clients share no faults: their messages arrive, if the node lives, after a short delay. */
  request(client: string, dest: string, body: Body, answer: (body: Body) => void): void {
    this.#clients.set(client, answer);
    this.transmit({ src: client, dest, body });
  }

  transmit(message: Message): void {
    this.messageCount += 1;
    // As on a wire: no two nodes share an object.
    const text = JSON.stringify(message);
    if (!this.#nodes.has(message.src) || !this.#nodes.has(message.dest)) {
      this.at(this.nowMs + 0.1 + 0.4 * this.random(), () => {
        this.#deliver(text);
      });
      return;
    }
    const { lossProbability, duplicateProbability } = this.network;
    const copies = this.random() < duplicateProbability ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.random() < lossProbability) continue;
      this.at(this.nowMs + this.#delayMs(), () => {
        // A cut is looked at on arrival: what was under way is lost too.
        if (!this.cuts.has(`${message.src}>${message.dest}`)) this.#deliver(text);
      });
    }
  }

  /** Nodes that say they lead. */
  primaries(): string[] {
    return this.nodeIds.filter((nodeId) => {
      const role = this.node(nodeId).role();
      return role === 'leader' || role === 'primary';
    });
  }

  #delayMs(): number {
    const { delayMs, exponential, reorderProbability, reorderMs } = this.network;
    const drawn = exponential
      ? -Math.log(1 - this.random()) * delayMs
      : delayMs * (0.5 + this.random());
    return drawn + (this.random() < reorderProbability ? reorderMs * this.random() * 2 : 0);
  }

  #deliver(text: string): void {
    const message = JSON.parse(text) as Message;
    const node = this.#nodes.get(message.dest);
    if (node !== undefined) node.receive(message);
    else this.#clients.get(message.dest)?.(message.body);
  }
}

/** One node through all its lives. */
export class SimulatedNode {
  readonly nodeId: string;
  /** Added to the wall clock. */
  wallOffsetMs = 0;
  readonly #simulation: Simulation;
  readonly #options: SimulationOptions;
  readonly #disk = new SimulatedDisk();
  #life: Life | undefined;
  #lives = 0;
  #lastId = 0;
  /** What waits for the end of a pause; undefined while running. */
  #held: (() => void)[] | undefined;

  constructor(simulation: Simulation, nodeId: string, options: SimulationOptions) {
    this.#simulation = simulation;
    this.nodeId = nodeId;
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  role(): string | undefined {
    return this.#held === undefined ? this.#life?.role() : undefined;
  }

  start(): void {
    if (this.#life !== undefined) return;
    this.#lives += 1;
    const life = new Life();
    this.#life = life;
    this.#held = undefined;
    const context = this.#contextOf(life);
    const program = async (): Promise<void> => {
      await this.#options.program(context);
      life.ready = true;
      for (const message of life.early) life.endpoint?.receive(message);
      life.early = [];
    };
    program().catch((error: unknown) => {
      this.#simulation.crashes.push(error);
    });
  }

  /** SIGKILL: all that was not synced may be lost. */
  kill(): void {
    if (this.#life === undefined) return;
    this.#life.over = true;
    this.#life = undefined;
    this.#held = undefined;
    this.#disk.crash(this.#simulation.random());
  }

  pause(): void {
    if (this.#life !== undefined) this.#held ??= [];
  }

  resume(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const run of held ?? []) run();
  }

  receive(message: Message): void {
    const life = this.#life;
    if (life === undefined) return;
    this.#within(life, () => {
      if (life.ready) life.endpoint?.receive(message);
      else life.early.push(message);
    });
  }

  /** Runs node code, unless that life is over; later if the node is paused. */
  #within(life: Life, run: () => void): void {
    if (life.over) return;
    if (this.#held !== undefined) {
      this.#held.push(() => {
        this.#within(life, run);
      });
      return;
    }
    try {
      run();
    } catch (error) {
      this.#simulation.crashes.push(error);
    }
  }

  #setTimer(life: Life, delayMs: number, callback: () => void): Timer {
    let cancelled = false;
    this.#simulation.at(this.#simulation.nowMs + Math.max(0, delayMs), () => {
      this.#within(life, () => {
        if (!cancelled) callback();
      });
    });
    return {
      cancel: () => {
        cancelled = true;
      },
    };
  }

  #contextOf(life: Life): NodeContext {
    const simulation = this.#simulation;
    const setTimer = (delayMs: number, callback: () => void): Timer =>
      this.#setTimer(life, delayMs, callback);
    const nextId = (): number => {
      this.#lastId = Math.max(this.#lastId + 1, Math.floor(simulation.nowMs * 1000));
      return this.#lastId;
    };
    const log = (text: string): void => {
      simulation.logs.push(`${simulation.nowMs.toFixed(1)} ${this.nodeId}: ${text}`);
    };
    const endpoint = new Endpoint({
      nodeId: this.nodeId,
      transmit: (message) => {
        if (!life.over) simulation.transmit(message);
      },
      setTimer,
      nextId,
      log,
    });
    life.endpoint = endpoint;
    return {
      nodeId: this.nodeId,
      nodeIds: this.#options.nodeIds,
      args: this.#options.args ?? [],
      storage: this.#storageOf(life),
      send: (dest, body) => {
        endpoint.send(dest, body);
      },
      reply: (request, body) => {
        endpoint.reply(request, body);
      },
      replyError: (request, error) => {
        endpoint.replyError(request, error);
      },
      rpc: (dest, body, timeoutMs) => endpoint.rpc(dest, body, timeoutMs),
      on: (type, handler) => {
        endpoint.on(type, handler);
      },
      serve: (type, handler) => {
        endpoint.serve(type, handler);
      },
      wallMs: () => 1_700_000_000_000 + simulation.nowMs + this.wallOffsetMs,
      monotonicMs: () => simulation.nowMs,
      setTimer,
      every: (periodMs, callback) => {
        let timer: Timer;
        const again = (): void => {
          timer = setTimer(periodMs, again);
          callback();
        };
        timer = setTimer(periodMs, again);
        return {
          cancel: () => {
            timer.cancel();
          },
        };
      },
      random: randomFrom(`${this.#options.seed} ${this.nodeId} ${this.#lives}`),
      nextId,
      log,
      status: (describe) => {
        life.role = () => describe().role;
        endpoint.status(describe);
      },
    };
  }

  #storageOf(life: Life): Storage {
    const disk = this.#disk;
    const change = (apply: (files: DiskFiles) => void): void => {
      if (!life.over) disk.change(apply);
    };
    return {
      append: (log, line) => {
        change((files) => {
          const lines = files.logs.get(log);
          if (lines === undefined) files.logs.set(log, [line]);
          else lines.push(line);
        });
      },
      rewrite: (log, lines) => {
        change((files) => files.logs.set(log, [...lines]));
      },
      readLog: (log) => disk.latest().logs.get(log) ?? [],
      write: (name, value) => {
        change((files) => files.values.set(name, value));
      },
      read: (name) => disk.latest().values.get(name),
      sync: () => {
        const upTo = disk.changeCount;
        return new Promise((resolve) => {
          const doneMs = this.#simulation.nowMs + 0.1 + 0.9 * this.#simulation.random();
          this.#simulation.at(doneMs, () => {
            if (!life.over) disk.makeDurable(upTo);
            this.#within(life, resolve);
          });
        });
      },
    };
  }
}

class Life {
  over = false;
  ready = false;
  endpoint: Endpoint | undefined;
  early: Message[] = [];
  role: () => string = () => 'unknown';
}

interface DiskFiles {
  readonly logs: Map<string, string[]>;
  readonly values: Map<string, string>;
}

/** What is durable, and what was asked for since, in order. */
class SimulatedDisk {
  /** Changes ever asked for in this life of the disk. */
  changeCount = 0;
  readonly #durable: DiskFiles = { logs: new Map(), values: new Map() };
  #pending: ((files: DiskFiles) => void)[] = [];

  change(apply: (files: DiskFiles) => void): void {
    this.changeCount += 1;
    this.#pending.push(apply);
  }

  makeDurable(upTo: number): void {
    const count = Math.max(0, upTo - (this.changeCount - this.#pending.length));
    for (const apply of this.#pending.splice(0, count)) apply(this.#durable);
  }

  /** A part of what was not synced may have reached the disk all the same. */
  crash(keptFraction: number): void {
    const kept = Math.floor(keptFraction * (this.#pending.length + 1));
    for (const apply of this.#pending.slice(0, kept)) apply(this.#durable);
    this.#pending = [];
  }

  /** What a reader sees: durable or not. */
  latest(): DiskFiles {
    const files: DiskFiles = {
      logs: new Map([...this.#durable.logs].map(([log, lines]) => [log, [...lines]])),
      values: new Map(this.#durable.values),
    };
    for (const apply of this.#pending) apply(files);
    return files;
  }
}

/** A binary heap; events of the same moment come in the order in which they were added. */
class EventQueue {
  readonly #heap: Event[] = [];

  peek(): Event | undefined {
    return this.#heap[0];
  }

  push(event: Event): void {
    let at = this.#heap.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !before(event, parent)) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = event;
  }

  pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let at = 0;
    for (;;) {
      const below = this.#earlierOf(2 * at + 1, 2 * at + 2);
      const child = this.#heap[below];
      if (child === undefined || !before(child, last)) break;
      this.#heap[at] = child;
      at = below;
    }
    this.#heap[at] = last;
  }

  #earlierOf(left: number, right: number): number {
    const [a, b] = [this.#heap[left], this.#heap[right]];
    return a !== undefined && b !== undefined && before(b, a) ? right : left;
  }
}

function before(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
