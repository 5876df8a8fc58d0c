/**
 * Two searches side by side, in turns that grow: they fail on different histories. Whichever
 * is done first has the answer; both are exact.
 */
import type { EngineRun, Outcome, Problem } from './engine.ts';
import { frontierSearch } from './frontier.ts';
import { search } from './search.ts';
import { Transitions } from './transitions.ts';

const firstTurnSteps = 512;
const turnStepsMax = 1 << 16;

export function race(problem: Problem): EngineRun {
  return new Race(problem);
}

class Race implements EngineRun {
  readonly #problem: Problem;
  readonly #transitions: Transitions;
  /** The second one starts when the first has had a turn: mostly that is enough. */
  readonly #runs: EngineRun[];
  #turn = 0;
  #turnSteps = firstTurnSteps;
  /** Steps of the turn at hand that are left. */
  #left = firstTurnSteps;

  constructor(problem: Problem) {
    this.#problem = problem;
    this.#transitions = new Transitions(problem.model);
    this.#runs = [search(problem, this.#transitions)];
  }

  get provedEvents(): number {
    return Math.max(...this.#runs.map(({ provedEvents }) => provedEvents));
  }

  get memoryBytes(): number {
    return this.#runs.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  advance(stepsMax: number, outOfTime: () => boolean): Outcome | undefined {
    for (let left = stepsMax; left > 0; ) {
      const steps = Math.min(left, this.#left);
      const outcome = this.#runs[this.#turn]?.advance(steps, outOfTime);
      if (outcome !== undefined) return outcome;
      if (outOfTime()) return undefined;
      left -= steps;
      this.#left -= steps;
      if (this.#left === 0) this.#nextTurn();
    }
    return undefined;
  }

  #nextTurn(): void {
    if (this.#runs.length === 1) this.#runs.push(frontierSearch(this.#problem, this.#transitions));
    this.#turn = 1 - this.#turn;
    if (this.#turn === 0) this.#turnSteps = Math.min(turnStepsMax, 2 * this.#turnSteps);
    // A step by events costs more, and is needed less often.
    this.#left = this.#turn === 0 ? this.#turnSteps : this.#turnSteps / 2;
  }
}
