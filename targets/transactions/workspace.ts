/** A transaction under way that nobody else sees anything of: what it read, and what it will change. */
import type { Json } from '../../src/node/node.ts';
import { type Change, changed, type Step } from './procedures.ts';

/** What is committed, as a transaction is to see it. */
export interface Committed {
  /** Commits so far. */
  readonly commitCount: number;
  /** Null if nothing is there. */
  read(key: string): Json;
}

export class Workspace {
  /** Keys of which it saw what others had written, and after how many commits it did. */
  readonly reads = new Map<string, number>();
  /** Keys that it changes, and after how many commits it first did. */
  readonly writes = new Map<string, number>();
  readonly changes: Change[] = [];
  readonly #committed: Committed;

  constructor(committed: Committed) {
    this.#committed = committed;
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
    if (step.kind === 'change') return this.#change(step.change);
    // What the transaction itself has changed, it sees changed.
    const own = this.changes.filter(([, key]) => key === step.key);
    if (own[0]?.[0] === 'put') return own.reduce(changed, null);
    if (!this.reads.has(step.key)) this.reads.set(step.key, this.#committed.commitCount);
    return own.reduce(changed, this.#committed.read(step.key));
  }

  #change(change: Change): null {
    this.changes.push(change);
    if (!this.writes.has(change[1])) this.writes.set(change[1], this.#committed.commitCount);
    return null;
  }
}
