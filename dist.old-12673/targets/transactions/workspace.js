import { changed } from './procedures.js';
export class Workspace {
  /** Keys of which it saw what others had written, and after how many commits it did. */
  reads = new Map();
  /** Keys that it changes, and after how many commits it first did. */
  writes = new Map();
  changes = [];
  #committed;
  constructor(committed) {
    this.#committed = committed;
  }
  /** All of it at one moment. */
  run(procedure) {
    let step = procedure.next();
    while (step.done !== true) step = procedure.next(this.#take(step.value));
    return step.value;
  }
  /** One step after the other, each after `pause`. */
  async runSlowly(procedure, pause) {
    let step = procedure.next();
    while (step.done !== true) {
      await pause();
      step = procedure.next(this.#take(step.value));
    }
    return step.value;
  }
  #take(step) {
    if (step.kind === 'change') return this.#change(step.change);
    // What the transaction itself has changed, it sees changed.
    const own = this.changes.filter(([, key]) => key === step.key);
    if (own[0]?.[0] === 'put') return own.reduce(changed, null);
    if (!this.reads.has(step.key)) this.reads.set(step.key, this.#committed.commitCount);
    return own.reduce(changed, this.#committed.read(step.key));
  }
  #change(change) {
    this.changes.push(change);
    if (!this.writes.has(change[1])) this.writes.set(change[1], this.#committed.commitCount);
    return null;
  }
}
