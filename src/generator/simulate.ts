/**
 * Runs a generator against a made-up system, with no time at all: a schedule of an hour takes
 * a moment, and the same one comes out each time.
 */
import { assert, unreachable } from '../base/assert.ts';
import { InvariantError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { prng } from '../base/prng.ts';
import type { HistoryEvent, Outcome, ProcessId } from '../history/event.ts';
import type { Step } from './emission.ts';
import type { Generator, OpRequest, ThreadId } from './generator.ts';
import { Roster } from './roster.ts';
import { validate } from './validate.ts';

export interface SimulatedOp {
  readonly process: ProcessId;
  readonly f: string;
  readonly value: Json | undefined;
  readonly key: Json | undefined;
  readonly final: boolean;
  /** When it was invoked. */
  readonly atNs: number;
}

/**
 * How the made-up system answers. Of an op of the nemesis only the value or error counts: its
 * completions are `info`. A latency of Infinity is an answer that never comes.
 */
export interface SimulatedReply {
  readonly latencyNs: number;
  readonly outcome: Outcome;
}

export interface SimulateOptions {
  /** Number of client threads; the nemesis thread comes on top. */
  readonly concurrency: number;
  readonly respond: (op: SimulatedOp) => SimulatedReply;
  /** Decides which free thread is taken. Without it, the lowest: for literal expectations. */
  readonly seed?: number;
  /** Stops asking for more after so many ops; for generators without end. */
  readonly opsMax?: number;
  readonly onLog?: (message: string, atNs: number) => void;
}

/**
 * The history that the generator would make. Of things that happen in the same nanosecond,
 * completions come first, as in the interpreter.
 *
 * @throws InvariantError if the generator waits for what can never come.
 */
export function simulate(generator: Generator, options: SimulateOptions): readonly HistoryEvent[] {
  const simulation = new Simulation(generator, options);
  while (simulation.step());
  return simulation.events;
}

const postponementsMax = 1_000_000;

/** Something that ends in the future: an operation (with its completion), or a sleep. */
interface Due {
  readonly atNs: number;
  readonly thread: ThreadId;
  readonly completion: Omit<HistoryEvent, 'index' | 'time'> | undefined;
}

class Simulation {
  readonly events: HistoryEvent[] = [];
  readonly #options: SimulateOptions;
  readonly #roster: Roster;
  /** Sorted by `atNs`. */
  readonly #due: Due[] = [];
  #generator: Generator;
  #nowNs = 0;
  #opCount = 0;
  /** How often it was asked since it did something last. */
  #postponements = 0;

  constructor(generator: Generator, options: SimulateOptions) {
    const chance = options.seed === undefined ? undefined : prng(options.seed);
    this.#generator = validate(generator);
    this.#options = options;
    this.#roster = new Roster(options.concurrency, { nemesis: true, chance });
  }

  /** One thing happens. False when nothing ever will again. */
  step(): boolean {
    const next = this.#due[0];
    if (next !== undefined && next.atNs <= this.#nowNs) return this.#complete();
    if (this.#opCount >= (this.#options.opsMax ?? Infinity)) return this.#complete();
    const emission = this.#generator.next(this.#roster.context(this.#nowNs));
    switch (emission.kind) {
      case 'exhausted':
        return this.#complete();
      case 'pending':
        this.#generator = emission.then ?? this.#generator;
        return this.#wait(emission.untilNs);
      case 'op':
      case 'sleep':
      case 'log':
        if (emission.atNs > this.#nowNs) return this.#wait(emission.atNs);
        this.#postponements = 0;
        this.#take(emission);
        return true;
      default:
        return unreachable(emission, 'emission');
    }
  }

  /** Lets time pass until the generator wants to be asked, or until something completes. */
  #wait(untilNs: number | undefined): boolean {
    this.#postponements += 1;
    assert(
      this.#postponements < postponementsMax,
      `the generator put off what it wants ${postponementsMax} times, now to ${untilNs ?? 'some time'} ns; a step's time must come from the generator's state, not from the moment in which it is asked`,
    );
    const nextNs = this.#due[0]?.atNs ?? Infinity;
    if (untilNs !== undefined && untilNs < nextNs) {
      assert(
        untilNs > this.#nowNs,
        `the generator is pending until ${untilNs} ns, and it is ${this.#nowNs} ns already`,
      );
      this.#nowNs = untilNs;
      return true;
    }
    if (this.#complete()) return true;
    // Answers that never come: the wait has no end, but the history has.
    if (this.#roster.busyCount > 0) return false;
    throw new InvariantError(
      'the generator is pending with no operation open and no time to wait for: it would wait for ever',
    );
  }

  #take(step: Step): void {
    const thread = this.#roster.threadOf(step.process);
    this.#generator = step.then;
    switch (step.kind) {
      case 'log':
        this.#options.onLog?.(step.message, this.#nowNs);
        return;
      case 'sleep':
        this.#roster.begin(thread);
        this.#insert({ atNs: step.untilNs, thread, completion: undefined });
        return;
      default:
        this.#invoke(thread, step.process, step.op);
    }
  }

  #invoke(thread: ThreadId, process: ProcessId, op: OpRequest): void {
    this.#opCount += 1;
    this.#roster.begin(thread);
    const { f, value, key, final = false } = op;
    const reply = this.#options.respond({ process, f, value, key, final, atNs: this.#nowNs });
    const nemesisType = process === 'nemesis' ? 'info' : undefined;
    this.#record({ type: nemesisType ?? 'invoke', process, ...op });
    if (reply.latencyNs === Infinity) return;
    this.#insert({
      atNs: this.#nowNs + reply.latencyNs,
      thread,
      completion: {
        process,
        ...op,
        ...reply.outcome,
        ...(nemesisType === undefined ? {} : { type: nemesisType }),
      },
    });
  }

  /** The next thing that is due happens, even if that is in the future. False: there is none. */
  #complete(): boolean {
    const next = this.#due.shift();
    if (next === undefined) return false;
    this.#nowNs = Math.max(this.#nowNs, next.atNs);
    this.#roster.end(next.thread);
    if (next.completion === undefined) return true;
    if (next.completion.type === 'info') this.#roster.renumber(next.thread);
    this.#record(next.completion);
    return true;
  }

  #record(body: Omit<HistoryEvent, 'index' | 'time'>): void {
    const event = { index: this.events.length, time: this.#nowNs, ...body };
    this.events.push(event);
    this.#generator = this.#generator.update(this.#roster.context(this.#nowNs), event);
  }

  #insert(due: Due): void {
    let at = this.#due.length;
    while (at > 0 && (this.#due[at - 1]?.atNs ?? 0) > due.atNs) at -= 1;
    this.#due.splice(at, 0, due);
  }
}
