/** The replicated state: commands applied in the order of the log, and who waits for that. */
import { errorCode, RpcError } from '../../src/node/node.js';
export class StateMachine {
  #store;
  #appliedIndex = 0;
  #waiting = [];
  constructor(store) {
    this.#store = store;
  }
  get appliedIndex() {
    return this.#appliedIndex;
  }
  apply(index, command) {
    this.#appliedIndex = index;
    if (command === null) return { kind: 'done', reply: { type: 'noop_ok' } };
    try {
      return { kind: 'done', reply: this.#store.apply(command) };
    } catch (error) {
      if (error instanceof RpcError) return { kind: 'refused', error };
      throw error;
    }
  }
  dump() {
    return this.#store.dump();
  }
  load(index, state) {
    this.#store.load(state);
    this.#appliedIndex = index;
  }
  /** Resolves once entry `index` is applied; rejects if that takes until `untilMs`. */
  applied(index, untilMs) {
    if (this.#appliedIndex >= index) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ index, untilMs, resolve, reject });
    });
  }
  /** Lets those go on whose entry was applied, and sends away those who waited too long. */
  wake(nowMs) {
    if (this.#waiting.length === 0) return;
    const still = [];
    for (const waiting of this.#waiting) {
      if (waiting.index <= this.#appliedIndex) waiting.resolve();
      else if (waiting.untilMs > nowMs) still.push(waiting);
      else waiting.reject(new RpcError(errorCode.temporarilyUnavailable, 'this node lags behind'));
    }
    this.#waiting = still;
  }
}
