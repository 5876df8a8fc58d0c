/**
 * Small random histories of objects: first of a correct object, driven by concurrent processes
 * that crash and fail, then damaged, so that both verdicts are common.
 */
import type { Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';

export interface Call {
  readonly f: string;
  readonly input: Json;
}

/** A correct object for one history. `undefined` from `apply`: not now (a lock that is held). */
export interface Simulated {
  /** What a process asks next; `own`: what it has asked before, with answers. */
  propose(random: Random, own: readonly SimulatedOp[]): Call;
  apply(call: Call, process: number): Json | undefined;
  /** Another answer, wrong more often than not. */
  damage?(random: Random, op: SimulatedOp): Json;
}

export interface SimulatedOp extends Call {
  readonly process: number;
  outcome: 'ok' | 'fail' | 'info';
  output: Json;
}

export interface Shape {
  readonly operations: number;
  readonly processes: number;
  readonly crashRate: number;
  readonly failRate: number;
  /** How likely a history is damaged, and then damaged once more. */
  readonly damageRate: number;
}

interface Half {
  readonly op: SimulatedOp;
  readonly isInvoke: boolean;
}

/** The same history for the same seed. */
export function randomHistory(
  seed: number,
  object: (random: Random) => Simulated,
  shape: Shape,
): History {
  const random = new Random(prng(seed));
  const simulated = object(random);
  const halves = run(random, simulated, shape);
  while (random.chance(shape.damageRate)) damage(random, simulated, halves);
  return built(halves);
}

interface Thread {
  process: number;
  own: SimulatedOp[];
  current: SimulatedOp | undefined;
  isApplied: boolean;
  /** Steps in which nothing could be done. */
  waits: number;
}

function run(random: Random, object: Simulated, shape: Shape): Half[] {
  const simulation = new Simulation(random, object, shape);
  while (simulation.isRunning) simulation.step();
  return simulation.halves;
}

class Simulation {
  readonly halves: Half[] = [];
  readonly #random: Random;
  readonly #object: Simulated;
  readonly #shape: Shape;
  readonly #threads: readonly Thread[];
  /** Operations that crashed before they took effect, and may yet. */
  readonly #late: SimulatedOp[] = [];
  #processes: number;
  #begun = 0;

  constructor(random: Random, object: Simulated, shape: Shape) {
    this.#random = random;
    this.#object = object;
    this.#shape = shape;
    this.#processes = shape.processes;
    this.#threads = Array.from({ length: shape.processes }, (_, process) => ({
      process,
      own: [],
      current: undefined,
      isApplied: false,
      waits: 0,
    }));
  }

  get isRunning(): boolean {
    const isOpen = this.#threads.some((each) => each.current !== undefined);
    return isOpen || this.#begun < this.#shape.operations;
  }

  step(): void {
    const late = this.#random.chance(0.1) ? this.#late.pop() : undefined;
    if (late !== undefined) this.#object.apply(late, late.process);
    const thread = this.#threads[this.#random.int(this.#threads.length)];
    if (thread === undefined) return;
    if (thread.current === undefined) this.#begin(thread);
    else if (!thread.isApplied) this.#apply(thread, thread.current);
    else this.#end(thread, this.#random.chance(this.#shape.crashRate) ? 'info' : 'ok');
  }

  #begin(by: Thread): void {
    const thread = by;
    if (this.#begun >= this.#shape.operations) return;
    this.#begun += 1;
    const call = this.#object.propose(this.#random, thread.own);
    const op: SimulatedOp = { ...call, process: thread.process, outcome: 'ok', output: null };
    thread.current = op;
    thread.isApplied = false;
    thread.waits = 0;
    thread.own.push(op);
    this.halves.push({ op, isInvoke: true });
  }

  #apply(by: Thread, pending: SimulatedOp): void {
    const [thread, op] = [by, pending];
    if (this.#random.chance(this.#shape.failRate)) {
      this.#end(thread, 'fail');
      return;
    }
    if (this.#random.chance(this.#shape.crashRate)) {
      this.#late.push(op);
      this.#end(thread, 'info');
      return;
    }
    const output = this.#object.apply(op, op.process);
    if (output !== undefined) {
      op.output = output;
      thread.isApplied = true;
      return;
    }
    thread.waits += 1;
    if (thread.waits > 6) this.#end(thread, 'info');
  }

  #end(by: Thread, outcome: 'ok' | 'fail' | 'info'): void {
    const thread = by;
    const op = thread.current;
    if (op === undefined) return;
    op.outcome = outcome;
    this.halves.push({ op, isInvoke: false });
    thread.current = undefined;
    if (outcome !== 'info') return;
    thread.process = this.#processes;
    this.#processes += 1;
    thread.own = [];
  }
}

/** Wrong answers, effects of operations that failed, events in another order. */
function damage(random: Random, object: Simulated, into: Half[]): void {
  const halves = into;
  if (random.chance(0.5)) damageAnswer(random, object, halves);
  const op = halves[random.int(halves.length)]?.op;
  if (random.chance(0.1) && op?.outcome === 'ok') op.outcome = 'fail';
  const swaps = random.int(halves.length);
  for (let i = 0; i < swaps; i += 1) {
    const at = random.int(halves.length - 1);
    const [a, b] = [halves[at], halves[at + 1]];
    if (a === undefined || b === undefined || a.op.process === b.op.process) continue;
    [halves[at], halves[at + 1]] = [b, a];
  }
}

function damageAnswer(random: Random, object: Simulated, halves: readonly Half[]): void {
  const op = halves[random.int(halves.length)]?.op;
  const other = halves[random.int(halves.length)]?.op;
  if (op?.outcome !== 'ok' || other?.outcome !== 'ok') return;
  if (object.damage !== undefined && random.chance(0.7)) op.output = object.damage(random, op);
  else if (op.f === other.f) [op.output, other.output] = [other.output, op.output];
}

function built(halves: readonly Half[]): History {
  const builder = new HistoryBuilder();
  for (const [time, { op, isInvoke }] of halves.entries()) {
    const { f, process, input, outcome, output } = op;
    if (isInvoke) builder.add({ time, type: 'invoke', process, f, value: input });
    else if (outcome === 'ok') builder.add({ time, type: 'ok', process, f, value: output });
    else builder.add({ time, type: outcome, process, f, value: input, error: ['drawn', ''] });
  }
  return builder.build();
}

/** A history as lines of text, for the message of a failed test. */
export function historyText(history: History): string {
  return [...history.eachEvent()]
    .map(
      ({ index, type, process, f, value }) =>
        `${index} ${type} ${process} ${f} ${JSON.stringify(value)}`,
    )
    .join('\n');
}
