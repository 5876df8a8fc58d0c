/** What combinators do with answers: pass them on, put them off, choose the soonest. */
import type { Emission, Generator, GeneratorContext } from './generator.ts';

/** An answer with something to do in it. */
export type Step = Extract<Emission, { process: unknown }>;
export type Pending = Extract<Emission, { kind: 'pending' }>;

export function isStep(emission: Emission): emission is Step {
  return emission.kind !== 'exhausted' && emission.kind !== 'pending';
}

export const exhausted: Emission = { kind: 'exhausted' };
export const pending: Pending = { kind: 'pending' };

/** The generator that has nothing. */
export const nothing: Generator = {
  next: () => exhausted,
  update: () => nothing,
};

/** The same answer, followed by another generator. */
export function followedBy(step: Step, then: Generator): Step {
  // Spelled out: this runs once per layer and operation, and a spread costs four times as much.
  switch (step.kind) {
    case 'op':
      return { kind: 'op', op: step.op, process: step.process, atNs: step.atNs, then };
    case 'sleep':
      return {
        kind: 'sleep',
        process: step.process,
        untilNs: step.untilNs,
        atNs: step.atNs,
        then,
      };
    default:
      return { kind: 'log', message: step.message, process: step.process, atNs: step.atNs, then };
  }
}

/** The same answer, with `wrap` round whatever comes next: most combinators' whole `next`. */
export function rewrapped(emission: Emission, wrap: (then: Generator) => Generator): Emission {
  switch (emission.kind) {
    case 'exhausted':
      return emission;
    case 'pending':
      return emission.then === undefined ? emission : { ...emission, then: wrap(emission.then) };
    default:
      return followedBy(emission, wrap(emission.then));
  }
}

/** The same step, not before `atNs`. A sleep keeps its length. */
export function notBefore(step: Step, atNs: number): Step {
  if (step.atNs >= atNs) return step;
  return step.kind === 'sleep'
    ? { ...step, atNs, untilNs: step.untilNs + (atNs - step.atNs) }
    : { ...step, atNs };
}

export function pendingUntil(untilNs: number | undefined, then?: Generator): Pending {
  if (untilNs === undefined && then === undefined) return pending;
  return {
    kind: 'pending',
    ...(untilNs === undefined ? {} : { untilNs }),
    ...(then === undefined ? {} : { then }),
  };
}

/** The earlier of two moments, either of which may never come. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}

/** Gathers the answers of several generators that were asked in the same moment. */
export class Soonest {
  step: Step | undefined;
  /** Which generator `step` came from. */
  index = -1;
  /** The states of the generators after they were asked; the given array until one changed. */
  states: readonly Generator[];
  #untilNs: number | undefined;
  #isPending = false;
  readonly #nowNs: number;
  #copied: Generator[] | undefined;

  constructor(states: readonly Generator[], context: GeneratorContext) {
    this.states = states;
    this.#nowNs = context.nowNs;
  }

  /** Takes an answer; returns true if it is due, so that no other can be sooner. */
  offer(index: number, emission: Emission): boolean {
    if (emission.kind === 'exhausted') return false;
    if (emission.kind === 'pending') {
      this.#isPending = true;
      this.#untilNs = earlier(this.#untilNs, emission.untilNs);
      if (emission.then !== undefined) this.keep(index, emission.then);
      return false;
    }
    const atNs = Math.max(emission.atNs, this.#nowNs);
    // The first of equals wins: callers ask in random order where chance should decide.
    if (this.step === undefined || atNs < Math.max(this.step.atNs, this.#nowNs)) {
      this.step = emission;
      this.index = index;
    }
    return atNs === this.#nowNs;
  }

  /**
   * One answer for all. A step in the future does not hide a generator that wants to be
   * asked before then: whoever waits for the step would ask it too late.
   */
  answer(wrap: (states: readonly Generator[], isStep: boolean) => Generator): Emission {
    const { step } = this;
    if (step !== undefined) {
      const untilNs = this.#untilNs ?? Infinity;
      if (step.atNs > this.#nowNs && untilNs < step.atNs) return this.#pending(wrap);
      return followedBy(step, wrap(replaced(this.states, this.index, step.then), true));
    }
    return this.#isPending ? this.#pending(wrap) : exhausted;
  }

  #pending(wrap: (states: readonly Generator[], isStep: boolean) => Generator): Pending {
    const then = this.#copied === undefined ? undefined : wrap(this.states, false);
    return pendingUntil(this.#untilNs, then);
  }

  /** Replaces the state of one generator. */
  keep(index: number, state: Generator): void {
    this.#copied ??= [...this.states];
    this.#copied[index] = state;
    this.states = this.#copied;
  }
}

/** The same list with one item changed. */
export function replaced<T>(items: readonly T[], index: number, item: T): readonly T[] {
  const copy = items.slice();
  copy[index] = item;
  return copy;
}

/** Updates each of a list; the very same list if none changed. */
export function updatedEach(
  states: readonly Generator[],
  update: (state: Generator) => Generator,
): readonly Generator[] {
  let copy: Generator[] | undefined;
  for (const [i, state] of states.entries()) {
    const updated = update(state);
    if (updated === state) continue;
    copy ??= states.slice();
    copy[i] = updated;
  }
  return copy ?? states;
}
