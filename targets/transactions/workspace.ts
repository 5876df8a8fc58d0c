/** A transaction under way that nobody else sees anything of: what it read, and what it will change. */
import type { Json } from '../../src/node/node.ts';
import { type Change, changed, type Step } from './procedures.ts';

export class Workspace {
  /** Keys of which it saw what others had written. */
  readonly reads = new Set<string>();
  readonly changes: Change[] = [];
  readonly #committed: (key: string) => Json;

  /** `committed`: what a key holds as this transaction is to see it; null if nothing. */
  constructor(committed: (key: string) => Json) {
    this.#committed = committed;
  }

  /** Keys that it changes. */
  get writes(): readonly string[] {
    return [...new Set(this.changes.map(([, key]) => key))];
  }

  /** All of it at one moment. */
  run<Result>(procedure: Generator<Step, Result, Json>): Result {
    let step = procedure.next();
    while (step.done !== true) step = procedure.next(this.#take(step.value));
    return step.value;
  }

  /** One step after the other, each after `pause`. */
  async runSlowly<Result>(
    procedure: Generator<Step, Result, Json>,
    pause: () => Promise<void>,
  ): Promise<Result> {
    let step = procedure.next();
    while (step.done !== true) {
      await pause();
      step = procedure.next(this.#take(step.value));
    }
    return step.value;
  }

  #take(step: Step): Json {
    if (step.kind === 'change') {
      this.changes.push(step.change);
      return null;
    }
    // What the transaction itself has changed, it sees changed.
    const own = this.changes.filter(([, key]) => key === step.key);
    if (own[0]?.[0] === 'put') return own.reduce(changed, null);
    this.reads.add(step.key);
    return own.reduce(changed, this.#committed(step.key));
  }
}
