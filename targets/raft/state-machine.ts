/** The replicated state: commands applied in the order of the log, and who waits for that. */
import { type Body, errorCode, type Json, RpcError } from '../../src/node/node.ts';

/** What is replicated. Equal commands in equal order must lead to equal states and replies. */
export interface Store {
  /** Carries out a command. A refusal (an RpcError) must leave the state as it was. */
  apply(command: Body): Body;
  /** All that it holds, as data that `load` takes. */
  dump(): Json;
  load(state: Json): void;
}

/** What a command led to: the same on every node that applies it. */
export type Outcome =
  | { readonly kind: 'done'; readonly reply: Body }
  | { readonly kind: 'refused'; readonly error: RpcError };

interface Waiting {
  readonly index: number;
  readonly untilMs: number;
  resolve(): void;
  reject(error: RpcError): void;
}

export class StateMachine {
  readonly #store: Store;
  #appliedIndex = 0;
  #waiting: Waiting[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  apply(index: number, command: Body | null): Outcome {
    this.#appliedIndex = index;
    if (command === null) return { kind: 'done', reply: { type: 'noop_ok' } };
    try {
      return { kind: 'done', reply: this.#store.apply(command) };
    } catch (error) {
      if (error instanceof RpcError) return { kind: 'refused', error };
      throw error;
    }
  }

  dump(): Json {
    return this.#store.dump();
  }

  load(index: number, state: Json): void {
    this.#store.load(state);
    this.#appliedIndex = index;
  }

  /** Resolves once entry `index` is applied; rejects if that takes until `untilMs`. */
  applied(index: number, untilMs: number): Promise<void> {
    if (this.#appliedIndex >= index) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ index, untilMs, resolve, reject });
    });
  }

  /** Lets those go on whose entry was applied, and sends away those who waited too long. */
  wake(nowMs: number): void {
    if (this.#waiting.length === 0) return;
    const still: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.index <= this.#appliedIndex) waiting.resolve();
      else if (waiting.untilMs > nowMs) still.push(waiting);
      else waiting.reject(new RpcError(errorCode.temporarilyUnavailable, 'this node lags behind'));
    }
    this.#waiting = still;
  }
}
